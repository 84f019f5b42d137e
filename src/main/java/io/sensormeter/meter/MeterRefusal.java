package io.sensormeter.meter;

import java.time.Instant;

/**
 * Stripe has no active meter of this name: nothing of it can be sent until a person creates or
 * reactivates it. Says nothing about any report, so all of them stay as they are.
 *
 * @param meter Stripe's event name
 * @param at when Stripe's answer was read, by the reporter's clock
 * @param message Stripe's text, at most {@value Outcome#MESSAGE_MAX} characters
 */
public record MeterRefusal(String meter, Instant at, String message) {

  public MeterRefusal {
    Meter.requireName(meter);
  }
}
