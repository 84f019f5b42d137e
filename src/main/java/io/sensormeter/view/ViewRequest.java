package io.sensormeter.view;

import io.sensormeter.meter.Hour;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a CloudWatch custom widget asks for: the fields of the widget or of the {@code cwdb-action}
 * that was clicked, what was typed into its forms, and how its viewer looks at the dashboard.
 *
 * @param fields texts by name; those of a form where no other field has the name
 * @param dark the dashboard's theme
 * @param zone the viewer's; UTC unless they chose their local time
 * @param until the end of the time that the dashboard shows, never later than now
 */
record ViewRequest(
    Map<String, String> fields, boolean dark, ZoneOffset zone, Instant until, Instant now) {

  static ViewRequest of(Map<String, Object> event, Instant now) {
    Map<?, ?> context = map(event.get("widgetContext"));
    Map<String, String> fields = new HashMap<>();
    putTexts(fields, map(map(context.get("forms")).get("all")));
    putTexts(fields, event);
    return new ViewRequest(
        fields,
        "dark".equals(context.get("theme")),
        zone(map(context.get("timezone")).get("offsetISO")),
        until(map(context.get("timeRange")), now),
        now);
  }

  /** Whether only the widget's description is asked for. */
  static boolean isForDescription(Map<String, Object> event) {
    return Boolean.TRUE.equals(event.get("describe"));
  }

  /** A field that is there and not blank, without spaces around. */
  Optional<String> field(String name) {
    return Optional.ofNullable(fields.get(name)).map(String::strip).filter(t -> !t.isEmpty());
  }

  /**
   * An hour.
   *
   * @throws IllegalArgumentException naming the text, if it is none
   */
  Optional<Hour> hour(String name) {
    return field(name).map(Hour::parse);
  }

  private static Map<?, ?> map(@Nullable Object value) {
    return value instanceof Map<?, ?> map ? map : Map.of();
  }

  private static void putTexts(Map<String, String> fields, Map<?, ?> from) {
    from.forEach(
        (name, value) -> {
          if (value instanceof String text) {
            fields.put(String.valueOf(name), text);
          }
        });
  }

  /** As in {@code +05:30}; what is no offset is UTC. */
  private static ZoneOffset zone(@Nullable Object offset) {
    try {
      return offset instanceof String text ? ZoneOffset.of(text) : ZoneOffset.UTC;
    } catch (DateTimeException e) {
      return ZoneOffset.UTC;
    }
  }

  /** Who zoomed into a graph of the dashboard looks at that time. */
  private static Instant until(Map<?, ?> timeRange, Instant now) {
    Map<?, ?> zoom = map(timeRange.get("zoom"));
    Object end = zoom.containsKey("end") ? zoom.get("end") : timeRange.get("end");
    if (end instanceof Number millis && millis.longValue() > 0) {
      Instant shown = Instant.ofEpochMilli(millis.longValue());
      return shown.isBefore(now) ? shown : now;
    }
    return now;
  }
}
