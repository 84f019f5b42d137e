package io.sensormeter.verifier;

import io.sensormeter.meter.Sighting;
import io.sensormeter.stripe.Answer;
import java.util.List;

/** What became of an item of this batch. */
sealed interface Fate {

  Batch.Item item();

  /** Stripe said. The messages are deleted, once the sightings have left. */
  record Seen(Batch.Item item, List<Sighting> sightings) implements Fate {}

  /** {@code askBefore} had passed: not looked up, deleted. It is asked anew. */
  record Expired(Batch.Item item) implements Fate {}

  /** A notification whose event Stripe does not have (any more). Deleted. */
  record Gone(Batch.Item item, String message) implements Fate {}

  /** Looked up, but Stripe did not say. The messages come back. */
  record Unanswered(Batch.Item item, Answer.NoAnswer answer) implements Fate {}

  /**
   * Refused for how things are set up. The messages come back.
   *
   * @param problem what a person has to put right
   */
  record Misconfigured(Batch.Item item, String problem) implements Fate {}

  /** Not looked up. The messages come back. */
  record Unread(Batch.Item item, Why why) implements Fate {}

  /** Why an item was not looked up. */
  enum Why {
    /** Too little was left. */
    TIME,
    /** Another item met a configuration error, of all or of its meter. */
    CONFIGURATION
  }
}
