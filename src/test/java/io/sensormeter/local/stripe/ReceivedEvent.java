package io.sensormeter.local.stripe;

import java.math.BigDecimal;
import java.time.Instant;

/** A meter event that Stripe answered with 200 and counts. Timestamps have whole seconds. */
public record ReceivedEvent(
    String identifier,
    String eventName,
    String customer,
    BigDecimal value,
    Instant timestamp,
    Instant receivedAt) {}
