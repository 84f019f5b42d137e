package io.sensormeter.reporter;

import static io.sensormeter.reporter.Backoffs.COPY_LIFE;
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
  void silenceOutlastsEveryCopyBeforeItsMessageIsADeadLetter() {
    Duration never = Duration.ofHours(12);
    assertThat(Backoffs.shortestLife(Backoff.MAX_RECEIVES, never)).isGreaterThan(COPY_LIFE);
    // With no more receives than that: what cannot be read shall not lie in the queue for hours.
    Duration visibility = Duration.ofSeconds(370);
    assertThat(Backoffs.shortestLife(Backoff.MAX_RECEIVES, visibility))
        .isEqualTo(Duration.ofMinutes(81).plusSeconds(45))
        .isGreaterThan(COPY_LIFE);
    assertThat(Backoffs.shortestLife(Backoff.MAX_RECEIVES - 1, visibility)).isLessThan(COPY_LIFE);
  }
}
