package io.sensormeter.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * What was measured, for {@code target/bench.json}. A run of one figure leaves the others that
 * stand there. {@code src/test/bench/compare.py} holds it against the committed docs/bench.json.
 */
final class Figures {
  private static final Path FILE = Path.of("target/bench.json");
  private static final ObjectMapper JSON =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  /** Which way is better. */
  enum Better {
    LOWER,
    HIGHER
  }

  private record Figure(BigDecimal value, String unit, String better, boolean ratio) {}

  private final Map<String, Figure> figures = new TreeMap<>();

  /** Two ways timed in one run: it may be compared with another run's, on another machine. */
  void ratio(String name, double value, Better better) {
    note(name, value, "×", better, true);
  }

  /** Of this machine at this hour. */
  void absolute(String name, double value, String unit, Better better) {
    note(name, value, unit, better, false);
  }

  private void note(String name, double value, String unit, Better better, boolean ratio) {
    figures.put(
        name,
        new Figure(
            new BigDecimal(value).round(new MathContext(3)),
            unit,
            better.name().toLowerCase(Locale.ROOT),
            ratio));
  }

  /** Beside those of earlier runs: all of them. */
  JsonNode write() {
    try {
      JsonNode before = Files.exists(FILE) ? JSON.readTree(FILE.toFile()) : JSON.nullNode();
      ObjectNode all =
          before instanceof ObjectNode object ? object.deepCopy() : JSON.createObjectNode();
      figures.forEach((name, figure) -> all.set(name, JSON.valueToTree(figure)));
      Files.createDirectories(FILE.getParent());
      JSON.writeValue(FILE.toFile(), all);
      return all;
    } catch (IOException e) {
      throw new UncheckedIOException("figures cannot be written to " + FILE, e);
    }
  }
}
