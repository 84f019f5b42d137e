package io.sensormeter.lambda;

import io.sensormeter.meter.Hour;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A record as the fields of an answer or a log line, in the order of its components. What is null
 * or absent is left out, records and maps within are fields within, numbers and truth values stay
 * what they are, and anything else is told by its text.
 */
public final class Fields {

  private Fields() {}

  public static Map<String, Object> of(Record record) {
    Map<String, Object> fields = new LinkedHashMap<>();
    for (RecordComponent component : record.getClass().getRecordComponents()) {
      put(fields, component.getName(), read(component.getAccessor(), record));
    }
    return fields;
  }

  private static void put(Map<String, Object> fields, String name, @Nullable Object value) {
    Object field = field(value);
    if (field != null) {
      fields.put(name, field);
    }
  }

  private static @Nullable Object field(@Nullable Object value) {
    return switch (value) {
      case null -> null;
      case Optional<?> optional -> field(optional.orElse(null));
      case Collection<?> list -> list.stream().map(Fields::field).toList();
      case Map<?, ?> map -> {
        Map<String, Object> fields = new LinkedHashMap<>();
        map.forEach((name, one) -> put(fields, String.valueOf(field(name)), one));
        yield fields;
      }
      case Number number -> number;
      case Boolean flag -> flag;
      case Enum<?> constant -> constant.name().toLowerCase(Locale.ROOT);
      case Hour hour -> hour.toString();
      case Record record -> of(record);
      default -> value.toString();
    };
  }

  private static @Nullable Object read(Method accessor, Record record) {
    try {
      accessor.setAccessible(true);
      return accessor.invoke(record);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(accessor + " cannot be read", e);
    }
  }
}
