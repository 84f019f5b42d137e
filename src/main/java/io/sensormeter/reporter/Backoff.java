package io.sensormeter.reporter;

import java.time.Duration;

/**
 * When a message without an answer comes back: later with each receive, scattered so that what
 * failed together does not come back together.
 *
 * <p>All of a message's receives fit into the 110 minutes after which the ledger may publish the
 * report again ({@code sendBefore}), so that a message reaches the dead-letter queue only when
 * Stripe has been silent for most of that time: 90.5 minutes at the longest.
 */
public final class Backoff {

  /** The reports queue's {@code maxReceiveCount}; the template test compares. */
  public static final int MAX_RECEIVES = 10;

  private static final Duration FIRST = Duration.ofSeconds(30);
  private static final Duration LONGEST = Duration.ofMinutes(15);

  private Backoff() {}

  /**
   * The delay after a receive: 30 s, doubled with each receive up to 15 minutes, and of that 50 to
   * 100 %.
   *
   * @param receiveCount SQS's {@code ApproximateReceiveCount}; less than 1 counts as 1
   * @param chance evenly distributed, 0 (inclusive) to 1 (exclusive)
   */
  static Duration delay(int receiveCount, double chance) {
    Duration longest = longest(receiveCount);
    return Duration.ofMillis(Math.round(longest.toMillis() * (0.5 + chance / 2)));
  }

  /** The longest delay after a receive. */
  static Duration longest(int receiveCount) {
    // Doubled more often it is past the cap anyway, and must not overflow.
    int doublings = Math.clamp(receiveCount - 1L, 0, 10);
    Duration delay = FIRST.multipliedBy(1L << doublings);
    return delay.compareTo(LONGEST) < 0 ? delay : LONGEST;
  }
}
