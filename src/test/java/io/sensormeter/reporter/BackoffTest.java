package io.sensormeter.reporter;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class BackoffTest {
  private static final double ALMOST_ONE = Math.nextDown(1.0);

  @ParameterizedTest
  @CsvSource({"1,30", "2,60", "3,120", "4,240", "5,480", "6,900", "7,900", "10,900"})
  void delayDoublesWithEachReceiveUpToAQuarterOfAnHour(int receiveCount, long longestSeconds) {
    Duration longest = Duration.ofSeconds(longestSeconds);

    assertThat(Backoff.delay(receiveCount, ALMOST_ONE)).isEqualTo(longest);
    assertThat(Backoff.delay(receiveCount, 0)).isEqualTo(longest.dividedBy(2));
  }

  @ParameterizedTest
  @CsvSource({"-1,30", "0,30", "64,900", "2147483647,900"})
  void everyCountHasADelay(int receiveCount, long longestSeconds) {
    assertThat(Backoff.delay(receiveCount, ALMOST_ONE)).hasSeconds(longestSeconds);
  }

  @Test
  void allReceivesFitIntoTheTimeAfterWhichTheLedgerPublishesAgain() {
    assertThat(Backoffs.worstCase())
        .isEqualTo(Duration.ofMinutes(90).plusSeconds(30))
        .isLessThanOrEqualTo(Duration.ofMinutes(110));
  }
}
