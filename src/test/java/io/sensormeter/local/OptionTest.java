package io.sensormeter.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class OptionTest {

  @ParameterizedTest
  @CsvSource({
    "organizations, 1",
    "organizations, 1000000",
    "hours, 816",
    "stripeLatency, 0",
    "stripeLatency, 9000",
    "stripeCallsPerSecond, 10000",
    "serve, true",
    "figure, verify"
  })
  void everyValueWithinItsRangeIsTaken(String property, String value) {
    assertThat(Option.problems(given(property, value))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "organizations | 0 | it must be a whole number from 1 to 1000000",
        "organizations | 1000001 | it must be a whole number from 1 to 1000000",
        "organizations | 99999999999 | it must be a whole number from 1 to 1000000",
        "hours | 817 | it must be a whole number from 1 to 816",
        "hours | '' | it must be a whole number from 1 to 816",
        "hours | 1.5 | it must be a whole number from 1 to 816",
        "stripeLatency | -1 | it must be a whole number from 0 to 9000",
        "stripeLatency | 50ms | it must be a whole number from 0 to 9000",
        "stripeCallsPerSecond | 0 | it must be a whole number from 1 to 10000",
        "serve | 5 | it takes no value",
        "figure | captured | it must be one of all, capture, publish, report, record, memory,"
            + " verify, pages, size, hour, cold, growth, rehearsal, backlog"
      })
  void wrongValueIsAnsweredByOptionValueAndRange(String property, String value, String range) {
    assertThat(Option.problems(given(property, value)))
        .containsExactly("-D" + property + " is '" + value + "': " + range);
  }

  @Test
  void everyWrongOptionIsNamedAtOnce() {
    Properties given = given("hours", "0");
    given.setProperty("organizations", "many");

    assertThat(Option.problems(given)).hasSize(2);
  }

  private static Properties given(String property, String value) {
    Properties given = new Properties();
    given.setProperty(property, value);
    return given;
  }
}
