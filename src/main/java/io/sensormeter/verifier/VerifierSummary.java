package io.sensormeter.verifier;

import java.util.EnumMap;
import java.util.LinkedHashMap;
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

  private final Map<Count, Integer> counts;

  /**
   * @param given the parts; wholes but {@code received} are added up here
   * @throws IllegalArgumentException if they do not add up to {@code received}
   */
  VerifierSummary(Map<Count, Integer> given) {
    this.counts = new EnumMap<>(Count.class);
    counts.putAll(given);
    sum(Count.DEFERRED, Count.UNREADABLE, Count.UNANSWERED, Count.MISCONFIGURED, Count.UNREAD);
    sum(Count.SKIPPED, Count.EXPIRED, Count.GONE, Count.REPEATED);
    int all = of(Count.ANSWERED) + of(Count.DEFERRED) + of(Count.SKIPPED);
    if (of(Count.RECEIVED) != all || of(Count.RATE_LIMITED) > of(Count.UNANSWERED)) {
      throw new IllegalArgumentException("a batch does not add up: " + fields());
    }
  }

  int of(Count count) {
    return counts.getOrDefault(count, 0);
  }

  /** Every number by name, for the invocation's one log line. */
  Map<String, Object> fields() {
    Map<String, Object> fields = new LinkedHashMap<>();
    for (Count count : Count.values()) {
      fields.put(count.label(), of(count));
    }
    return fields;
  }

  /** The metrics by name, all of them counts. */
  Map<String, Number> metrics() {
    Map<String, Number> metrics = new LinkedHashMap<>();
    for (Count count : Count.values()) {
      String metric = count.metric();
      if (metric != null) {
        metrics.put(metric, of(count));
      }
    }
    return metrics;
  }

  private void sum(Count whole, Count... parts) {
    int sum = 0;
    for (Count part : parts) {
      sum += of(part);
    }
    counts.put(whole, sum);
  }
}
