package io.sensormeter.recorder;

import io.sensormeter.ledger.Settlements.Settled;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a batch of outcome messages came to: {@code outcomes = repeated + accepted + rejected +
 * beside + unchanged + unknown}.
 *
 * @param outcomes read from the messages
 * @param repeated of a report that has another outcome in the same batch
 * @param verified what the sightings in it came to
 * @param unreadable messages, not outcomes
 */
record RecorderSummary(
    int outcomes, int repeated, Settled settled, Verification.Verified verified, int unreadable) {

  RecorderSummary {
    int sum =
        repeated
            + settled.accepted()
            + settled.rejected()
            + settled.beside()
            + settled.unchanged()
            + settled.unknown();
    if (outcomes != sum) {
      throw new IllegalStateException(outcomes + " outcomes do not add up: " + settled);
    }
  }

  Map<String, Number> metrics() {
    Map<String, Number> metrics = new LinkedHashMap<>();
    metrics.put("OutcomesReceived", outcomes);
    metrics.put("OutcomesRepeated", repeated);
    metrics.put("OutcomesUnchanged", settled.unchanged());
    metrics.put("OutcomesUnknown", settled.unknown());
    metrics.put("ReportsRecordedAccepted", settled.accepted());
    metrics.put("ReportsRecordedRejected", settled.rejected());
    metrics.putAll(verified.metrics());
    metrics.put("UnreadableMessages", unreadable);
    return metrics;
  }
}
