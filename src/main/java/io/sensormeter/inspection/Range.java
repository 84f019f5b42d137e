package io.sensormeter.inspection;

import io.sensormeter.config.SchedulerSettings;
import io.sensormeter.meter.Hour;
import java.util.List;
import java.util.stream.LongStream;

/**
 * Hours a command is about, both ends included.
 *
 * @param from not after {@code to}
 * @param to at most 815 hours after {@code from}
 */
public record Range(Hour from, Hour to) {

  public Range {
    if (to.isBefore(from)) {
      throw new IllegalArgumentException(
          "from %s lies after to %s; nothing was done".formatted(from, to));
    }
    if (from.hoursUntil(to) >= SchedulerSettings.CATCH_UP_HOURS_MAX) {
      throw new IllegalArgumentException(
          "%s to %s are %d hours; at most %d at once; nothing was done"
              .formatted(from, to, from.hoursUntil(to) + 1, SchedulerSettings.CATCH_UP_HOURS_MAX));
    }
  }

  /**
   * A shorter one.
   *
   * @param rule what is said of more than {@code most} hours, which it names
   */
  public static Range atMost(int most, Hour from, Hour to, String rule) {
    if (from.hoursUntil(to) >= most) {
      throw new IllegalArgumentException(
          "%s to %s are %d hours; %s; nothing was done"
              .formatted(from, to, from.hoursUntil(to) + 1, rule.formatted(most)));
    }
    return new Range(from, to);
  }

  public long hours() {
    return from.hoursUntil(to) + 1;
  }

  public List<Hour> newestFirst() {
    return LongStream.range(0, hours()).mapToObj(to::minusHours).toList();
  }
}
