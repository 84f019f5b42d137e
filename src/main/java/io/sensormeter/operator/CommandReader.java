package io.sensormeter.operator;

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
                            .formatted(name, Command.ACCEPTED)));
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
                  String.join(", ", unknown),
                  known.isEmpty() ? "no other field" : String.join(", ", known)));
    }
  }

  private Optional<String> text(String field) {
    Object value = input.get(field);
    if (value == null || (value instanceof String text && !text.isBlank())) {
      return Optional.ofNullable((String) value);
    }
    throw wrong(field, "a text that is not blank", value);
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
            .formatted(field, input.get("command"), rule, value));
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
    boolean required = field.getType() == String.class || field.getType() == Hour.class;
    String type = valueType(field).getSimpleName().replace("String", "text");
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
