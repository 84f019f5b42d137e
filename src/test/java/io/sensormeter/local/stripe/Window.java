package io.sensormeter.local.stripe;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/**
 * A meter's {@code event_time_window}, or how summaries are grouped. Windows are full UTC hours and
 * days (docs/stripe-facts.md, Meters).
 */
enum Window {
  /** Absent on the wire: every event counts; a summary covers the whole range. */
  RAW("", ChronoUnit.MINUTES),
  HOUR("hour", ChronoUnit.HOURS),
  DAY("day", ChronoUnit.DAYS);

  private final String wireName;
  private final ChronoUnit alignment;

  Window(String wireName, ChronoUnit alignment) {
    this.wireName = wireName;
    this.alignment = alignment;
  }

  /** Null for a name that is no window. */
  static @Nullable Window of(@Nullable String wireName) {
    return switch (wireName) {
      case null -> RAW;
      case "hour" -> HOUR;
      case "day" -> DAY;
      default -> null;
    };
  }

  String wireName() {
    return wireName;
  }

  Duration length() {
    return alignment.getDuration();
  }

  Instant startOf(Instant instant) {
    return instant.truncatedTo(alignment);
  }

  boolean isAligned(Instant instant) {
    return startOf(instant).equals(instant);
  }

  /**
   * Whether an invoice over these instants holds an event of this time. An invoice holds complete
   * windows only: the window that straddles the period's end moves to the next invoice
   * (docs/stripe-facts.md, Invoices: seen for {@code day}, open for {@code hour}).
   */
  boolean billsIn(Instant timestamp, Instant startInclusive, Instant endExclusive) {
    if (this == RAW) {
      return !timestamp.isBefore(startInclusive) && timestamp.isBefore(endExclusive);
    }
    Instant windowEnd = startOf(timestamp).plus(length());
    return windowEnd.isAfter(startInclusive) && !windowEnd.isAfter(endExclusive);
  }
}
