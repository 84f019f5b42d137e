package io.sensormeter.inspection;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A table as RFC 4180 writes it. A text that a spreadsheet would take for a formula is prefixed by
 * an apostrophe (owasp.org, CSV Injection); a number is a number, also a negative one.
 */
public final class Csv {

  private static final String FORMULA = "=+-@\t\r";

  private final List<String> lines = new ArrayList<>();

  public Csv(String... header) {
    line((Object[]) header);
  }

  public void line(@Nullable Object... fields) {
    List<String> written = new ArrayList<>();
    for (Object field : fields) {
      written.add(written(field));
    }
    lines.add(String.join(",", written));
  }

  private static String written(@Nullable Object field) {
    return switch (field) {
      case null -> "";
      case Optional<?> optional -> written(optional.orElse(null));
      case BigDecimal number -> number.toPlainString();
      case Number number -> number.toString();
      default -> quoted(field.toString());
    };
  }

  private static String quoted(String text) {
    String safe = !text.isEmpty() && FORMULA.indexOf(text.charAt(0)) >= 0 ? "'" + text : text;
    return safe.chars().anyMatch(c -> c == '"' || c == ',' || c == '\r' || c == '\n')
        ? '"' + safe.replace("\"", "\"\"") + '"'
        : safe;
  }

  /** Every line ends with CR LF. */
  @Override
  public String toString() {
    return lines.stream().map(line -> line + "\r\n").collect(Collectors.joining());
  }

  /** Whether a command's answer is to be one. */
  public static boolean isAsked(Optional<String> format) {
    return switch (format.orElse("json")) {
      case "json" -> false;
      case "csv" -> true;
      default ->
          throw new IllegalArgumentException(
              "format '%s' is unknown; write json (as without it) or csv"
                  .formatted(format.orElseThrow()));
    };
  }
}
