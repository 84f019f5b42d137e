package io.sensormeter.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Metric math as CloudWatch's documentation has it; "-" is a period without a value. */
final class FormulaTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          m                          | - 1 - 3     | - 1 - 3
          FILL(m, 0)                 | - 1 - 3     | 0 1 0 3
          FILL(m, REPEAT)            | - 1 - 3     | - 1 1 3
          DIFF(m)                    | 5 7 - 4     | - 2 - -3
          DIFF(FILL(m, 0))           | - - 2 3     | - 0 2 1
          DIFF(FILL(m, REPEAT))      | - 2 - 3     | - - 0 1
          SUM([m, m])                | - 1 2 3     | - 2 4 6
          SUM([FILL(m, 0), m])       | - 1 - 3     | 0 2 0 6
          """)
  void valueOfEachPeriod(String formula, String given, String expected) {
    assertThat(Formula.value(formula, Map.of("m", parsed(given)))).isEqualTo(parsed(expected));
  }

  @ParameterizedTest
  @ValueSource(strings = {"MAX([m])", "x", "m m", "FILL(m)", "FILL(m, 0"})
  void whatIsNotKnownHereIsRefused(String formula) {
    assertThatThrownBy(() -> Formula.value(formula, Map.of("m", parsed("1 2"))))
        .isInstanceOf(RuntimeException.class);
  }

  private static List<@Nullable Double> parsed(String values) {
    return Arrays.stream(values.split(" ", -1))
        .<@Nullable Double>map(value -> value.equals("-") ? null : Double.valueOf(value))
        .toList();
  }
}
