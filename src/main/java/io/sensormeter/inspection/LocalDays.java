package io.sensormeter.inspection;

import io.sensormeter.meter.Hour;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/**
 * The days of a time zone. An hour belongs to the day in which it begins there; a day has 23 to 25
 * of them.
 */
public record LocalDays(ZoneId zone) {

  private static final ZoneId UTC = ZoneId.of("UTC");

  /**
   * Reads a zone's name; without one, days are UTC's.
   *
   * @throws IllegalArgumentException naming the text, if it is none
   */
  public static LocalDays of(Optional<String> zone) {
    try {
      return new LocalDays(zone.isPresent() ? ZoneId.of(zone.get()) : UTC);
    } catch (DateTimeException e) {
      throw new IllegalArgumentException(
          "'" + zone.orElseThrow() + "' is no time zone; write it like Europe/Berlin or +05:30", e);
    }
  }

  /**
   * The hours of a day.
   *
   * @throws IllegalArgumentException naming the text, if it is no day
   */
  public Range range(String text) {
    LocalDate day;
    try {
      day = LocalDate.parse(text);
    } catch (DateTimeException e) {
      throw new IllegalArgumentException("'" + text + "' is no day; write it like 2026-11-14", e);
    }
    Hour next = begin(day.plusDays(1));
    return new Range(begin(day), next.minusHours(1));
  }

  public LocalDate day(Hour hour) {
    return LocalDate.ofInstant(hour.start(), zone);
  }

  /** As a clock shows it there; empty in UTC, where the hour's own name says it. */
  public Optional<String> local(Hour hour) {
    return zone.equals(UTC)
        ? Optional.empty()
        : Optional.of(hour.start().atZone(zone).toOffsetDateTime().toString());
  }

  /** The first full hour in UTC of a day. */
  private Hour begin(LocalDate day) {
    Instant start = day.atStartOfDay(zone).toInstant();
    Instant floor = start.truncatedTo(ChronoUnit.HOURS);
    return floor.equals(start) ? new Hour(floor) : new Hour(floor).plusHours(1);
  }
}
