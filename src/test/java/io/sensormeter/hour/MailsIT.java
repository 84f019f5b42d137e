package io.sensormeter.hour;

import static org.assertj.core.api.Assertions.assertThat;

import io.sensormeter.local.Pipeline;
import io.sensormeter.local.Printed;
import io.sensormeter.local.postgres.LocalDatabase;
import io.sensormeter.meter.Hour;
import io.sensormeter.meter.MeterKind;
import io.sensormeter.template.Alarms;
import io.sensormeter.template.Series;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * What reaches a person: the template's alarms, on the log lines of real ticks. Each failure is
 * made by what happens, never by a value.
 */
final class MailsIT extends HourFixture {
  private final Series series = new Series();
  private final LocalDatabase database = ownSource();
  private Instant since = HOUR.start().minus(Duration.ofMinutes(30));

  @Test
  void organizationsRefusedInConsecutiveTicksAreAMailEachAndAStandingOneIsNoMore() {
    Pipeline pipeline = own(Map.of());
    readings("good 5", "first -1");
    hour(pipeline, HOUR);
    readings("good 5", "first -1", "second 0.5");
    hour(pipeline, HOUR.plusHours(1));
    hour(pipeline, HOUR.plusHours(2));

    assertThat(mails("OrganizationsNewlyRejectedAlarm")).containsExactly(HOUR, HOUR.plusHours(1));
  }

  @Test
  void refusalWhoseOutcomeWasFourHoursInAQueueIsAMail() {
    Pipeline pipeline = own(Map.of());
    readings("good 5");
    hour(pipeline, HOUR);
    readings("good 5", "unknown 5");
    toHour(HOUR.plusHours(1));
    observed(() -> tick(pipeline));
    pipeline.newReporter().drain(ROUNDS);
    List<String> outcomes = take(pipeline.outcomesUrl());
    readings("good 5");
    for (int i = 2; i <= 4; i++) {
      hour(pipeline, HOUR.plusHours(i));
    }
    send(pipeline.outcomesUrl(), outcomes);
    hour(pipeline, HOUR.plusHours(5));
    hour(pipeline, HOUR.plusHours(6));

    assertThat(mails("OrganizationsNewlyRejectedAlarm")).containsExactly(HOUR.plusHours(6));
  }

  @Test
  void hoursCapturedLateAreAMailAndHoursGivenUpAreAnother() {
    Pipeline pipeline = own(Map.of("CATCH_UP_HOURS", "2"));
    readings("good 5");
    hour(pipeline, HOUR);
    // Two ticks are missed, then two more than are caught up.
    hour(pipeline, HOUR.plusHours(3));
    hour(pipeline, HOUR.plusHours(8));
    hour(pipeline, HOUR.plusHours(9));

    assertThat(mails("ReportsEstimatedAlarm"))
        .containsExactly(HOUR.plusHours(3), HOUR.plusHours(8));
    assertThat(mails("HoursSkippedAlarm")).containsExactly(HOUR.plusHours(8));
  }

  @Test
  void organizationsThatVanishWhileTicksAreMissedAreAMail() {
    Pipeline pipeline = own(Map.of());
    String[] ten = new String[10];
    for (int n = 0; n < ten.length; n++) {
      ten[n] = "org" + n + " 5";
    }
    readings(ten);
    hour(pipeline, HOUR);
    readings("org0 5", "org1 5", "org2 5");
    hour(pipeline, HOUR.plusHours(3));
    hour(pipeline, HOUR.plusHours(4));

    assertThat(mails("CaptureDroppedAlarm")).containsExactly(HOUR.plusHours(3));
  }

  @Test
  void reportsOfWhichNothingIsKnownAreAMail() {
    Pipeline pipeline = own(Map.of("METERS", "active_sensors:sum"), MeterKind.SUM);
    readings("good 5");
    toHour(HOUR);
    observed(() -> tick(pipeline));
    take(pipeline.reportsUrl());
    readings();
    since = HOUR.plusHours(23).start();
    hour(pipeline, HOUR.plusHours(24));
    hour(pipeline, HOUR.plusHours(25));

    assertThat(mails("NewUnresolvedAlarm")).containsExactly(HOUR.plusHours(24));
  }

  @Test
  void reportsThatBecomeTooOldAreAMail() {
    Pipeline pipeline = own(Map.of("CATCH_UP_HOURS", "1"));
    readings("good 5");
    toHour(HOUR);
    observed(() -> tick(pipeline));
    take(pipeline.reportsUrl());
    readings();
    since = HOUR.plusHours(815).start();
    hour(pipeline, HOUR.plusHours(816));

    assertThat(mails("NewExpiredAlarm")).containsExactly(HOUR.plusHours(816));
  }

  @Test
  void whatALaterHourSupersedesUnsentIsAMail() {
    Pipeline pipeline = own(Map.of("METERS", "active_sensors:last"), MeterKind.LAST);
    readings("good 5");
    toHour(HOUR);
    observed(() -> tick(pipeline));
    take(pipeline.reportsUrl());
    hour(pipeline, HOUR.plusHours(1));
    hour(pipeline, HOUR.plusHours(2));

    assertThat(mails("SupersededUnsentAlarm")).containsExactly(HOUR.plusHours(1));
  }

  @Test
  void acceptancesAfterTheGraceAreAMail() {
    Pipeline pipeline = own(Map.of());
    readings("good 5");
    toHour(HOUR);
    observed(() -> tick(pipeline));
    take(pipeline.reportsUrl());
    toHour(HOUR.plusHours(1));
    observed(() -> tick(pipeline));
    take(pipeline.reportsUrl());
    hour(pipeline, HOUR.plusHours(2));
    hour(pipeline, HOUR.plusHours(3));

    assertThat(mails("ReportsLateAlarm")).containsExactly(HOUR.plusHours(3));
  }

  @Test
  void liveStackThatIsToldToBeInShadowIsAMailEveryHourUntilItsHoursAreReleased() {
    Pipeline live = own(Map.of());
    readings("good 5");
    hour(live, HOUR);
    Pipeline blank = pipeline(database, Map.of("SOURCE", "own", "BILL_FROM", ""));
    hour(blank, HOUR.plusHours(1));
    hour(blank, HOUR.plusHours(2));
    hour(live, HOUR.plusHours(3));
    observed(
        () ->
            live.invoke(
                live.newScheduler(),
                """
                {"command": "release", "from": "%s", "to": "%s", "by": "ada"}
                """
                    .formatted(HOUR.plusHours(1).start(), HOUR.plusHours(2).start())));
    hour(live, HOUR.plusHours(4));

    assertThat(mails("HoursShadowedAlarm"))
        .containsExactly(HOUR.plusHours(1), HOUR.plusHours(2), HOUR.plusHours(3));
    assertThat(reports(live, "accepted")).isEqualTo(5);
    assertAgreement(live);
  }

  @Test
  void silenceOfStripeIsOneMailAndItsEndAnother() {
    Pipeline pipeline = own(Map.of());
    readings("good 5");
    hour(pipeline, HOUR);
    for (int i = 1; i <= 3; i++) {
      toHour(HOUR.plusHours(i));
      observed(() -> tick(pipeline));
      take(pipeline.reportsUrl());
    }
    hour(pipeline, HOUR.plusHours(4));
    hour(pipeline, HOUR.plusHours(5));

    assertThat(mails("ReportAlarm")).containsExactly(HOUR.plusHours(2));
    assertThat(ends("ReportAlarm")).containsExactly(HOUR.plusHours(5));
  }

  @Test
  void meterThatStripeDoesNotHaveIsAMail() {
    Pipeline pipeline = pipeline(database, Map.of("SOURCE", "own"));
    stripe.addCustomer("cus_good");
    readings("good 5");
    hour(pipeline, HOUR);
    take(pipeline.reportsUrl());

    assertThat(mails("StripeConfigurationAlarm")).containsExactly(HOUR);
  }

  @Test
  void organizationWhoseCustomerIsRemovedIsAMail() {
    meter(MeterKind.SUM_HOURLY);
    Pipeline pipeline = pipeline(application(3), Map.of());
    hour(pipeline, HOUR);
    pipeline
        .database()
        .execute(
            """
            update public.subscriptions set stripe_customer_id = null
            where id = (select min(id::text)::uuid from public.subscriptions)
            """);
    hour(pipeline, HOUR.plusHours(1));
    hour(pipeline, HOUR.plusHours(2));

    assertThat(mails("SubscriptionsWithoutCustomerAlarm")).containsExactly(HOUR.plusHours(1));
  }

  private Pipeline own(Map<String, String> settings) {
    return own(settings, MeterKind.SUM_HOURLY);
  }

  private Pipeline own(Map<String, String> settings, MeterKind kind) {
    meter(kind);
    stripe.addCustomer("cus_good");
    for (int n = 0; n < 10; n++) {
      stripe.addCustomer("cus_org" + n);
    }
    Map<String, String> all = new HashMap<>(settings);
    all.put("SOURCE", "own");
    return pipeline(database, all);
  }

  /**
   * @param readings each the name of an organization and its value
   */
  private void readings(String... readings) {
    database.execute("delete from readings");
    for (String reading : readings) {
      String[] parts = reading.split(" ", 2);
      reading(database, parts[0], "cus_" + parts[0], Pipeline.METER, parts[1]);
    }
  }

  /** A tick, and everything on the way arrives: what each function prints is observed. */
  private void hour(Pipeline pipeline, Hour hour) {
    toHour(hour);
    observed(() -> tick(pipeline));
    observed(() -> drain(pipeline));
  }

  private void observed(Runnable run) {
    series.addLogLines(clock.instant(), Printed.by(run).lines());
  }

  private List<Hour> mails(String alarm) {
    return notifications(alarm, true);
  }

  private List<Hour> ends(String alarm) {
    return notifications(alarm, false);
  }

  /** In which hours a person gets a mail of it. */
  private List<Hour> notifications(String alarm, boolean on) {
    return Alarms.ofTemplate()
        .notifications(series, since, clock.instant().plus(Duration.ofMinutes(55)))
        .stream()
        .filter(mail -> mail.alarm().equals(alarm) && mail.on() == on)
        .map(mail -> Hour.floor(mail.at()))
        .toList();
  }
}
