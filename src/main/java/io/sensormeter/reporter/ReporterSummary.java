package io.sensormeter.reporter;

import io.sensormeter.lambda.Tally;
import java.util.Map;

/**
 * A batch in numbers of messages. Every message is counted once:
 *
 * <pre>
 * received = accepted + rejected + deferred + skipped
 * deferred = unreadable + unanswered + misconfigured + unsent     (returned to the queue)
 * skipped  = expired + repeated                                   (deleted without a call of their own)
 * outcomesSent = accepted + rejected
 * </pre>
 */
final class ReporterSummary {

  private final Tally<Count> tally;

  /**
   * @param given the parts; wholes but {@code received} are added up here
   * @throws IllegalArgumentException if they do not add up to {@code received}
   */
  ReporterSummary(Map<Count, Integer> given) {
    this.tally = new Tally<>(Count.class, given);
    tally.sum(
        Count.DEFERRED, Count.UNREADABLE, Count.UNANSWERED, Count.MISCONFIGURED, Count.UNSENT);
    tally.sum(Count.SKIPPED, Count.EXPIRED, Count.REPEATED);
    tally.sum(Count.OUTCOMES_SENT, Count.ACCEPTED, Count.REJECTED);
    int all = of(Count.OUTCOMES_SENT) + of(Count.DEFERRED) + of(Count.SKIPPED);
    if (of(Count.RECEIVED) != all
        || of(Count.DUPLICATES) + of(Count.ZERO_REFUSED) > of(Count.ACCEPTED)
        || of(Count.RATE_LIMITED) > of(Count.UNANSWERED)) {
      throw new IllegalArgumentException("a batch does not add up: " + fields());
    }
  }

  int of(Count count) {
    return tally.of(count);
  }

  /** Every number by name, for the invocation's one log line. */
  Map<String, Object> fields() {
    return tally.fields();
  }

  /** The metrics by name, all of them counts. */
  Map<String, Number> metrics() {
    return tally.metrics();
  }
}
