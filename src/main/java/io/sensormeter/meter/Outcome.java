package io.sensormeter.meter;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a report after a call to Stripe. No outcome means silence: the copy comes back.
 */
public sealed interface Outcome {

  /** Which report. */
  ReportKey key();

  /** When Stripe's answer was read, by the reporter's clock. */
  Instant at();

  /** Stripe's request id of the answer, for a support ticket; null if Stripe sent none. */
  @Nullable String requestId();

  /**
   * Stripe holds the event.
   *
   * @param duplicate an earlier copy had delivered it: Stripe refused this one by its identifier
   */
  record Accepted(ReportKey key, Instant at, @Nullable String requestId, boolean duplicate)
      implements Outcome {}

  /**
   * Stripe refused a first revision of value 0 on a sum meter. Nothing is owed for it, so it counts
   * as accepted.
   */
  record ZeroRefused(ReportKey key, Instant at, @Nullable String requestId, String message)
      implements Outcome {

    /** The ledger's {@code failure_code} beside status {@code accepted}. */
    public static final String CODE = "zero_refused";
  }

  /**
   * Stripe refused the event for good: a person has to look.
   *
   * @param code Stripe's error code, or its error type where it gives no code
   * @param message Stripe's text, at most {@value #MESSAGE_MAX} characters
   */
  record Rejected(
      ReportKey key, Instant at, @Nullable String requestId, String code, String message)
      implements Outcome {}

  /** Stripe's texts are cut to this many characters before they travel. */
  int MESSAGE_MAX = 200;

  /** {@code text} cut to {@value #MESSAGE_MAX} characters. */
  static String cut(String text) {
    return text.length() <= MESSAGE_MAX ? text : text.substring(0, MESSAGE_MAX - 1) + "…";
  }
}
