package io.sensormeter.meter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class MetersTest {
  private static final Hour FROM = Hour.parse("2027-01-01T00Z");

  @Test
  void eachEntryIsAMeter() {
    assertThat(
            Meters.parse(
                    "active_sensors:sum-hourly,"
                        + " temperature_readings:sum:past-hour:from=2027-01-01T00:00:00Z,"
                        + "doors:last:from=2027-01-01T00Z")
                .list())
        .isEqualTo(
            List.of(
                new Meter("active_sensors", MeterKind.SUM_HOURLY, false, Optional.empty()),
                new Meter("temperature_readings", MeterKind.SUM, true, Optional.of(FROM)),
                new Meter("doors", MeterKind.LAST, false, Optional.of(FROM))));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          active_sensors                           | entry 'active_sensors': it names no kind
          active_sensors:                          | '' is no meter kind; known are sum-hourly, sum, last
          active_sensors:max                       | 'max' is no meter kind
          Active:sum                               | meter 'Active' does not match
          a:sum,                                   | entry '': it names no kind
          a:sum,a:last                             | meter 'a' is named twice
          a:sum:hourly                             | 'hourly' is unknown
          a:sum:past-hour:past-hour                | 'past-hour' is unknown
          a:last:past-hour                         | a meter of kind last cannot be past-hour
          a:sum:from=                              | '' is not an hour
          a:sum:from=2027-01-01T00:30:00Z          | is not a full hour
          a:sum:from=2027-01-01T00:00:00Z:past-hour | is not an hour
          a:from=2027-01-01T00:00:00Z              | it names no kind
          """)
  void whatIsWrongIsNamed(String text, String message) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Meters.parse(text))
        .withMessageContaining(message);
  }

  @Test
  void gaugeStandsForTheHourThatBeginsAndFlowForTheOneBefore() {
    Hour tick = FROM.plusHours(5);

    assertThat(meter(false).eventHour(tick)).isEqualTo(tick);
    assertThat(meter(true).eventHour(tick)).isEqualTo(tick.minusHours(1));
  }

  /** A flow's first billed hour is read an hour later than a gauge's. */
  @ParameterizedTest
  @CsvSource({"false, 0", "true, 1"})
  void whatIsBilledGoesByTheEventTime(boolean pastHour, int hours) {
    Hour first = FROM.plusHours(hours);
    Optional<Hour> earlier = Optional.of(FROM.minusHours(100));

    assertThat(meter(pastHour).isBilled(first, earlier)).isTrue();
    assertThat(meter(pastHour).isBilled(first.minusHours(1), earlier)).isFalse();
    assertThat(meter(pastHour).isBilled(first, Optional.of(FROM.plusHours(1)))).isFalse();
    assertThat(meter(pastHour).isBilled(first, Optional.empty())).isFalse();
  }

  private static Meter meter(boolean pastHour) {
    return new Meter("m", MeterKind.SUM, pastHour, Optional.of(FROM));
  }
}
