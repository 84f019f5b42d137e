package io.sensormeter.inspection;

import io.sensormeter.database.ReadOnly;
import io.sensormeter.meter.Hour;
import java.time.Instant;
import java.util.Optional;

/**
 * With what the ledger is looked at.
 *
 * @param verifyEveryHours how often what Stripe accepted is looked up in its summaries
 * @param billFrom as the settings say; empty = shadow
 * @param shippedSource whether subscriptions can be read; of another source nothing is known
 */
public record Terms(
    ReadOnly reads,
    Instant now,
    int verifyEveryHours,
    Optional<Hour> billFrom,
    boolean shippedSource) {

  Hour currentHour() {
    return Hour.floor(now);
  }
}
