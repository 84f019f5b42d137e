package io.sensormeter.reporter;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A batch in numbers of messages. Every message is counted once:
 *
 * <pre>
 * received = accepted + rejected + deferred + skipped
 * deferred = unreadable + unanswered + misconfigured + unsent     (returned to the queue)
 * skipped  = expired + repeated                                   (deleted without a call of their own)
 * outcomes sent = accepted + rejected
 * </pre>
 *
 * @param received messages of the batch
 * @param accepted Stripe holds the event; includes {@code duplicates} and {@code zeroRefused}
 * @param duplicates of the accepted, those that Stripe already held
 * @param zeroRefused of the accepted, refused zeros that leave nothing owed
 * @param rejected refused by Stripe for good
 * @param unreadable no copies, or of a version this release does not know
 * @param unanswered sent without a clear answer; includes {@code rateLimited}
 * @param rateLimited of the unanswered, those answered 429
 * @param misconfigured met a configuration error
 * @param unsent too little time was left, or another message met a configuration error
 * @param expired {@code sendBefore} had passed
 * @param repeated further copies of a report that was settled in this batch
 */
public record ReporterSummary(
    int received,
    int accepted,
    int duplicates,
    int zeroRefused,
    int rejected,
    int unreadable,
    int unanswered,
    int rateLimited,
    int misconfigured,
    int unsent,
    int expired,
    int repeated) {

  public ReporterSummary {
    int deferred = unreadable + unanswered + misconfigured + unsent;
    int skipped = expired + repeated;
    if (received != accepted + rejected + deferred + skipped) {
      throw new IllegalArgumentException(
          "received %d is not accepted %d + rejected %d + deferred %d + skipped %d"
              .formatted(received, accepted, rejected, deferred, skipped));
    }
    if (duplicates + zeroRefused > accepted || rateLimited > unanswered) {
      throw new IllegalArgumentException(
          "duplicates %d + zero refused %d of accepted %d, rate limited %d of unanswered %d"
              .formatted(duplicates, zeroRefused, accepted, rateLimited, unanswered));
    }
  }

  /** Messages that went back to the queue. */
  public int deferred() {
    return unreadable + unanswered + misconfigured + unsent;
  }

  /** Messages deleted without a call of their own. */
  public int skipped() {
    return expired + repeated;
  }

  /** Outcomes that SQS holds; nothing is summed up before it does. */
  public int outcomesSent() {
    return accepted + rejected;
  }

  /** The metrics by name, all of them counts. */
  public Map<String, Number> metrics() {
    Map<String, Number> metrics = new LinkedHashMap<>();
    metrics.put("ReportsAccepted", accepted);
    metrics.put("ReportsDuplicate", duplicates);
    metrics.put("ReportsRejected", rejected);
    metrics.put("ReportsDeferred", deferred());
    metrics.put("ReportsExpired", expired);
    metrics.put("StripeRateLimited", rateLimited);
    metrics.put("StripeConfigurationErrors", misconfigured);
    metrics.put("UnreadableMessages", unreadable);
    return metrics;
  }

  /** Every number by name, for the invocation's one log line. */
  public Map<String, Object> fields() {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("received", received);
    fields.put("accepted", accepted);
    fields.put("duplicates", duplicates);
    fields.put("zeroRefused", zeroRefused);
    fields.put("rejected", rejected);
    fields.put("deferred", deferred());
    fields.put("unreadable", unreadable);
    fields.put("unanswered", unanswered);
    fields.put("rateLimited", rateLimited);
    fields.put("misconfigured", misconfigured);
    fields.put("unsent", unsent);
    fields.put("skipped", skipped());
    fields.put("expired", expired);
    fields.put("repeated", repeated);
    fields.put("outcomesSent", outcomesSent());
    return fields;
  }
}
