package io.sensormeter.local;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicReference;

/** A clock that runs, and can be moved. Thread-safe. */
final class RunningClock implements InstantSource {
  private final AtomicReference<Duration> ahead = new AtomicReference<>(Duration.ZERO);

  @Override
  public Instant instant() {
    return Clock.systemUTC().instant().plus(ahead.get());
  }

  /** Shows this instant now, and runs on from there. */
  void set(Instant now) {
    ahead.set(Duration.between(Clock.systemUTC().instant(), now));
  }
}
