package io.sensormeter.lambda;

import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a batch came to, in numbers: for the invocation's one log line and its metrics.
 *
 * @param <C> what is counted, in the order of the log line
 */
public final class Tally<C extends Enum<C> & Tally.Counted> {

  /** Something that is counted. */
  public interface Counted {

    /** As in the log line. */
    String label();

    /** The metric's name; null if it is none. */
    @Nullable String metric();
  }

  private final Class<C> type;
  private final Map<C, Integer> counts;

  /**
   * @param given what is not given is 0
   */
  public Tally(Class<C> type, Map<C, Integer> given) {
    this.type = type;
    this.counts = new EnumMap<>(type);
    counts.putAll(given);
  }

  public int of(C count) {
    return counts.getOrDefault(count, 0);
  }

  /** Makes a whole of its parts. */
  @SafeVarargs
  public final void sum(C whole, C... parts) {
    int sum = 0;
    for (C part : parts) {
      sum += of(part);
    }
    counts.put(whole, sum);
  }

  /** Every number by name. */
  public Map<String, Object> fields() {
    Map<String, Object> fields = new LinkedHashMap<>();
    for (C count : type.getEnumConstants()) {
      fields.put(count.label(), of(count));
    }
    return fields;
  }

  /** The metrics by name, all of them counts. */
  public Map<String, Number> metrics() {
    Map<String, Number> metrics = new LinkedHashMap<>();
    for (C count : type.getEnumConstants()) {
      String metric = count.metric();
      if (metric != null) {
        metrics.put(metric, of(count));
      }
    }
    return metrics;
  }
}
