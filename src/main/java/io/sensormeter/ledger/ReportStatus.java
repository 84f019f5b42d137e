package io.sensormeter.ledger;

import java.util.Locale;

/** The states of a report; the arrows between them are in the README under "How it works". */
public enum ReportStatus {
  /** Captured before BILL_FROM: final, never sent. */
  SHADOW,
  /** Captured, no outcome yet. */
  PENDING,
  /** Stripe holds the event. */
  ACCEPTED,
  /** Stripe's summaries show the value. */
  VERIFIED,
  /** Refused by capture or by Stripe; a person has to look. */
  REJECTED,
  /** Additive, no outcome 24 h after capture: nothing is sent until Stripe was asked. */
  UNRESOLVED,
  /** A later revision, or on a {@code last} meter a later hour, stands in its place. */
  SUPERSEDED,
  /** Stripe shows another value than the ledger. */
  DISCREPANCY,
  /** Pending past Stripe's limit on the age of a timestamp. */
  EXPIRED;

  /** As in the ledger's column {@code status}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
