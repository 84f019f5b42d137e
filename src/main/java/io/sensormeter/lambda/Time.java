package io.sensormeter.lambda;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.function.LongSupplier;

/**
 * The time a function lives in: what its clock shows, and how it waits. A simulated world replaces
 * it as a whole, so that no wait is real there.
 *
 * @param clock what the ledger's instants and the limits of copies are taken from
 * @param nanoTime as {@link System#nanoTime}: for durations only
 * @param sleeper waits
 */
public record Time(InstantSource clock, LongSupplier nanoTime, Sleeper sleeper) {

  /** Waits for a duration, or less if the thread is interrupted. */
  public interface Sleeper {
    void sleep(Duration duration) throws InterruptedException;
  }

  /** By {@code clock}, with real waits. */
  public static Time of(InstantSource clock) {
    return new Time(clock, System::nanoTime, Thread::sleep);
  }

  /** Now, in whole microseconds: an instant must come back from PostgreSQL as it went in. */
  public Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MICROS);
  }

  /** Nanoseconds of an arbitrary origin, to measure durations with. */
  public long nanos() {
    return nanoTime.getAsLong();
  }

  /** Whether the whole duration was waited; an interrupt ends it and leaves the flag set. */
  public boolean sleep(Duration duration) {
    try {
      sleeper.sleep(duration);
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
