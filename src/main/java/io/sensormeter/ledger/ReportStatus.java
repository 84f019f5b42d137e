package io.sensormeter.ledger;

import java.util.Locale;

/** The states of a report. The arrows between them are drawn in this package's description. */
public enum ReportStatus {
  /** Captured, but not to be billed: never sent unless a person releases it. */
  SHADOW,
  /** Captured, no outcome yet. */
  PENDING,
  /** Stripe said that it holds the event. */
  ACCEPTED,
  /** Stripe's summaries show the value. */
  VERIFIED,
  /** Refused by capture or by Stripe; a person has to look. */
  REJECTED,
  /**
   * Additive, no outcome 24 h after the first publication: nothing is sent until Stripe was asked.
   */
  UNRESOLVED,
  /** On a {@code last} meter a later hour stands in its place. */
  SUPERSEDED,
  /** Stripe shows another value than the ledger. */
  DISCREPANCY,
  /** Pending past Stripe's limit on the age of a timestamp. */
  EXPIRED,
  /** A later revision stands in its place; final. */
  REPLACED;

  /** The {@code failure_code} of what Stripe took though another report stands in its place. */
  public static final String ACCEPTED_BESIDE_LIVE = "accepted_beside_live";

  /**
   * The {@code failure_code} of a replaced revision that Stripe took after all, and of the one in
   * its place if both may be billed.
   */
  public static final String ALSO_ACCEPTED = "also_accepted";

  /**
   * Those of a report on a {@code last} meter that no earlier hour's event may come after, as SQL:
   * Stripe holds it, or may be sent it.
   */
  public static final String OVERTAKING =
      "('pending', 'accepted', 'verified', 'unresolved', 'discrepancy')";

  /** As in the ledger's column {@code status}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
