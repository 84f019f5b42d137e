package io.sensormeter.verifier;

import io.sensormeter.lambda.Tally;
import java.util.Map;

/**
 * A batch in numbers of messages, and what it cost. Every message is counted once:
 *
 * <pre>
 * received = answered + deferred + skipped
 * deferred = unreadable + unanswered + misconfigured + unread     (returned to the queue)
 * skipped  = expired + gone + repeated                            (deleted)
 * </pre>
 */
final class VerifierSummary {

  private final Tally<Count> tally;

  /**
   * @param given the parts; wholes but {@code received} are added up here
   * @throws IllegalArgumentException if they do not add up to {@code received}
   */
  VerifierSummary(Map<Count, Integer> given) {
    this.tally = new Tally<>(Count.class, given);
    tally.sum(
        Count.DEFERRED, Count.UNREADABLE, Count.UNANSWERED, Count.MISCONFIGURED, Count.UNREAD);
    tally.sum(Count.SKIPPED, Count.EXPIRED, Count.GONE, Count.REPEATED);
    int all = of(Count.ANSWERED) + of(Count.DEFERRED) + of(Count.SKIPPED);
    if (of(Count.RECEIVED) != all || of(Count.RATE_LIMITED) > of(Count.UNANSWERED)) {
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
