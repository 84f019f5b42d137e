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
import java.util.regex.Pattern;
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

  /** What a person says, for other people: it is shown as it stands. */
  private static final Set<String> SAID = Set.of("by", "note", "reason");

  /** The marks that turn what follows around (unicode.org, UAX 9). */
  private static final Pattern TURNING = Pattern.compile("[\\u202A-\\u202E\\u2066-\\u2069]");

  /** As an answer proposes it, to be filled in. */
  private static final Pattern PLACEHOLDER = Pattern.compile("<.*>");

  /** The names of all commands. */
  static String accepted() {
    return commands().map(CommandReader::name).collect(Collectors.joining(", "));
  }

  /** A command with its fields, the optional ones marked. */
  private static String sample(Class<?> command) {
    return Stream.concat(
            Stream.of("\"command\":\"" + name(command) + '"'),
            Arrays.stream(command.getRecordComponents()).map(CommandReader::sample))
        .collect(Collectors.joining(",", "{", "}"));
  }

  Command read() {
    String name =
        text("command")
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "the field 'command' is missing; nothing was done. Known are: "
                            + Command.ACCEPTED));
    Class<?> type =
        commands()
            .filter(each -> name(each).equals(name))
            .findFirst()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "command '%s' is unknown; nothing was done. Known are: %s"
                            .formatted(shown(name), Command.ACCEPTED)));
    RecordComponent[] fields = type.getRecordComponents();
    refuseUnknown(Arrays.stream(fields).map(RecordComponent::getName).toList());
    try {
      Object[] values = Arrays.stream(fields).map(field -> value(type, field)).toArray();
      Command command = (Command) type.getDeclaredConstructors()[0].newInstance(values);
      if (command.writes()) {
        SAID.forEach(this::refusePlaceholder);
      }
      return command;
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(type + " has one constructor, and refuses nothing", e);
    }
  }

  private void refusePlaceholder(String field) {
    if (input.get(field) instanceof String text && PLACEHOLDER.matcher(text.strip()).matches()) {
      throw wrong(field, "your own words in place of the proposed", text);
    }
  }

  private Object value(Class<?> command, RecordComponent field) {
    if (field.getType() == boolean.class) {
      return flag(field.getName());
    }
    if (field.getType() == long.class) {
      return number(command, field.getName());
    }
    if (field.getType() == List.class) {
      return texts(field.getName());
    }
    Optional<?> value =
        valueType(field) == Hour.class
            ? text(field.getName()).map(Hour::parse)
            : text(field.getName());
    return field.getType() == Optional.class
        ? value
        : value.orElseThrow(() -> missing(command, field.getName()));
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

  private List<String> texts(String field) {
    Object value = input.get(field);
    if (value == null) {
      return List.of();
    }
    if (!(value instanceof List<?> list)) {
      throw wrong(field, "a list of texts: [\"…\", \"…\"]", value);
    }
    return list.stream()
        .map(each -> text(field, each).orElseThrow(() -> wrong(field, "without null", value)))
        .toList();
  }

  private Optional<String> text(String field) {
    return text(field, input.get(field));
  }

  private Optional<String> text(String field, @Nullable Object value) {
    if (value == null) {
      return Optional.empty();
    }
    if (!(value instanceof String text) || text.isBlank()) {
      throw wrong(field, "a text in quotes that is not blank", value);
    }
    if (text.length() > TEXT_MAX) {
      throw wrong(field, "a text of at most " + TEXT_MAX + " characters", value);
    }
    if (text.chars().anyMatch(Character::isISOControl)) {
      throw wrong(field, "a text without control characters", value);
    }
    if (SAID.contains(field) && TURNING.matcher(text).find()) {
      throw wrong(field, "a text without marks that turn it around", value);
    }
    return Optional.of(text);
  }

  private long number(Class<?> command, String field) {
    Object value = input.get(field);
    if (value == null) {
      throw missing(command, field);
    }
    if (value instanceof Integer || value instanceof Long) {
      long number = ((Number) value).longValue();
      if (number >= 0 && number <= Copy.VALUE_MAX) {
        return number;
      }
    }
    throw wrong(
        field, "a whole number from 0 to %d without quotes".formatted(Copy.VALUE_MAX), value);
  }

  private boolean flag(String field) {
    Object value = input.get(field);
    if (value == null || value instanceof Boolean) {
      return Boolean.TRUE.equals(value);
    }
    throw wrong(field, "true or false without quotes", value);
  }

  private static IllegalArgumentException missing(Class<?> command, String field) {
    return new IllegalArgumentException(
        "command '%s' needs the field '%s'; nothing was done. It takes: %s"
            .formatted(name(command), field, sample(command)));
  }

  private IllegalArgumentException wrong(String field, String rule, @Nullable Object value) {
    return new IllegalArgumentException(
        "field '%s' of command '%s' must be %s, but is: %s; nothing was done"
            .formatted(field, shown(input.get("command")), rule, given(value)));
  }

  /** With quotes where it had some: {@code "8"} is no number. */
  private static String given(@Nullable Object value) {
    return value instanceof String ? '"' + shown(value) + '"' : shown(value);
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
