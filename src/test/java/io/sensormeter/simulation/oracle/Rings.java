package io.sensormeter.simulation.oracle;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** What has become an exception since a tick last printed its numbers, for which alarms wait. */
final class Rings {
  private static final Map<String, String> METRICS =
      Map.of(
          "unresolved", "ReportsNewlyUnresolved",
          "expired", "ReportsNewlyExpired",
          "superseded", "SupersededUnsent",
          "discrepancy", "Discrepancies");

  private final Map<Reading.Revision, String> fresh = new LinkedHashMap<>();

  void moved(Move move) {
    if (METRICS.containsKey(move.to())) {
      fresh.put(move.report(), move.to());
    } else {
      fresh.remove(move.report());
    }
  }

  /** What is wrong with the numbers: each is told, and may be told again. */
  Optional<String> told(Map<String, Double> metrics) {
    Optional<String> wrong =
        METRICS.entrySet().stream()
            .filter(
                each ->
                    metrics.getOrDefault(each.getValue(), 0.0)
                        < fresh.values().stream().filter(each.getKey()::equals).count())
            .map(each -> each.getValue() + " in " + metrics + " of " + fresh)
            .findFirst();
    fresh.clear();
    return wrong;
  }
}
