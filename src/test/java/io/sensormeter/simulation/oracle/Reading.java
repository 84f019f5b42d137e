package io.sensormeter.simulation.oracle;

import java.time.Duration;
import java.time.Instant;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What the source gives: of one organization, on one meter, of one hour.
 *
 * @param hour the tick's
 */
public record Reading(String meter, String organization, Instant hour) {
  private static final Pattern IDENTIFIER =
      Pattern.compile("([a-z0-9_]+):([^:]+):(\\d{4}-\\d{2}-\\d{2}T\\d{2})Z(?::r([1-9]\\d*))?");

  /** A reading as it was sent. */
  public record Revision(Reading reading, int number) {}

  /** What an identifier names, by the documented form; null if it is none. */
  public static @Nullable Revision named(String identifier) {
    Matcher matcher = IDENTIFIER.matcher(identifier);
    if (!matcher.matches()) {
      return null;
    }
    return new Revision(
        new Reading(
            matcher.group(1), matcher.group(2), Instant.parse(matcher.group(3) + ":00:00Z")),
        matcher.group(4) == null ? 0 : Integer.parseInt(matcher.group(4)));
  }

  /** What it counts for: a flow is read at the end of its hour. */
  public Instant eventTime(Kind kind) {
    return kind == Kind.FLOW ? hour.minus(Duration.ofHours(1)) : hour;
  }
}
