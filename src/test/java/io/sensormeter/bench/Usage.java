package io.sensormeter.bench;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Seconds of processor time: of each function, the database, and what stands in for the rest. */
record Usage(Map<String, Double> seconds) {
  private static final String DATABASE = "database";
  private static final String OTHERS = "others";

  static Usage of(Deployment all) {
    Map<String, Double> seconds = new TreeMap<>();
    all.processorSeconds().forEach((function, used) -> seconds.put(function.title(), used));
    seconds.put(DATABASE, all.databaseSeconds());
    seconds.put(OTHERS, Processor.seconds(ProcessHandle.current().pid()));
    return new Usage(seconds);
  }

  Usage minus(Usage before) {
    Map<String, Double> since = new TreeMap<>();
    seconds.forEach((who, used) -> since.put(who, used - before.seconds.getOrDefault(who, 0.0)));
    return new Usage(since);
  }

  double product() {
    return functions().values().stream().mapToDouble(Double::doubleValue).sum();
  }

  /** Of the product, the database and the others, in another unit. */
  String text(double factor, String unit) {
    return "%s, the database %s, what stands in for SQS, Lambda and Stripe %s"
        .formatted(
            productText(factor, unit),
            Pairs.number(database() * factor),
            Pairs.number(seconds.getOrDefault(OTHERS, 0.0) * factor));
  }

  String productText(double factor, String unit) {
    return "the product %s %s (%s)"
        .formatted(
            Pairs.number(product() * factor),
            unit,
            functions().entrySet().stream()
                .map(
                    function ->
                        function.getKey() + " " + Pairs.number(function.getValue() * factor))
                .collect(Collectors.joining(", ")));
  }

  double database() {
    return seconds.getOrDefault(DATABASE, 0.0);
  }

  /** By title. */
  Map<String, Double> functions() {
    Map<String, Double> functions = new TreeMap<>(seconds);
    functions.keySet().removeAll(List.of(DATABASE, OTHERS));
    return functions;
  }
}
