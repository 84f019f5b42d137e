package io.sensormeter.meter;

import java.time.Instant;

/**
 * A copy of a pending report: all that the reporter needs to send it, and until when it may. There
 * may be several copies of one report; that they are equal and expire is what makes them harmless.
 *
 * @param key which report
 * @param kind frozen at capture
 * @param eventHour the hour that Stripe counts the value for, stamped with its start
 * @param value active sensors, 0 to {@value #VALUE_MAX}
 * @param stripeCustomerId see {@link Characters#isCustomer}
 * @param identifier frozen at capture; never computed again
 * @param capturedAt when the source was read
 * @param sendBefore no call to Stripe begins at or after this instant
 */
public record Copy(
    ReportKey key,
    MeterKind kind,
    Hour eventHour,
    long value,
    String stripeCustomerId,
    Identifier identifier,
    Instant capturedAt,
    Instant sendBefore) {

  /** Stripe takes at most 15 significant digits (docs.stripe.com, billing/meter_events). */
  public static final long VALUE_MAX = 999_999_999_999_999L;

  public Copy {
    if (value < 0 || value > VALUE_MAX) {
      throw new IllegalArgumentException(
          "value " + value + " of " + identifier + " is not 0 to 999999999999999");
    }
    if (!Characters.isCustomer(stripeCustomerId)) {
      throw new IllegalArgumentException(
          "the Stripe customer of " + identifier + " is not 1 to 255 printable characters");
    }
  }
}
