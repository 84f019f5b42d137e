package io.sensormeter.meter;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;

/** A calendar month in UTC: the billing period of whoever is billed by the month. */
public record CalendarMonth(YearMonth month) {

  /** The one that {@code instant} lies in. */
  public static CalendarMonth of(Instant instant) {
    return new CalendarMonth(YearMonth.from(instant.atOffset(ZoneOffset.UTC)));
  }

  /**
   * Reads {@code 2026-11}.
   *
   * @throws IllegalArgumentException naming the text, if it is none
   */
  public static CalendarMonth parse(String text) {
    try {
      return new CalendarMonth(YearMonth.parse(text));
    } catch (DateTimeException e) {
      throw new IllegalArgumentException("'" + text + "' is no month; write it like 2026-11", e);
    }
  }

  public CalendarMonth previous() {
    return new CalendarMonth(month.minusMonths(1));
  }

  public Hour first() {
    return new Hour(month.atDay(1).atStartOfDay(ZoneOffset.UTC).toInstant());
  }

  /** The hour after its last one. The tick of it reads a flow's last hour of the month. */
  public Hour end() {
    return new CalendarMonth(month.plusMonths(1)).first();
  }

  /** When its invoices close. */
  public Instant closes(int graceHours) {
    return end().start().plus(graceHours, ChronoUnit.HOURS);
  }

  @Override
  public String toString() {
    return month.toString();
  }
}
