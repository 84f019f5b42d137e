package io.sensormeter.template;

import static java.time.temporal.ChronoUnit.HOURS;
import static java.time.temporal.ChronoUnit.MINUTES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.sensormeter.template.Alarms.Notification;
import io.sensormeter.template.Series.Metric;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a person is told by template.yaml's alarms, and how often. */
final class NotificationsTest {
  private static final Instant TICK = Instant.parse("2026-11-22T14:00:03Z");
  private static final Instant FROM = TICK.minus(3, MINUTES);
  private static final Instant TO = TICK.plus(5, HOURS);
  private static final Duration MINUTE = Duration.ofMinutes(1);

  private final Alarms alarms = Alarms.of(Template.read());

  @Test
  void healthyHoursTellNothing() {
    assertThat(alarms.changes(ticks(TO), FROM, TO)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "OrganizationsNewlyRejected",
        "ReportsNewlyUnresolved",
        "ReportsNewlyExpired",
        "SupersededUnsent",
        "Discrepancies",
        "HoursSkipped",
        "ReportsLate",
        "ReportsEstimated",
        "CaptureDropped",
        "HoursShadowedAfterLive"
      })
  void newExceptionsOfConsecutiveTicksAreAMailEach(String metric) {
    Series series = ticks(TO).add(Metric.ofStack(metric), TICK, 1);
    // The tick's retry, or the batches after that of a late report, have nothing new.
    series.addEach(
        Metric.ofStack(metric), TICK.plus(1, MINUTES), TICK.plus(12, MINUTES), MINUTE, 0);
    series.add(Metric.ofStack(metric), TICK.plus(1, HOURS), 3);
    series.add(Metric.ofStack(metric), TICK.plus(2, HOURS), 0);

    assertThat(alarms.notifications(series, FROM, TO))
        .hasSize(2)
        .allMatch(Notification::on)
        .extracting(mail -> mail.at().truncatedTo(HOURS))
        .containsExactly(TICK.truncatedTo(HOURS), TICK.truncatedTo(HOURS).plus(1, HOURS));
  }

  @Test
  void subscriptionsWithoutCustomerTellEveryRiseAndNothingElse() {
    Series series = ticks(TO);
    double[] counts = {2, 3, 5, 5, 4};
    for (int i = 0; i < counts.length; i++) {
      // A tick may be some minutes late.
      Instant tick = TICK.plus(i, HOURS).plus(i == 1 ? 9 : 0, MINUTES);
      series.add(Metric.ofStack("SubscriptionsWithoutCustomer"), tick, counts[i]);
    }

    assertThat(alarms.notifications(series, FROM, TO))
        .extracting(Notification::alarm, mail -> Duration.between(TICK, mail.at()).toHours())
        .containsExactly(
            tuple("SubscriptionsWithoutCustomerAlarm", 1L),
            tuple("SubscriptionsWithoutCustomerAlarm", 2L));
  }

  @Test
  void deadLettersThatLieThereSilenceNeitherARejectionNorOthersThatArrive() {
    Metric letters = visible("ReportsDeadLetterQueue");
    Series series = ticks(TO);
    // An idle queue's metrics begin late.
    series.addEach(letters, TICK.plus(15, MINUTES), TICK.plus(130, MINUTES), MINUTE, 7);
    series.addEach(letters, TICK.plus(130, MINUTES), TO, MINUTE, 8);
    series.add(Metric.ofStack("OrganizationsNewlyRejected"), TICK.plus(1, HOURS), 1);

    assertThat(alarms.notifications(series, FROM, TO))
        .extracting(Notification::alarm)
        .containsExactly(
            "ReportsDeadLettersAlarm",
            "OrganizationsNewlyRejectedAlarm",
            "ReportsDeadLettersAlarm");
  }

  @Test
  void deadLettersThatArriveTogetherAreOneMailAndTakingThemOutIsNone() {
    Metric letters = visible("OutcomesDeadLetterQueue");
    Series series = ticks(TO);
    for (int i = 0; i < 6; i++) {
      Instant at = TICK.plus(10L * i, MINUTES);
      series.addEach(letters, at, at.plus(10, MINUTES), MINUTE, i + 1);
    }
    series.addEach(letters, TICK.plus(60, MINUTES), TO, MINUTE, 0);

    assertThat(alarms.notifications(series, FROM, TO))
        .extracting(Notification::alarm)
        .containsExactly("OutcomesDeadLettersAlarm");
  }

  /** The visibility timeout brings it back every 370 s, until the queue gives it up. */
  @ParameterizedTest
  @ValueSource(strings = {"Reporter", "Recorder"})
  void errorsOfOneRetriedBatchDoNotFlap(String function) {
    Series series = ticks(TO);
    Metric errors = Metric.ofFunction("Errors", function + "Function");
    series.addEach(errors, TICK, TICK.plus(100, MINUTES), Duration.ofSeconds(370), 1);

    assertThat(alarms.changes(series, FROM, TO))
        .filteredOn(change -> change.alarm().equals(function + "ErrorsAlarm"))
        .extracting(Notification::on)
        .containsExactly(true, false);
    assertThat(alarms.notifications(series, FROM, TO))
        .extracting(Notification::on)
        .containsExactly(true, false);
  }

  /**
   * A copy comes back after 15 minutes at the longest; what fails together comes back scattered.
   */
  @ParameterizedTest
  @ValueSource(strings = {"StripeConfigurationErrors", "UnreadableMessages"})
  void whatComesBackLaterAndLaterIsOneMail(String metric) {
    Metric problem = Metric.ofStack(metric);
    Series series = ticks(TO);
    series.addEach(problem, TICK, TICK.plus(3, HOURS), Duration.ofMinutes(15), 200);
    // Meanwhile others go through.
    series.addEach(problem, TICK, TICK.plus(3, HOURS), MINUTE, 0);

    assertThat(alarms.notifications(series, FROM, TO)).hasSize(1).allMatch(Notification::on);
  }

  @Test
  void heartbeatTellsTwoHoursWithoutACompleteTick() {
    Series series = ticks(TICK.plus(2, HOURS));
    series.add(Metric.ofStack("TickCompleted"), TICK.plus(2, HOURS), 0);

    assertThat(alarms.notifications(series, FROM, TO))
        .containsExactly(
            new Notification(FROM.plus(3, HOURS).plus(4, MINUTES), "CaptureAlarm", true));
  }

  @Test
  void oneMissedTickIsNoMail() {
    Series series = ticks(TICK.plus(2, HOURS));
    series.add(Metric.ofStack("TickCompleted"), TICK.plus(3, HOURS), 1);

    assertThat(alarms.notifications(series, FROM, TICK.plus(4, HOURS))).isEmpty();
  }

  @Test
  void heartbeatTellsADayWithoutATickWhileTheScheduleIsDisabled() {
    Alarms disabled = Alarms.of(Template.read(), "IsScheduled");
    Series series = ticks(TICK.plus(1, MINUTES));

    assertThat(disabled.notifications(series, FROM, FROM.plus(30, HOURS)))
        .containsExactly(
            new Notification(FROM.plus(24, HOURS).plus(4, MINUTES), "CaptureAlarm", true));
  }

  @Test
  void captureThatStaysOnSilencesNeitherReportNorRecord() {
    Series series = ticks(TO);
    for (int hour = 0; hour < 5; hour++) {
      Instant tick = TICK.plus(hour, HOURS);
      series.add(Metric.ofStack("OldestUncapturedAge"), tick, 3600 * (hour + 2));
      series.add(Metric.ofStack("OldestPendingAge"), tick, hour < 2 ? 0 : 3605);
    }
    Metric errors = Metric.ofFunction("Errors", "RecorderFunction");
    series.addEach(errors, TICK.plus(190, MINUTES), TO, Duration.ofSeconds(370), 1);

    assertThat(alarms.notifications(series, FROM, TO))
        .extracting(Notification::alarm)
        .containsExactly("CaptureAlarm", "ReportAlarm", "RecordAlarm");
    assertThat(alarms.on(series, FROM, TO))
        .contains("UncapturedHourAlarm", "PendingHourAlarm", "RecorderErrorsAlarm");
  }

  @ParameterizedTest
  @ValueSource(strings = {"OldestUncapturedAge", "OldestPendingAge"})
  void retryOfATickThatMendsTheHourIsOneMailAndOneOk(String metric) {
    Series series = ticks(TO).add(Metric.ofStack(metric), TICK, 3603);
    series.add(Metric.ofStack(metric), TICK.plus(2, MINUTES), 0);

    assertThat(alarms.notifications(series, FROM, TO))
        .extracting(Notification::on)
        .containsExactly(true, false);
  }

  @Test
  void symptomsOfOneFailureAreOneMailAndOneWhenItIsOver() {
    Series series = ticks(TICK);
    Metric errors = Metric.ofFunction("Errors", "SchedulerFunction");
    for (int hour = 0; hour < 3; hour++) {
      series.addEach(
          errors, TICK.plus(hour, HOURS), TICK.plus(hour, HOURS).plusSeconds(180), MINUTE, 1);
      series.add(
          Metric.ofFunction("AsyncEventsDropped", "SchedulerFunction"),
          TICK.plus(hour, HOURS).plusSeconds(180),
          1);
    }
    for (int hour = 3; hour < 7; hour++) {
      series.add(Metric.ofStack("TickCompleted"), TICK.plus(hour, HOURS), 1);
    }

    assertThat(alarms.notifications(series, FROM, TO.plus(1, HOURS)))
        .extracting(Notification::alarm, Notification::on)
        .containsExactly(tuple("CaptureAlarm", true), tuple("CaptureAlarm", false));
  }

  /** Ticks at work, from two hours before {@link #TICK} until {@code to}. */
  private static Series ticks(Instant to) {
    return new Series()
        .addEach(Metric.ofStack("TickCompleted"), TICK.minus(2, HOURS), to, Duration.ofHours(1), 1);
  }

  private static Metric visible(String queue) {
    return Metric.ofQueue("ApproximateNumberOfMessagesVisible", queue);
  }
}
