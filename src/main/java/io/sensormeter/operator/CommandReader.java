package io.sensormeter.operator;

import io.sensormeter.meter.Copy;
import io.sensormeter.meter.Hour;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Makes a command's record of JSON. Whatever it does not know is refused before anything is done.
 */
record CommandReader(Map<String, Object> input) {

  /** The longest organization id has 200, the longest customer 255 characters. */
  private static final int TEXT_MAX = 300;

  /** An answer does not repeat more of what it refuses. */
  private static final int SHOWN_MAX = 60;

  /** A sample of each command, its optional fields marked. */
  static String accepted() {
    return commands()
        .map(
            type ->
                Stream.concat(
                        Stream.of("\"command\":\"" + name(type) + '"'),
                        Arrays.stream(type.getRecordComponents()).map(CommandReader::sample))
                    .collect(Collectors.joining(",", "{", "}")))
        .collect(Collectors.joining(", "));
  }

  Command read() {
    String name = text("command").orElseThrow(() -> missing("command"));
    Class<?> type =
        commands()
            .filter(each -> name(each).equals(name))
            .findFirst()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "command '%s' is unknown; accepted are: %s"
                            .formatted(shown(name), Command.ACCEPTED)));
    RecordComponent[] fields = type.getRecordComponents();
    refuseUnknown(Arrays.stream(fields).map(RecordComponent::getName).toList());
    try {
      return (Command)
          type.getDeclaredConstructors()[0].newInstance(
              Arrays.stream(fields).map(this::value).toArray());
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(type + " has one constructor, and refuses nothing", e);
    }
  }

  private Object value(RecordComponent field) {
    if (field.getType() == boolean.class) {
      return flag(field.getName());
    }
    if (field.getType() == long.class) {
      return number(field.getName());
    }
    Optional<?> value =
        valueType(field) == Hour.class
            ? text(field.getName()).map(Hour::parse)
            : text(field.getName());
    return field.getType() == Optional.class
        ? value
        : value.orElseThrow(() -> missing(field.getName()));
  }

  /** A misspelt {@code dryRun} must not write. */
  private void refuseUnknown(List<String> known) {
    Set<String> unknown = new TreeSet<>(input.keySet());
    unknown.remove("command");
    known.forEach(unknown::remove);
    if (!unknown.isEmpty()) {
      throw new IllegalArgumentException(
          "command '%s' does not take %s; nothing was done. It takes: %s"
              .formatted(
                  input.get("command"),
                  shown(String.join(", ", unknown)),
                  known.isEmpty() ? "no other field" : String.join(", ", known)));
    }
  }

  private Optional<String> text(String field) {
    Object value = input.get(field);
    if (value == null) {
      return Optional.empty();
    }
    if (!(value instanceof String text) || text.isBlank()) {
      throw wrong(field, "a text that is not blank", value);
    }
    if (text.length() > TEXT_MAX) {
      throw wrong(field, "a text of at most " + TEXT_MAX + " characters", value);
    }
    if (text.chars().anyMatch(Character::isISOControl)) {
      throw wrong(field, "a text without control characters", value);
    }
    return Optional.of(text);
  }

  private long number(String field) {
    Object value = input.get(field);
    if (value == null) {
      throw missing(field);
    }
    if (value instanceof Integer || value instanceof Long) {
      long number = ((Number) value).longValue();
      if (number >= 0 && number <= Copy.VALUE_MAX) {
        return number;
      }
    }
    throw wrong(field, "a whole number from 0 to " + Copy.VALUE_MAX, value);
  }

  private boolean flag(String field) {
    Object value = input.get(field);
    if (value == null || value instanceof Boolean) {
      return Boolean.TRUE.equals(value);
    }
    throw wrong(field, "true or false", value);
  }

  private IllegalArgumentException missing(String field) {
    return new IllegalArgumentException(
        "command '%s' needs the field '%s'; accepted are: %s"
            .formatted(input.get("command"), field, Command.ACCEPTED));
  }

  private IllegalArgumentException wrong(String field, String rule, @Nullable Object value) {
    return new IllegalArgumentException(
        "field '%s' of command '%s' must be %s, but is: %s; nothing was done"
            .formatted(field, shown(input.get("command")), rule, shown(value)));
  }

  /** What was given, as far as an answer and a log can bear it. */
  private static String shown(@Nullable Object given) {
    String text = String.valueOf(given).replaceAll("\\p{Cntrl}", "?");
    return text.length() <= SHOWN_MAX ? text : text.substring(0, SHOWN_MAX) + "…";
  }

  private static Stream<Class<?>> commands() {
    return Arrays.stream(Command.class.getPermittedSubclasses());
  }

  /** As a person writes it. */
  static String name(Class<?> command) {
    String name = command.getSimpleName();
    return Character.toLowerCase(name.charAt(0)) + name.substring(1);
  }

  private static String sample(RecordComponent field) {
    boolean required = Set.of(String.class, Hour.class, long.class).contains(field.getType());
    String type =
        valueType(field).getSimpleName().replace("String", "text").replace("long", "number");
    return "\"%s\":%s%s"
        .formatted(field.getName(), type.toLowerCase(java.util.Locale.ROOT), required ? "" : "?");
  }

  /** What is inside of an {@code Optional}, or the type itself. */
  private static Class<?> valueType(RecordComponent field) {
    return field.getGenericType() instanceof ParameterizedType optional
        ? (Class<?>) optional.getActualTypeArguments()[0]
        : field.getType();
  }
}
