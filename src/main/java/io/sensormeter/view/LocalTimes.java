package io.sensormeter.view;

import io.sensormeter.meter.Hour;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Times as a viewer's clock shows them. */
record LocalTimes(ZoneOffset zone) {

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm", Locale.ROOT);
  private static final DateTimeFormatter DAY =
      DateTimeFormatter.ofPattern("EEE d MMM", Locale.ENGLISH);
  private static final DateTimeFormatter OF_DAY = DateTimeFormatter.ofPattern("HH:mm", Locale.ROOT);

  boolean isUtc() {
    return zone.equals(ZoneOffset.UTC);
  }

  String name() {
    return isUtc() ? "UTC" : "UTC" + zone.getId();
  }

  /** As a command takes it. */
  String zoneId() {
    return isUtc() ? "UTC" : zone.getId();
  }

  /** To the minute. */
  String time(Instant instant) {
    return TIME.format(instant.atOffset(zone));
  }

  String hour(Hour hour) {
    return time(hour.start());
  }

  /** Without its day: {@code 14:00}. */
  String ofDay(Hour hour) {
    return OF_DAY.format(hour.start().atOffset(zone));
  }

  LocalDate day(Hour hour) {
    return LocalDate.ofInstant(hour.start(), zone);
  }

  static String day(LocalDate day) {
    return DAY.format(day);
  }

  /** The first full hour in UTC that begins in a day. */
  Hour first(LocalDate day) {
    Instant start = day.atStartOfDay(zone).toInstant();
    Hour floor = Hour.floor(start);
    return floor.start().equals(start) ? floor : floor.plusHours(1);
  }

  /** How long ago, in its largest unit. */
  static String ago(Instant since, Instant now) {
    Duration age = Duration.between(since, now);
    if (age.toMinutes() < 1) {
      return "just now";
    }
    if (age.toHours() < 1) {
      return Count.of(age.toMinutes(), "minute") + " ago";
    }
    return age.toHours() < 48
        ? Count.of(age.toHours(), "hour") + " ago"
        : Count.of(age.toDays(), "day") + " ago";
  }
}
