package io.sensormeter.local.stripe;

import java.time.Duration;
import java.time.Instant;

/**
 * How far summaries are aggregated (docs/stripe-facts.md, Reading back: minutes late). What was
 * shown once stays shown, however late the next is. Thread-safe.
 */
final class Aggregation {
  private Duration lag = Duration.ZERO;
  private Instant reached = Instant.MIN;

  synchronized void lagBehind(Duration newLag, Instant now) {
    // Of what came at this very instant nobody has seen anything.
    reached = upTo(now).minusNanos(1);
    lag = newLag;
  }

  /** The newest receipt that is shown. */
  synchronized Instant upTo(Instant now) {
    Instant steady = now.minus(lag);
    return reached.isAfter(steady) ? reached : steady;
  }
}
