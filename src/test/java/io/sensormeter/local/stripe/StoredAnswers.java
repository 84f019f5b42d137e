package io.sensormeter.local.stripe;

import java.time.Duration;
import java.time.Instant;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The first answer to each {@code Idempotency-Key}, replayed for 24 hours, 400s and 500s included
 * (docs/stripe-facts.md, Idempotency keys). Answers given before Stripe executes anything (401,
 * 403, 409, 429, a gateway's page) never get here. Thread-safe.
 */
final class StoredAnswers {
  private static final Duration KEPT_FOR = Duration.ofHours(24);

  /** Keys are random per call by default, so that a long run must forget the oldest ones. */
  private static final int KEPT_AT_MOST = 100_000;

  private record Stored(
      String params, Instant since, String requestId, @Nullable HttpAnswer answer) {}

  private final ConcurrentHashMap<String, Stored> byKey = new ConcurrentHashMap<>();
  private final Queue<String> oldestFirst = new ConcurrentLinkedQueue<>();
  private final AtomicInteger kept = new AtomicInteger();

  HttpAnswer once(MeterEventCall call, String params, Instant now, Supplier<HttpAnswer> work) {
    String key = call.idempotencyKey();
    if (key == null) {
      return work.get();
    }
    var mine = new Stored(params, now, call.requestId(), null);
    // Atomic: of two calls with one key, one works and the other sees it working.
    Stored current =
        byKey.compute(
            key,
            (same, stored) ->
                stored == null || !now.isBefore(stored.since().plus(KEPT_FOR)) ? mine : stored);
    if (!current.requestId().equals(mine.requestId())) {
      return replay(key, params, current);
    }
    try {
      HttpAnswer answer = work.get();
      byKey.put(key, new Stored(params, now, call.requestId(), answer));
      forgetOldest(key);
      return answer;
    } catch (RuntimeException e) {
      byKey.remove(key);
      throw e;
    }
  }

  private static HttpAnswer replay(String key, String params, Stored stored) {
    if (!stored.params().equals(params)) {
      return HttpAnswer.error(
          400,
          "idempotency_error",
          ("Keys for idempotent requests can only be used with the same parameters they were first"
                  + " used with. Try using a key other than '%s' if you meant to execute a"
                  + " different request.")
              .formatted(key),
          null,
          null);
    }
    if (stored.answer() == null) {
      return HttpAnswer.error(
          409,
          "idempotency_error",
          "There is currently another in-progress request using this Idempotency-Key: " + key,
          "idempotency_key_in_use",
          null);
    }
    return stored
        .answer()
        .with("Idempotent-Replayed", "true")
        .with("Original-Request", stored.requestId());
  }

  private void forgetOldest(String newest) {
    oldestFirst.add(newest);
    if (kept.incrementAndGet() > KEPT_AT_MOST) {
      String oldest = oldestFirst.remove();
      byKey.remove(oldest);
      kept.decrementAndGet();
    }
  }
}
