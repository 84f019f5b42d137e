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

  /** As the alarm on the oldest hour that Stripe was not seen to hold. */
  private static final int UNVERIFIED_HOURS = 26;

  Hour currentHour() {
    return Hour.floor(now);
  }

  /** What Stripe accepted of this hour, or an earlier one, should have been seen there by now. */
  public Hour unverified() {
    return currentHour().minusHours((long) verifyEveryHours + UNVERIFIED_HOURS);
  }
}
