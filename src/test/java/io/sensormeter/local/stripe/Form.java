package io.sensormeter.local.stripe;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URLDecoder;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/** Decoded {@code a=1&payload[value]=2} of a body or a query. */
record Form(Map<String, String> fields) {

  static Form decode(@Nullable String encoded) {
    var fields = new LinkedHashMap<String, String>();
    int from = 0;
    while (encoded != null && from < encoded.length()) {
      int end = encoded.indexOf('&', from);
      String pair = encoded.substring(from, end < 0 ? encoded.length() : end);
      int equals = pair.indexOf('=');
      String name = equals < 0 ? pair : pair.substring(0, equals);
      String value = equals < 0 ? "" : pair.substring(equals + 1);
      fields.put(URLDecoder.decode(name, UTF_8), URLDecoder.decode(value, UTF_8));
      from = end < 0 ? encoded.length() : end + 1;
    }
    return new Form(fields);
  }

  @Nullable String get(String name) {
    return fields.get(name);
  }

  /** Entries of {@code map[key]=value}. */
  Map<String, String> map(String name) {
    var entries = new LinkedHashMap<String, String>();
    fields.forEach(
        (field, value) -> {
          if (field.startsWith(name + "[") && field.endsWith("]")) {
            entries.put(field.substring(name.length() + 1, field.length() - 1), value);
          }
        });
    return entries;
  }

  /** A refusal naming every parameter that is not among the known ones; null when all are known. */
  @Nullable HttpAnswer unknownParameters(Set<String> known) {
    var unknown = new StringJoiner(", ");
    String first = null;
    for (String field : fields.keySet()) {
      int bracket = field.indexOf('[');
      if (!known.contains(bracket < 0 ? field : field.substring(0, bracket))) {
        unknown.add(field);
        first = first == null ? field : first;
      }
    }
    if (first == null) {
      return null;
    }
    boolean many = unknown.length() > first.length();
    return HttpAnswer.refused(
        "Received unknown parameter" + (many ? "s: " : ": ") + unknown, "parameter_unknown", first);
  }
}
