package io.sensormeter.stripe;

import java.util.OptionalLong;

/**
 * Spreads calls evenly, so that all instances together stay below Stripe's rate limit. Slots lie
 * one interval apart; each caller reserves one and waits for it itself. Lives as long as its
 * environment and starts empty: a new environment begins with a wait of one interval, so that
 * replacing environments cannot add bursts. Thread-safe.
 *
 * <p>Slots that nobody took are kept for {@value #CATCH_UP_MILLIS} ms at most. So no second sees
 * more than 1.1 times the rate and one call: at 800 calls a second 881, below Stripe's limit of
 * 1,000.
 */
public final class Pace {

  /** Evens out what threads wake late, and is far too little for a burst after idleness. */
  static final int CATCH_UP_MILLIS = 100;

  private static final double NANOS_PER_SECOND = 1e9;
  private static final long CATCH_UP_NANOS = CATCH_UP_MILLIS * 1_000_000L;

  private final double intervalNanos;
  private final long originNanos;
  // Since the origin, as a double: intervals need not be whole nanoseconds, and sums must not
  // drift.
  private double nextNanos;

  /**
   * @param callsPerSecond of all instances together, as {@code STRIPE_CALLS_PER_SECOND}; above 0
   * @param instances how many run at once, as {@code REPORTER_MAX_CONCURRENCY}; above 0
   * @param nowNanos {@link System#nanoTime}
   */
  public Pace(double callsPerSecond, int instances, long nowNanos) {
    if (!(callsPerSecond > 0) || instances < 1) {
      throw new IllegalArgumentException(
          callsPerSecond + " calls per second over " + instances + " instances is no pace");
    }
    this.intervalNanos = NANOS_PER_SECOND * instances / callsPerSecond;
    this.originNanos = nowNanos;
    this.nextNanos = intervalNanos;
  }

  /**
   * Reserves the next slot, unless it lies too far ahead; then it stays free for others.
   *
   * @param nowNanos {@link System#nanoTime}
   * @param maxWaitNanos the longest wait the caller can bear
   * @return how long to wait before the call may begin, in nanoseconds from {@code nowNanos}; empty
   *     if it would be more than {@code maxWaitNanos}
   */
  public synchronized OptionalLong reserve(long nowNanos, long maxWaitNanos) {
    long sinceOrigin = nowNanos - originNanos;
    double slot = Math.max(nextNanos, (double) (sinceOrigin - CATCH_UP_NANOS));
    long wait = Math.max(0, (long) Math.ceil(slot - sinceOrigin));
    if (wait > maxWaitNanos) {
      return OptionalLong.empty();
    }
    nextNanos = slot + intervalNanos;
    return OptionalLong.of(wait);
  }
}
