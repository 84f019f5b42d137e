package io.sensormeter.reporter;

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

  /** Refused for how things are set up. The messages come back. */
  record Misconfigured(Batch.Report report, Answer.ConfigurationError error) implements Fate {}

  /** Not sent: too little time was left, or another met a configuration error. They come back. */
  record Unsent(Batch.Report report) implements Fate {}
}
