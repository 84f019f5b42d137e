package io.sensormeter.recorder;

import io.sensormeter.ledger.LateRefusals;
import io.sensormeter.ledger.Settlements.Settled;
import io.sensormeter.ledger.Verifications;
import java.util.Set;

/** What a batch of outcomes emits, for the tests of the template. */
public final class RecorderMetrics {

  private RecorderMetrics() {}

  public static Set<String> names() {
    return new RecorderSummary(
            0,
            0,
            new Settled(0, 0, 0, 0, 0),
            new Verification.Verified(
                0, new LateRefusals.Applied(0, 0, 0), new Verifications.Compared(0, 0, 0)),
            0)
        .metrics()
        .keySet();
  }
}
