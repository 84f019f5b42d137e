package io.sensormeter.check;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * What {@code check} found of one thing.
 *
 * @param says a sentence, with the remedy unless all is well
 */
record Finding(String item, Level level, String says) {

  enum Level {
    GOOD,
    /** The pipeline can do its work with it, but a person should look. */
    WARNING,
    BAD;

    static Level of(String name) {
      return valueOf(name.toUpperCase(Locale.ROOT));
    }
  }

  static Finding good(String item, String says) {
    return new Finding(item, Level.GOOD, says);
  }

  static Finding warning(String item, String says) {
    return new Finding(item, Level.WARNING, says);
  }

  static Finding bad(String item, String says) {
    return new Finding(item, Level.BAD, says);
  }

  boolean isOk() {
    return level != Level.BAD;
  }

  boolean isWarning() {
    return level == Level.WARNING;
  }

  Map<String, Object> fields() {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("item", item);
    fields.put("ok", isOk());
    if (isWarning()) {
      fields.put("warning", true);
    }
    fields.put("says", says);
    return fields;
  }
}
