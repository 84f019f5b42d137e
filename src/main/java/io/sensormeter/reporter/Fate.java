package io.sensormeter.reporter;

import io.sensormeter.meter.MeterRefusal;
import io.sensormeter.meter.Outcome;
import io.sensormeter.stripe.Answer;

/** What became of a report's copies in this batch. */
sealed interface Fate {

  Batch.Report report();

  /** Stripe gave its last word. The messages are deleted, once the outcome has left. */
  record Settled(Batch.Report report, Outcome outcome) implements Fate {}

  /** {@code sendBefore} had passed: not sent, deleted. The ledger publishes the report again. */
  record Expired(Batch.Report report) implements Fate {}

  /** Sent, but what Stripe made of it is unknown. The messages come back, later each time. */
  record Unanswered(Batch.Report report, Answer.NoAnswer answer) implements Fate {}

  /**
   * Refused for how things are set up. The messages come back.
   *
   * @param problem what a person has to put right
   */
  record Misconfigured(Batch.Report report, String problem) implements Fate {}

  /** Stripe has no active meter of its name. The messages come back. */
  record MeterRefused(Batch.Report report, MeterRefusal refusal) implements Fate {}

  /** Not sent. The messages come back. */
  record Unsent(Batch.Report report, Why why) implements Fate {}

  /** Why a report was not sent. */
  enum Why {
    /** Too little was left. */
    TIME,
    /** Another report met a configuration error. */
    CONFIGURATION,
    /** Another report of the same meter was told that Stripe has none of this name. */
    METER
  }
}
