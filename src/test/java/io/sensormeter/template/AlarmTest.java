package io.sensormeter.template;

import static org.assertj.core.api.Assertions.assertThat;

import io.sensormeter.lambda.Telemetry;
import io.sensormeter.local.Printed;
import io.sensormeter.template.Alarm.Statistic;
import io.sensormeter.template.Series.Metric;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How an alarm is evaluated, after CloudWatch's documentation, "Evaluating an alarm". */
final class AlarmTest {
  private static final Metric METRIC = Metric.ofStack("Any");
  private static final Instant START = Instant.parse("2026-11-22T14:00:00Z");

  /** One value at 14:00, periods of five minutes. */
  @ParameterizedTest
  @CsvSource({
    // A period ends at every minute, not at every fifth.
    "1, 1, 1, notBreaching, 1, true",
    "1, 1, 0, notBreaching, 1, false",
    // Two periods more are looked at for a value that is late.
    "1, 1, 1, notBreaching, 15, true",
    "1, 1, 1, notBreaching, 16, false",
    "2, 1, 1, notBreaching, 20, true",
    "2, 1, 1, notBreaching, 21, false",
    "2, 2, 1, notBreaching, 1, false",
    "2, 2, 1, breaching, 1, true",
    "2, 2, 0, breaching, 1, false",
    "2, 2, 0, breaching, 21, true",
    "1, 1, 1, ignore, 16, false"
  })
  void isOnWhenEnoughOfTheNewestPeriodsBreach(
      int periods, int datapoints, double value, String missing, int minute, boolean on) {
    Alarm alarm = alarm(periods, datapoints, missing);
    Series series = new Series().add(METRIC, START, value);

    assertThat(alarm.isOn(series, START.plus(Duration.ofMinutes(minute)), false)).isEqualTo(on);
  }

  @Test
  void keepsItsStateWithoutValuesWhereTheyAreIgnored() {
    Alarm alarm = alarm(1, 1, "ignore");

    assertThat(alarm.isOn(new Series(), START, true)).isTrue();
    assertThat(alarm.isOn(new Series(), START, false)).isFalse();
    assertThat(alarm.isOn(new Series().add(METRIC, START, 0), START.plusSeconds(60), true))
        .isFalse();
  }

  @Test
  void sumAddsWhatAPeriodHolds() {
    Series series = new Series().add(METRIC, START, 0.6).add(METRIC, START, 0.6);

    assertThat(alarm(1, 1, "notBreaching").isOn(series, START.plusSeconds(1), false)).isTrue();
    // The end of a period belongs to the next one.
    assertThat(alarm(1, 1, "notBreaching").isOn(series, START, false)).isFalse();
  }

  @Test
  void seriesAreReadFromTheLinesThatAFunctionPrints() {
    Printed printed =
        Printed.by(
            () -> new Telemetry("some-stack").summary("run", Map.of("a", "b"), Map.of("Any", 1)));

    Series series = new Series().addLogLines(START, printed.lines());

    assertThat(series.statistic("Maximum", METRIC, START, START.plusSeconds(1))).hasValue(1);
    assertThat(printed.lines()).hasSize(2);
  }

  private static Alarm alarm(int periods, int datapoints, String missing) {
    return new Alarm(
        "AnyAlarm",
        Map.of("m", new Statistic(METRIC, "Sum", Duration.ofMinutes(5))),
        "m",
        periods,
        datapoints,
        value -> value >= 1,
        missing);
  }
}
