package io.sensormeter.simulation;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** The world's time. It passes only when the world says so, and never goes back. */
final class VirtualClock implements InstantSource {
  private Instant now;

  VirtualClock(Instant now) {
    this.now = now;
  }

  @Override
  public Instant instant() {
    return now;
  }

  void advance(Duration duration) {
    now = now.plus(duration);
  }

  /** Nothing if it is later already. */
  void advanceTo(Instant instant) {
    if (instant.isAfter(now)) {
      now = instant;
    }
  }
}
