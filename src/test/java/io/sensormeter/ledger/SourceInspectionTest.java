package io.sensormeter.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

final class SourceInspectionTest {
  private static final Map<String, String> TABLES =
      Map.of(
          "organization", "organizations",
          "site", "sites",
          "area", "areas",
          "unit", "units",
          "device", "devices",
          "subscription", "subscriptions");

  @Test
  void columnsExaminedAreThoseTheShippedFunctionReads() throws IOException {
    String script =
        Files.readString(Path.of("src/main/resources/db/source/R__billable_readings.sql"));

    TreeSet<String> examined = new TreeSet<>();
    SourceInspection.SHIPPED_COLUMNS.forEach(
        (table, columns) -> columns.forEach(column -> examined.add(table + "." + column)));
    TreeSet<String> read = new TreeSet<>();
    Pattern.compile("\\b(" + String.join("|", TABLES.keySet()) + ")\\.(\\w+)")
        .matcher(script)
        .results()
        .forEach(m -> read.add(TABLES.get(m.group(1)) + "." + m.group(2)));

    assertThat(examined).isEqualTo(read);
  }
}
