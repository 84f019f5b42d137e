package io.sensormeter.operator;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What {@code check} found of one thing.
 *
 * @param ok whether the pipeline can do its work with it
 * @param warning ok, but a person should look
 * @param says a sentence, with the remedy unless all is well
 */
record Finding(String item, boolean ok, boolean warning, String says) {

  static Finding good(String item, String says) {
    return new Finding(item, true, false, says);
  }

  static Finding warning(String item, String says) {
    return new Finding(item, true, true, says);
  }

  static Finding bad(String item, String says) {
    return new Finding(item, false, false, says);
  }

  Map<String, Object> fields() {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("item", item);
    fields.put("ok", ok);
    if (warning) {
      fields.put("warning", true);
    }
    fields.put("says", says);
    return fields;
  }
}
