package io.sensormeter.meter;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A Stripe meter as the settings declare it.
 *
 * @param name Stripe's event name, {@code [a-z0-9_]{1,40}}
 * @param kind frozen on every report captured from now on
 * @param pastHour a flow: the tick at H reads [H−1, H), and that hour is stamped H−1:00; otherwise
 *     a gauge: the reading at H:00 stands for [H, H+1), stamped H:00
 * @param from the first event hour billed, where it is later than that of all meters
 */
public record Meter(String name, MeterKind kind, boolean pastHour, Optional<Hour> from) {

  private static final Pattern NAME = Pattern.compile("[a-z0-9_]{1,40}");

  public Meter {
    requireName(name);
    if (pastHour && kind == MeterKind.LAST) {
      throw new IllegalArgumentException(
          "a meter of kind last cannot be past-hour: of its period, the final event counts");
    }
  }

  static void requireName(String name) {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException("meter '" + name + "' does not match [a-z0-9_]{1,40}");
    }
  }

  /** The hour that the reading of {@code tick} stands for; its start is the event time. */
  public Hour eventHour(Hour tick) {
    return pastHour ? tick.minusHours(1) : tick;
  }

  /**
   * The first event hour billed.
   *
   * @param billFrom of all meters; empty = shadow, nothing is billed
   */
  public Optional<Hour> billedFrom(Optional<Hour> billFrom) {
    return billFrom.map(all -> from.filter(own -> own.isAfter(all)).orElse(all));
  }

  /** Whether what {@code tick} reads is billed; what is not is captured in shadow. */
  public boolean isBilled(Hour tick, Optional<Hour> billFrom) {
    return billedFrom(billFrom).filter(first -> !eventHour(tick).isBefore(first)).isPresent();
  }
}
