package io.sensormeter.ledger;

import java.util.Locale;

/** Why capture rejects a reading it cannot bill; the column {@code failure_code} of the report. */
public enum CaptureFailure {
  /** The source gave no Stripe customer. */
  CUSTOMER_BLANK,
  /** Another organization is already live for this Stripe customer, meter and hour. */
  CUSTOMER_SHARED,
  /** The source gave the organization and meter more than once. */
  READING_DOUBLED,
  /** The source gave no value. */
  VALUE_NULL,
  /** The value is NaN or infinite. */
  VALUE_NOT_FINITE,
  VALUE_NEGATIVE,
  VALUE_FRACTIONAL,
  /** Over 15 digits, which Stripe refuses. */
  VALUE_TOO_LARGE;

  public String code() {
    return name().toLowerCase(Locale.ROOT);
  }
}
