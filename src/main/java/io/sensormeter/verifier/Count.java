package io.sensormeter.verifier;

import io.sensormeter.lambda.Tally;
import org.jspecify.annotations.Nullable;

/** What a batch is counted by; see {@link VerifierSummary} for how the messages add up. */
enum Count implements Tally.Counted {
  /** Messages of the batch. */
  RECEIVED("received", null),
  /** Looked up, and Stripe said. */
  ANSWERED("answered", "QuestionsAnswered"),
  /** Went back to the queue. */
  DEFERRED("deferred", null),
  /** Neither question nor notification, or of a version this release does not know. */
  UNREADABLE("unreadable", "UnreadableMessages"),
  /** Looked up without a clear answer; includes {@link #RATE_LIMITED}. */
  UNANSWERED("unanswered", "QuestionsUnanswered"),
  /** Of the unanswered, those answered 429. */
  RATE_LIMITED("rateLimited", "StripeReadsLimited"),
  /** Met a configuration error, of all or of their meter. */
  MISCONFIGURED("misconfigured", "StripeReadConfigurationErrors"),
  /** Too little time was left, or another met a configuration error, of all or of their meter. */
  UNREAD("unread", null),
  /** Deleted without a sighting of their own. */
  SKIPPED("skipped", null),
  /** {@code askBefore} had passed. */
  EXPIRED("expired", "QuestionsExpired"),
  /** Notifications whose event Stripe does not have. */
  GONE("gone", null),
  /** Further messages of what was answered in this batch. */
  REPEATED("repeated", null),
  /** Requests to Stripe, each page of a list for itself; no messages. */
  READS("reads", "StripeReads"),
  /** What SQS holds of sightings; nothing is summed up before it does. No messages. */
  SIGHTINGS_SENT("sightingsSent", null);

  private final String label;
  private final @Nullable String metric;

  Count(String label, @Nullable String metric) {
    this.label = label;
    this.metric = metric;
  }

  @Override
  public String label() {
    return label;
  }

  @Override
  public @Nullable String metric() {
    return metric;
  }
}
