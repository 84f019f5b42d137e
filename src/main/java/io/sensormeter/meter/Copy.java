package io.sensormeter.meter;

import java.time.Instant;

/**
 * A copy of a pending report: all that the reporter needs to send it, and until when it may. There
 * may be several copies of one report; that they are equal and expire is what makes them harmless.
 *
 * @param key which report
 * @param kind frozen at capture
 * @param value active sensors, 0 to {@value #VALUE_MAX}
 * @param stripeCustomerId not blank
 * @param identifier frozen at capture; never computed again
 * @param sendBefore no call to Stripe begins at or after this instant
 */
public record Copy(
    ReportKey key,
    MeterKind kind,
    long value,
    String stripeCustomerId,
    Identifier identifier,
    Instant sendBefore) {

  /** Stripe takes at most 15 significant digits (docs.stripe.com, billing/meter_events). */
  public static final long VALUE_MAX = 999_999_999_999_999L;

  public Copy {
    if (value < 0 || value > VALUE_MAX) {
      throw new IllegalArgumentException(
          "value " + value + " of " + identifier + " is not 0 to 999999999999999");
    }
    if (stripeCustomerId.isBlank()) {
      throw new IllegalArgumentException("the Stripe customer of " + identifier + " is blank");
    }
  }
}
