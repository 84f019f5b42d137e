package io.sensormeter.reporter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

final class ReporterSummaryTest {

  private static final ReporterSummary SUMMARY =
      new ReporterSummary(66, 10, 3, 2, 8, 1, 15, 4, 5, 9, 11, 7);

  @Test
  void everyMessageIsCountedOnce() {
    assertThat(SUMMARY.deferred()).isEqualTo(1 + 15 + 5 + 9);
    assertThat(SUMMARY.skipped()).isEqualTo(11 + 7);
    assertThat(SUMMARY.outcomesSent()).isEqualTo(10 + 8);
    assertThat(SUMMARY.received())
        .isEqualTo(
            SUMMARY.accepted() + SUMMARY.rejected() + SUMMARY.deferred() + SUMMARY.skipped());
  }

  @Test
  void numbersThatDoNotAddUpAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ReporterSummary(67, 10, 3, 2, 8, 1, 15, 4, 5, 9, 11, 7))
        .withMessage("received 67 is not accepted 10 + rejected 8 + deferred 30 + skipped 18");
  }

  @Test
  void aPartCannotExceedItsWhole() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ReporterSummary(1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ReporterSummary(1, 0, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0));
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
