package io.sensormeter.local.stripe;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Identifiers taken in the account, each by default for exactly the 24 hours Stripe promises
 * (docs/stripe-facts.md, Identifiers). "At least 24 hours": the fake forgets at the earliest moment
 * Stripe may, which is when a careless resend bills twice. Thread-safe.
 */
final class Identifiers {
  private volatile Duration uniqueFor = Duration.ofHours(24);
  private final ConcurrentHashMap<String, Instant> takenAt = new ConcurrentHashMap<>();

  /** Takes the identifier; false when it was taken less than 24 hours ago. */
  boolean take(String identifier, Instant now) {
    boolean[] taken = {false};
    takenAt.compute(
        identifier,
        (key, since) -> {
          taken[0] = since == null || !now.isBefore(since.plus(uniqueFor));
          return taken[0] ? now : since;
        });
    return taken[0];
  }

  void uniqueFor(Duration duration) {
    uniqueFor = duration;
  }

  void giveBack(String identifier) {
    takenAt.remove(identifier);
  }
}
