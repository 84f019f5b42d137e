package io.sensormeter.documents;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The costs of docs/performance.md: each figure from the formula that stands beside it. */
final class CostsTest {
  private static final double GB_SECOND = 0.0000133334;
  private static final double LAMBDA_REQUEST = 0.20e-6;
  private static final double SQS_REQUEST = 0.40e-6;
  private static final double LOG_BYTE = 0.50e-9;
  private static final double ENDPOINT_BYTE = 0.01e-9;
  private static final double INTERNET_BYTE = 0.09e-9;

  @Test
  void whatGrowsIsWhatTheFormulasSay() {
    Map<String, Double> thousand = growing(1_000);
    Map<String, Double> million = growing(1_000_000);
    thousand.forEach(
        (part, cost) ->
            assertThat(row(part))
                .as(part)
                .endsWith(dollars(cost), dollars(million.getOrDefault(part, Double.NaN))));
    assertThat(row("**grows with N**")).endsWith(bold(thousand), bold(million));
  }

  @Test
  void sumsAreThoseOfTheirLines() {
    double idle = amount("Idle: ", 2, "private database", "beyond an account's");
    assertThat(row("**idle, public database**").get(2)).isEqualTo("**$%.2f**".formatted(idle));
    assertThat(row("Idle: the dashboard open").get(2))
        .isEqualTo(dollars(87_600 * (0.1 * GB_SECOND + LAMBDA_REQUEST)));
    double endpoints =
        Double.parseDouble(row("Idle, private database").get(2).replaceAll("[^0-9.]", ""));
    assertThat(row("**a month, public / private**"))
        .endsWith(
            month(sum(growing(1_000)) + idle, endpoints),
            month(sum(growing(1_000_000)) + idle, endpoints));
    assertThat(row("**a million reports, public**"))
        .endsWith(
            "**$%.2f**".formatted((sum(growing(1_000)) + idle) / 0.73),
            "**$%.2f**".formatted((sum(growing(1_000_000)) + idle) / 730));
  }

  /** In dollars a month, by how the line begins. */
  private static Map<String, Double> growing(int organizations) {
    double reports = 730.0 * organizations;
    double reads = 30.4 * organizations;
    Map<String, Double> costs = new LinkedHashMap<>();
    costs.put("ReporterFunction", reports / 200 * (GB_SECOND + LAMBDA_REQUEST));
    costs.put("SchedulerFunction", 730 * (2 + 0.0003 * organizations) * GB_SECOND);
    costs.put("RecorderFunction", reports / 2_000 * 0.05 * GB_SECOND);
    costs.put("SQS", reports * 0.315 * SQS_REQUEST);
    costs.put("Logs", reports / 200 * 3_000 * LOG_BYTE);
    costs.put("Private database", reports * 400 * ENDPOINT_BYTE);
    costs.put("Data out", reports * 969 * INTERNET_BYTE);
    costs.put("Verification", reads * (0.05 * GB_SECOND + 0.3 * SQS_REQUEST + 700 * INTERNET_BYTE));
    return costs;
  }

  private static List<String> row(String part) {
    return Page.of("docs/performance.md").rows().stream()
        .filter(cells -> cells.getFirst().startsWith(part))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no line begins with " + part));
  }

  private static double amount(String part, int cell, String... without) {
    return Page.of("docs/performance.md").rows().stream()
        .filter(cells -> cells.getFirst().startsWith(part))
        .filter(cells -> List.of(without).stream().noneMatch(cells.getFirst()::contains))
        .mapToDouble(cells -> Double.parseDouble(cells.get(cell).replace("$", "")))
        .sum();
  }

  private static double sum(Map<String, Double> costs) {
    return costs.values().stream().mapToDouble(Double::doubleValue).sum();
  }

  private static String bold(Map<String, Double> costs) {
    return "**" + dollars(sum(costs)) + "**";
  }

  private static String dollars(double cost) {
    // To a millionth of a cent first: 5.475 is not quite that as a double.
    BigDecimal exact = BigDecimal.valueOf(cost).setScale(8, RoundingMode.HALF_UP);
    BigDecimal cents = exact.setScale(2, RoundingMode.HALF_UP);
    return exact.compareTo(new BigDecimal("0.005")) < 0 ? "under $0.01" : "$" + cents;
  }

  private static String month(double publicly, double endpoints) {
    return "**$%.0f / $%.0f**".formatted(publicly, publicly + endpoints);
  }
}
