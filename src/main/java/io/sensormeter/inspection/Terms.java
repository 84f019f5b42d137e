package io.sensormeter.inspection;

import io.sensormeter.database.ReadOnly;
import io.sensormeter.meter.Hour;
import java.time.Duration;
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

  /** The tick of an hour comes within a minute of its beginning, and takes a few at most. */
  private static final Duration TICK_TAKES = Duration.ofMinutes(10);

  Hour currentHour() {
    return Hour.floor(now);
  }

  /** The newest hour that should have been captured by now. */
  public Hour newestOwed() {
    return Hour.floor(now.minus(TICK_TAKES));
  }

  /** What Stripe accepted of this hour, or an earlier one, should have been seen there by now. */
  public Hour unverified() {
    return currentHour().minusHours((long) verifyEveryHours + UNVERIFIED_HOURS);
  }
}
