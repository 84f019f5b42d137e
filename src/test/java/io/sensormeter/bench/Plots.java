package io.sensormeter.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The plots of docs/performance.md, as Mermaid, from the figures of {@code bench.json}. What was
 * not measured is left out.
 */
public final class Plots {
  private static final Map<String, String> TIMES =
      ordered(
          "capture.plain", "capture ÷ bare table",
          "capture.guarded", "capture ÷ same constraints",
          "verify.compare", "comparing ÷ bare UPDATE");

  private static final Map<String, String> SHARES =
      ordered(
          "publish", "publish ÷ bare SendMessageBatch", "report", "report ÷ in flight by latency");

  private static final Map<String, String> GROWTH =
      ordered(
          "memory.1000", "1,000",
          "memory.10000", "10,000",
          "memory.100000", "100,000",
          "memory.1000000", "1,000,000");

  private static final Map<String, String> HOUR =
      ordered(
          "hour.capture", "capture",
          "hour.publish", "publish",
          "hour.report", "report",
          "hour.record", "record");

  private static final Map<String, String> PROCESSOR =
      ordered(
          "hour.cpu.Scheduler", "SchedulerFunction",
          "hour.cpu.Reporter", "ReporterFunction",
          "hour.cpu.Recorder", "RecorderFunction",
          "hour.cpu.Verifier", "VerifierFunction");

  private static final Map<String, String> COLD =
      ordered(
          "cold.Scheduler", "SchedulerFunction",
          "cold.Reporter", "ReporterFunction",
          "cold.Recorder", "RecorderFunction",
          "cold.Verifier", "VerifierFunction",
          "cold.View", "ViewFunction");

  private Plots() {}

  /** All that have a bar, a blank line between. */
  public static String of(JsonNode figures) {
    return Stream.of(
            plot("Times as long as the bare thing: shorter is better", "×", TIMES, figures, 1),
            plot("Share of what is possible: longer is better", "share", SHARES, figures, 1),
            plot(
                "Capture and publish in 128 MB, start included: seconds for so many organizations",
                "s",
                GROWTH,
                figures,
                1),
            plot("Where the time of an hour of 4,000 organizations goes", "s", HOUR, figures, 1),
            plot("Processor time an organization and hour", "ms", PROCESSOR, figures, 1),
            plot("Cold start, from the process to the first answer", "s", COLD, figures, 1))
        .filter(plot -> !plot.isEmpty())
        .collect(Collectors.joining("\n"));
  }

  private static String plot(
      String title, String unit, Map<String, String> names, JsonNode figures, double least) {
    Map<String, Double> bars = new LinkedHashMap<>();
    names.forEach(
        (name, label) -> {
          if (figures.has(name)) {
            bars.put(label, figures.path(name).path("value").asDouble());
          }
        });
    if (bars.isEmpty()) {
      return "";
    }
    double most = bars.values().stream().mapToDouble(Double::doubleValue).max().orElse(least);
    return """
    ```mermaid
    xychart-beta horizontal
      accTitle: %1$s
      accDescr: %2$s
      title "%1$s"
      x-axis [%3$s]
      y-axis "%4$s" 0 --> %5$s
      bar [%6$s]
    ```
    """
        .formatted(
            title,
            bars.entrySet().stream()
                .map(bar -> bar.getKey() + " " + number(bar.getValue()) + " " + unit)
                .collect(Collectors.joining(", ")),
            bars.keySet().stream().map("\"%s\""::formatted).collect(Collectors.joining(", ")),
            unit,
            number(most <= least ? least : Math.ceil(most * 1.1)),
            bars.values().stream().map(Plots::number).collect(Collectors.joining(", ")));
  }

  private static String number(double value) {
    return new BigDecimal(value).round(new MathContext(3)).stripTrailingZeros().toPlainString();
  }

  private static Map<String, String> ordered(String... pairs) {
    Map<String, String> ordered = new LinkedHashMap<>();
    for (int i = 0; i < pairs.length; i += 2) {
      ordered.put(pairs[i], pairs[i + 1]);
    }
    return ordered;
  }
}
