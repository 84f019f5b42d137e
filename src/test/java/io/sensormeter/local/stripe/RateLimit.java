package io.sensormeter.local.stripe;

import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;

/** At most so many calls in any second; a refused call does not count. Thread-safe. */
final class RateLimit {
  private final int callsPerSecond;
  private final InstantSource clock;
  private final ArrayDeque<Instant> lastSecond = new ArrayDeque<>();

  RateLimit(int callsPerSecond, InstantSource clock) {
    this.callsPerSecond = callsPerSecond;
    this.clock = clock;
  }

  synchronized boolean admits() {
    Instant now = clock.instant();
    Instant secondAgo = now.minusSeconds(1);
    while (!lastSecond.isEmpty() && !lastSecond.peekFirst().isAfter(secondAgo)) {
      lastSecond.removeFirst();
    }
    if (lastSecond.size() >= callsPerSecond) {
      return false;
    }
    lastSecond.addLast(now);
    return true;
  }
}
