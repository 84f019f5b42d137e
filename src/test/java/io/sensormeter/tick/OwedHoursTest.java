package io.sensormeter.tick;

import static org.assertj.core.api.Assertions.assertThat;

import io.sensormeter.meter.Hour;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class OwedHoursTest {
  private static final Hour NOW = Hour.parse("2026-11-22T14Z");

  @Test
  void catchUpReachesBackAsFarAsItSays() {
    assertThat(OwedHours.of(NOW, NOW, Optional.of(NOW.minusHours(24)), 24))
        .isEqualTo(new OwedHours(NOW.minusHours(24), NOW, false, Optional.empty()));
  }

  @Test
  void hoursBeforeTheCatchUpAreSkippedFromBillFromOn() {
    Hour billFrom = NOW.minusHours(25);

    assertThat(OwedHours.of(NOW, NOW, Optional.of(billFrom), 24))
        .isEqualTo(new OwedHours(NOW.minusHours(24), NOW, false, Optional.of(billFrom)));
  }

  @Test
  void lateTickIsMeasuredByTheClockAndEndsAtItsOwnHour() {
    Hour tick = NOW.minusHours(3);

    assertThat(OwedHours.of(tick, NOW, Optional.of(NOW.minusHours(100)), 24))
        .isEqualTo(
            new OwedHours(NOW.minusHours(24), tick, false, Optional.of(NOW.minusHours(100))));
  }
}
