package io.sensormeter.view;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sensormeter.meter.Hour;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a click asks this function for.
 *
 * @param label as a person reads it
 * @param json the fields of the next request
 */
public record Action(String label, String json) {

  private static final ObjectMapper JSON = new ObjectMapper();

  /** A page, with further fields as names and values in turn. */
  static Action to(String label, String page, String... fields) {
    Map<String, String> asked = new LinkedHashMap<>();
    asked.put("page", page);
    for (int i = 0; i < fields.length; i += 2) {
      asked.put(fields[i], fields[i + 1]);
    }
    return new Action(label, json(asked));
  }

  static Action toHour(String label, Hour hour) {
    return to(label, "hour", "hour", hour.toString());
  }

  /** A command as a person copies it. */
  static String json(Map<String, ?> fields) {
    try {
      Map<String, Object> written = new LinkedHashMap<>();
      fields.forEach(
          (name, value) -> written.put(name, value instanceof Hour ? value.toString() : value));
      return JSON.writeValueAsString(written);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("texts, numbers and truth values are always JSON", e);
    }
  }
}
