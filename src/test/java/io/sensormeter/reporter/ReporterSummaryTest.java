package io.sensormeter.reporter;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.EnumMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ReporterSummaryTest {
  private static final Map<Count, Integer> PARTS =
      Map.ofEntries(
          entry(Count.RECEIVED, 66),
          entry(Count.ACCEPTED, 10),
          entry(Count.DUPLICATES, 3),
          entry(Count.ZERO_REFUSED, 2),
          entry(Count.REJECTED, 8),
          entry(Count.UNREADABLE, 1),
          entry(Count.UNANSWERED, 15),
          entry(Count.RATE_LIMITED, 4),
          entry(Count.MISCONFIGURED, 5),
          entry(Count.UNSENT, 9),
          entry(Count.EXPIRED, 11),
          entry(Count.REPEATED, 7));

  private static final ReporterSummary SUMMARY = new ReporterSummary(PARTS);

  @Test
  void everyMessageIsCountedOnce() {
    assertThat(SUMMARY.of(Count.DEFERRED)).isEqualTo(1 + 15 + 5 + 9);
    assertThat(SUMMARY.of(Count.SKIPPED)).isEqualTo(11 + 7);
    assertThat(SUMMARY.of(Count.OUTCOMES_SENT)).isEqualTo(10 + 8);
    assertThat(SUMMARY.of(Count.RECEIVED)).isEqualTo(18 + 30 + 18);
  }

  @ParameterizedTest
  @CsvSource({"RECEIVED, 67", "REJECTED, 7", "UNSENT, 10", "DUPLICATES, 9", "RATE_LIMITED, 16"})
  void numbersThatDoNotAddUpAreRefused(Count count, int wrong) {
    Map<Count, Integer> parts = new EnumMap<>(PARTS);
    parts.put(count, wrong);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ReporterSummary(parts))
        .withMessageContaining(count.label() + "=" + wrong);
  }

  @Test
  void metricsHaveTheNamesTheAlarmsKnow() {
    assertThat(SUMMARY.metrics())
        .hasSize(8)
        .containsEntry("ReportsAccepted", 10)
        .containsEntry("ReportsDuplicate", 3)
        .containsEntry("ReportsRejected", 8)
        .containsEntry("ReportsDeferred", 30)
        .containsEntry("ReportsExpired", 11)
        .containsEntry("StripeRateLimited", 4)
        .containsEntry("StripeConfigurationErrors", 5)
        .containsEntry("UnreadableMessages", 1);
  }

  @Test
  void logLineHoldsEveryNumber() {
    assertThat(SUMMARY.fields().values())
        .containsExactly(66, 10, 3, 2, 8, 30, 1, 15, 4, 5, 9, 18, 11, 7, 18);
  }
}
