package io.sensormeter.scheduler;

import io.sensormeter.ledger.Captures.Captured;
import io.sensormeter.meter.Hour;
import java.util.List;
import java.util.Map;

/**
 * What a tick would do.
 *
 * @param captures what each owed hour would give
 * @param overdueHours hours of which reports would be published again
 */
public record TickPreview(
    Hour tick, boolean shadow, List<Captured> captures, List<Hour> overdueHours) {

  Map<String, Object> fields() {
    return Map.of(
        "tick", tick.toString(),
        "dryRun", true,
        "shadow", shadow,
        "wouldCapture", captures.stream().map(Captured::fields).toList(),
        "wouldPublishAgain", overdueHours.stream().map(Hour::toString).toList());
  }
}
