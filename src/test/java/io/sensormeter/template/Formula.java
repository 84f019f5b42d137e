package io.sensormeter.template;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.StringTokenizer;
import org.jspecify.annotations.Nullable;

/**
 * CloudWatch's metric math, as far as the template uses it: {@code FILL(x, 0)}, {@code FILL(x,
 * REPEAT)}, {@code DIFF(x)}, {@code SUM([x, y])}, {@code x / 60 - 2} from left to right. A series
 * is a list from the oldest period to the newest; null is a period without a value.
 */
final class Formula {
  private static final Set<String> OPERATORS = Set.of("/", "-");

  private final List<String> tokens = new ArrayList<>();
  private final Map<String, List<@Nullable Double>> series;
  private int next;

  private Formula(String text, Map<String, List<@Nullable Double>> series) {
    StringTokenizer words = new StringTokenizer(text, "()[], ", true);
    while (words.hasMoreTokens()) {
      String word = words.nextToken();
      if (!word.isBlank()) {
        tokens.add(word);
      }
    }
    this.series = series;
  }

  /** The value of a formula over series by their ids. */
  static List<@Nullable Double> value(String text, Map<String, List<@Nullable Double>> series) {
    Formula formula = new Formula(text, series);
    List<@Nullable Double> value = formula.expression();
    while (formula.next < formula.tokens.size() && OPERATORS.contains(formula.peek())) {
      value = calculated(value, formula.take(), Double.parseDouble(formula.take()));
    }
    if (formula.next != formula.tokens.size()) {
      throw new IllegalArgumentException("more than a formula: " + text);
    }
    return value;
  }

  private List<@Nullable Double> expression() {
    String word = take();
    return switch (word) {
      case "FILL" -> {
        take("(");
        List<@Nullable Double> given = expression();
        take(",");
        String by = take();
        take(")");
        yield filled(given, by);
      }
      case "DIFF" -> {
        take("(");
        List<@Nullable Double> given = expression();
        take(")");
        yield differences(given);
      }
      case "SUM" -> {
        take("(");
        List<List<@Nullable Double>> given = array();
        take(")");
        yield sum(given);
      }
      default -> {
        List<@Nullable Double> known = series.get(word);
        if (known == null) {
          throw new IllegalArgumentException("neither a function known here nor an id: " + word);
        }
        yield known;
      }
    };
  }

  private static List<@Nullable Double> calculated(
      List<@Nullable Double> given, String operator, double number) {
    List<@Nullable Double> calculated = new ArrayList<>();
    for (Double each : given) {
      calculated.add(
          each == null ? null : (Double) (operator.equals("/") ? each / number : each - number));
    }
    return calculated;
  }

  private List<List<@Nullable Double>> array() {
    List<List<@Nullable Double>> elements = new ArrayList<>();
    String separator = take();
    while (!separator.equals("]")) {
      elements.add(expression());
      separator = take();
    }
    return elements;
  }

  private static List<@Nullable Double> filled(List<@Nullable Double> given, String by) {
    List<@Nullable Double> filled = new ArrayList<>();
    Double before = by.equals("REPEAT") ? null : Double.valueOf(by);
    for (Double each : given) {
      Double value = each == null ? before : each;
      filled.add(value);
      before = by.equals("REPEAT") ? value : before;
    }
    return filled;
  }

  /** To the value before, however long ago; the first value of the range has none. */
  private static List<@Nullable Double> differences(List<@Nullable Double> given) {
    List<@Nullable Double> differences = new ArrayList<>();
    Double before = null;
    for (Double each : given) {
      differences.add(each == null || before == null ? null : (Double) (each - before));
      before = each == null ? before : each;
    }
    return differences;
  }

  private static List<@Nullable Double> sum(List<List<@Nullable Double>> given) {
    List<@Nullable Double> sum = new ArrayList<>(given.getFirst());
    for (List<@Nullable Double> addend : given.subList(1, given.size())) {
      for (int i = 0; i < sum.size(); i++) {
        Double left = sum.get(i);
        Double right = addend.get(i);
        sum.set(i, left == null ? right : Double.valueOf(left + (right == null ? 0 : right)));
      }
    }
    return sum;
  }

  private void take(String expected) {
    String taken = take();
    if (!taken.equals(expected)) {
      throw new IllegalArgumentException("'" + expected + "' is expected, not '" + taken + "'");
    }
  }

  private String peek() {
    return Objects.requireNonNull(tokens.get(next));
  }

  private String take() {
    return Objects.requireNonNull(tokens.get(next++));
  }
}
