package io.sensormeter.reporter;

import io.sensormeter.lambda.Tally;
import org.jspecify.annotations.Nullable;

/** What messages of a batch are counted as; see {@link ReporterSummary} for how they add up. */
enum Count implements Tally.Counted {
  /** Messages of the batch. */
  RECEIVED("received", null),
  /** Stripe holds the event; includes {@link #DUPLICATES} and {@link #ZERO_REFUSED}. */
  ACCEPTED("accepted", "ReportsAccepted"),
  /** Of the accepted, those that Stripe already held. */
  DUPLICATES("duplicates", "ReportsDuplicate"),
  /** Of the accepted, refused zeros that leave nothing owed. */
  ZERO_REFUSED("zeroRefused", null),
  /** Refused by Stripe for good. */
  REJECTED("rejected", "ReportsRejected"),
  /** Went back to the queue. */
  DEFERRED("deferred", "ReportsDeferred"),
  /** No copies, or of a version this release does not know. */
  UNREADABLE("unreadable", "UnreadableMessages"),
  /** Sent without a clear answer; includes {@link #RATE_LIMITED}. */
  UNANSWERED("unanswered", null),
  /** Of the unanswered, those answered 429. */
  RATE_LIMITED("rateLimited", "StripeRateLimited"),
  /** Met a configuration error, of all or of their meter. */
  MISCONFIGURED("misconfigured", "StripeConfigurationErrors"),
  /**
   * Too little time was left, or another message met a configuration error, of all or their meter.
   */
  UNSENT("unsent", null),
  /** Deleted without a call of their own. */
  SKIPPED("skipped", null),
  /** {@code sendBefore} had passed. */
  EXPIRED("expired", "ReportsExpired"),
  /** Further copies of a report that was settled in this batch. */
  REPEATED("repeated", null),
  /** Outcomes that SQS holds; nothing is summed up before it does. */
  OUTCOMES_SENT("outcomesSent", null);

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
