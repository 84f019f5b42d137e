package io.sensormeter.local.stripe;

import org.jspecify.annotations.Nullable;

/**
 * One {@code POST /v1/billing/meter_events} as it arrived, before any rule was applied: what a
 * script decides on. Payload values are those under Stripe's default keys.
 *
 * @param number counts the calls to this fake from 1
 * @param requestId what the answer's {@code Request-Id} says
 */
public record MeterEventCall(
    long number,
    String requestId,
    @Nullable String idempotencyKey,
    @Nullable String eventName,
    @Nullable String identifier,
    @Nullable String customer,
    @Nullable String value,
    @Nullable String timestamp) {

  static MeterEventCall of(
      long number, String requestId, @Nullable String idempotencyKey, Form form) {
    return new MeterEventCall(
        number,
        requestId,
        idempotencyKey,
        form.get("event_name"),
        form.get("identifier"),
        form.get("payload[" + FakeMeter.DEFAULT_CUSTOMER_KEY + "]"),
        form.get("payload[" + FakeMeter.DEFAULT_VALUE_KEY + "]"),
        form.get("timestamp"));
  }
}
