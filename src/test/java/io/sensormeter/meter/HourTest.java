package io.sensormeter.meter;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class HourTest {
  @ParameterizedTest
  @CsvSource({
    "2026-11-22T14:00:00Z, 2026-11-22T14Z",
    "2026-11-22T14Z, 2026-11-22T14Z",
    "' 2026-11-22T14Z ', 2026-11-22T14Z"
  })
  void hourIsReadFromInstantOrLabel(String text, String label) {
    assertThat(Hour.parse(text)).hasToString(label);
  }

  @Test
  void halfHourZonesDoNotMoveTheHour() {
    // The JVM of the tests lives at +12:45 and +13:45.
    assertThat(Hour.floor(Instant.parse("2026-11-22T14:59:59.999Z"))).hasToString("2026-11-22T14Z");
  }

  @Test
  void hoursAreCountedAcrossDaylightSaving() {
    Hour before = Hour.parse("2026-03-28T00Z");

    assertThat(before.plusHours(48)).hasToString("2026-03-30T00Z");
    assertThat(before.hoursUntil(before.plusHours(816))).isEqualTo(816);
  }
}
