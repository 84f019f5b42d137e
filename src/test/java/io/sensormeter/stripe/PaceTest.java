package io.sensormeter.stripe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PaceTest {
  private static final long SECOND = 1_000_000_000L;
  private static final long FOREVER = Long.MAX_VALUE;

  @Test
  void newInstanceWaitsOneIntervalForItsFirstCall() {
    Pace pace = new Pace(800, 4, 0);

    assertThat(pace.reserve(0, FOREVER)).hasValue(SECOND / 200);
  }

  @Test
  void slotsLieOneIntervalApart() {
    Pace pace = new Pace(800, 4, 0);

    assertThat(wait(pace, 0)).isEqualTo(5_000_000);
    assertThat(wait(pace, 0)).isEqualTo(10_000_000);
    assertThat(wait(pace, 8_000_000)).isEqualTo(7_000_000);
  }

  @Test
  void aSecondAfterIdlenessSeesAtMostATenthMoreThanTheRate() {
    Pace pace = new Pace(800, 1, 0);
    long idleUntil = 3_600 * SECOND;

    int calls = 0;
    while (pace.reserve(idleUntil, SECOND).isPresent()) {
      calls++;
    }

    assertThat(calls).isBetween(880, 881);
  }

  @Test
  void anIntervalThatIsNoWholeNanosecondDoesNotDrift() {
    Pace pace = new Pace(7, 3, 0);

    long wait = 0;
    for (int i = 0; i < 7_000; i++) {
      wait = wait(pace, 0);
    }

    assertThat(wait).isEqualTo(3_000 * SECOND);
  }

  @Test
  void aSlotTooFarAheadStaysFreeForOthers() {
    Pace pace = new Pace(1, 1, 0);

    assertThat(pace.reserve(0, SECOND - 1)).isEmpty();
    assertThat(pace.reserve(0, SECOND)).hasValue(SECOND);
    assertThat(pace.reserve(0, -1)).isEmpty();
    assertThat(pace.reserve(0, 2 * SECOND)).hasValue(2 * SECOND);
  }

  @Test
  void noTimeLeftMeansNoSlotEvenWhenOneIsFree() {
    Pace pace = new Pace(800, 1, 0);

    assertThat(pace.reserve(10 * SECOND, -1)).isEmpty();
    assertThat(pace.reserve(10 * SECOND, 0)).hasValue(0);
  }

  @Test
  void clockMayBeginAnywhereAndOverflow() {
    long origin = Long.MAX_VALUE - 1_000_000;
    Pace pace = new Pace(100, 1, origin);

    assertThat(wait(pace, origin)).isEqualTo(10_000_000);
    assertThat(wait(pace, origin + 15_000_000)).isEqualTo(5_000_000);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, -1, Double.NaN})
  void noPaceIsRefused(double callsPerSecond) {
    assertThatIllegalArgumentException().isThrownBy(() -> new Pace(callsPerSecond, 4, 0));
  }

  private static long wait(Pace pace, long nowNanos) {
    OptionalLong wait = pace.reserve(nowNanos, FOREVER);
    return wait.orElseThrow();
  }
}
