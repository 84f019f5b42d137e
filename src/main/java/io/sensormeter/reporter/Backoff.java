package io.sensormeter.reporter;

import java.time.Duration;

/**
 * When a message without an answer comes back: later with each receive, scattered so that what
 * failed together does not come back together.
 *
 * <p>All of a message's receives last longer than any copy lives, so that Stripe's silence never
 * puts a copy that may still be sent into the dead-letter queue: it expires first, and is deleted
 * at its next receive. A copy lives less than 80 minutes: to the next xx:55 that is 20 minutes away
 * or more. What comes back without a delay (unsent, misconfigured, the delay not set) does so after
 * the queue's visibility timeout of 370 s; in a batch that Stripe's silence uses up, some messages
 * do, and one message may do now and then. So each receive is worth the shorter of the two, the
 * shortest delay or the timeout: 15, 30, 60, 120 and 240 s, then 370 s each. Of those, {@value
 * #MAX_RECEIVES} make 81.75 minutes, one fewer 75.6.
 */
public final class Backoff {

  /** The reports queue's {@code maxReceiveCount}; the template test compares. */
  public static final int MAX_RECEIVES = 17;

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
    long longest = longest(receiveCount).toMillis();
    return Duration.ofMillis(Math.round(longest * (0.5 + chance / 2)));
  }

  private static Duration longest(int receiveCount) {
    // Doubled more often it is past the cap anyway, and must not overflow.
    int doublings = Math.clamp(receiveCount - 1L, 0, 10);
    Duration delay = FIRST.multipliedBy(1L << doublings);
    return delay.compareTo(LONGEST) < 0 ? delay : LONGEST;
  }
}
