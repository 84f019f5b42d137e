package io.sensormeter.meter;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;

/**
 * A full hour in UTC, named by its start: the reading of hour H is taken at H:00 and stamped H:00.
 *
 * @param start the first instant of the hour; refused unless it is a full hour
 */
public record Hour(Instant start) implements Comparable<Hour> {

  /** In {@code 2026-11-22T14:00:00Z}: what the label keeps. */
  private static final int LABEL_LENGTH = 13;

  public Hour {
    if (!start.equals(start.truncatedTo(ChronoUnit.HOURS))) {
      throw new IllegalArgumentException(
          start + " is not a full hour in UTC, such as 2026-12-01T00:00:00Z");
    }
  }

  /** The hour that {@code instant} lies in. */
  public static Hour floor(Instant instant) {
    return new Hour(instant.truncatedTo(ChronoUnit.HOURS));
  }

  /**
   * Reads {@code 2026-12-01T00:00:00Z} or the label {@code 2026-12-01T00Z}.
   *
   * @throws IllegalArgumentException naming the text, if it is neither or not a full hour
   */
  public static Hour parse(String text) {
    String trimmed = text.trim();
    String full =
        trimmed.matches("\\d{4}-\\d{2}-\\d{2}T\\d{2}Z")
            ? trimmed.substring(0, LABEL_LENGTH) + ":00:00Z"
            : trimmed;
    Instant start;
    try {
      start = DateTimeFormatter.ISO_OFFSET_DATE_TIME.parse(full, Instant::from);
    } catch (DateTimeException e) {
      throw new IllegalArgumentException(
          "'" + text + "' is not an hour; write it like 2026-12-01T00:00:00Z", e);
    }
    return new Hour(start);
  }

  public Hour plusHours(long hours) {
    return new Hour(start.plus(hours, ChronoUnit.HOURS));
  }

  public Hour minusHours(long hours) {
    return plusHours(-hours);
  }

  /** Whole hours from this one to {@code other}; negative if {@code other} is earlier. */
  public long hoursUntil(Hour other) {
    return Duration.between(start, other.start).toHours();
  }

  public boolean isBefore(Hour other) {
    return start.isBefore(other.start);
  }

  public boolean isAfter(Hour other) {
    return start.isAfter(other.start);
  }

  @Override
  public int compareTo(Hour other) {
    return start.compareTo(other.start);
  }

  /** The label, as in identifiers, logs and replies: {@code 2026-11-22T14Z}. */
  @Override
  public String toString() {
    return start.toString().substring(0, LABEL_LENGTH) + "Z";
  }
}
