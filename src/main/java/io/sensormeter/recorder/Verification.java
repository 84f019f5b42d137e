package io.sensormeter.recorder;

import io.sensormeter.ledger.LateRefusals;
import io.sensormeter.ledger.SeenMeters;
import io.sensormeter.ledger.Verifications;
import io.sensormeter.meter.Sighting;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What becomes of a batch's sightings: meters first, since the others are judged by them. */
record Verification(SeenMeters meters, LateRefusals refusals, Verifications verifications) {

  /**
   * What they came to.
   *
   * @param sightings how many there were
   */
  record Verified(int sightings, LateRefusals.Applied refused, Verifications.Compared compared) {

    Map<String, Number> metrics() {
      Map<String, Number> metrics = new LinkedHashMap<>();
      metrics.put("SightingsReceived", sightings);
      metrics.put("NewlyVerified", compared.verified());
      metrics.put("ReportsRecordedDiscrepancy", compared.discrepancies());
      metrics.put("ReportsReplaced", compared.replaced());
      metrics.put("ReportsRefusedLater", refused.rejected());
      return metrics;
    }
  }

  Verified record(List<Sighting> sightings, Duration lateAfter, Instant now) {
    meters.note(sightings);
    LateRefusals.Applied refused = refusals.apply(sightings, now);
    return new Verified(
        sightings.size(), refused, verifications.compare(sightings, lateAfter, now));
  }
}
