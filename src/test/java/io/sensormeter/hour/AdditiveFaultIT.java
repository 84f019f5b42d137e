package io.sensormeter.hour;

import static org.assertj.core.api.Assertions.assertThat;

import io.sensormeter.local.Pipeline;
import io.sensormeter.local.aws.EventSource;
import io.sensormeter.local.postgres.ApplicationData;
import io.sensormeter.local.postgres.DatabaseWire;
import io.sensormeter.local.postgres.LocalDatabase;
import io.sensormeter.local.stripe.Fault;
import io.sensormeter.meter.Hour;
import io.sensormeter.meter.MeterKind;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Meters on which a second event counts again: what is not sent any more, and is shown instead. */
final class AdditiveFaultIT extends HourFixture {
  private static final int ORGANIZATIONS = 5;
  private static final Instant CAPTURED = HOUR.start().plus(AFTER_THE_HOUR);

  /** Whether Stripe keeps what it does not answer. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void reportWithoutAnOutcomeIsUnresolvedAfterADayAndNothingIsSentInItsLastHour(boolean kept) {
    meter(MeterKind.SUM);
    Pipeline pipeline =
        pipeline(application(ORGANIZATIONS), Map.of("METERS", "active_sensors:sum"));
    List<Instant> sent = new CopyOnWriteArrayList<>();
    stripe.script(
        call -> {
          if (!String.valueOf(call.identifier()).endsWith(":" + HOUR)) {
            return null;
          }
          sent.add(clock.instant());
          return kept ? new Fault.ResetAfterProcessing() : new Fault.ResetBeforeProcessing();
        });
    EventSource reporter = pipeline.newReporter();
    EventSource recorder = pipeline.newRecorder();
    var scheduler = pipeline.newScheduler();

    for (int i = 0; i <= 24; i += 2) {
      toHour(HOUR.plusHours(i));
      tick(pipeline, scheduler, HOUR.plusHours(i));
      assertThat(reports(pipeline, "unresolved")).isEqualTo(i < 24 ? 0 : ORGANIZATIONS);
      reporter.drain(ROUNDS);
      recorder.drain(ROUNDS);
    }

    assertThat(sent).isNotEmpty().allMatch(at -> at.isBefore(CAPTURED.plus(Duration.ofHours(23))));
    assertThat(
            pipeline
                .database()
                .queryLong(
                    "select count(*) from metering.meter_report where send_before > captured_at +"
                        + " interval '23 hours'"))
        .isZero();
    assertThat(reports(pipeline, "unresolved")).isEqualTo(ORGANIZATIONS);
    assertThat(reports(pipeline, "accepted")).isEqualTo(24L * ORGANIZATIONS);
    assertThat(eventsOf(HOUR)).isEqualTo(kept ? ORGANIZATIONS : 0);

    int calls = sent.size();
    stripe.script(call -> null);
    nextHour(pipeline);
    nextHour(pipeline);
    assertThat(sent).hasSize(calls);
    assertThat(eventsOf(HOUR)).isEqualTo(kept ? ORGANIZATIONS : 0);
    assertThat(reports(pipeline, "unresolved")).isEqualTo(ORGANIZATIONS);
  }

  @Test
  void reportOfAPersonWhoseCopyNeverLeftIsPublishedHoweverLate() {
    meter(MeterKind.SUM);
    LocalDatabase database = application(ORGANIZATIONS);
    var wire = databaseWire(database);
    Pipeline pipeline =
        pipeline(
            database,
            Map.of(
                "METERS", "active_sensors:sum",
                "CATCH_UP_HOURS", "1",
                "VERIFY_EVERY_HOURS", "2",
                "DATABASE_PORT", String.valueOf(wire.port())));
    var scheduler = pipeline.newScheduler();
    toHour(HOUR.minusHours(1));
    tick(pipeline, scheduler, HOUR.minusHours(1));
    toHour(HOUR);
    // Its sixth commit takes the copy that is to leave, after the one that captures the report.
    wire.cutAtCommit(6, DatabaseWire.Cut.BEFORE);
    try {
      report(pipeline, scheduler, ApplicationData.organizationId(1));
    } catch (RuntimeException e) {
      // As meant.
    }
    assertThat(
            database.queryLong(
                "select count(*) from metering.meter_report where status = 'pending' and"
                    + " send_before is null"))
        .isEqualTo(1);

    // The meter is read, then its hour, which may have been sent by a ledger that was restored;
    // that it
    // shows nothing counts once Stripe shows what it took since.
    for (int i = 25; i < 31; i++) {
      if (i < 28) {
        assertThat(eventsOf(HOUR)).isZero();
      }
      toHour(HOUR.plusHours(i));
      tick(pipeline);
      drain(pipeline);
      verify(pipeline);
    }

    assertThat(reports(pipeline, "unresolved")).isZero();
    assertThat(eventsOf(HOUR)).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource(
      value = MeterKind.class,
      names = {"SUM_HOURLY", "SUM"})
  void pendingReportOlderThanThirtyFourDaysIsExpiredAndNeverSent(MeterKind kind) {
    meter(kind);
    Pipeline pipeline =
        pipeline(
            application(ORGANIZATIONS),
            Map.of("METERS", "active_sensors:" + kind.label(), "CATCH_UP_HOURS", "1"));
    tick(pipeline);
    take(pipeline.reportsUrl());

    clock.set(HOUR.start().plus(Duration.ofDays(34)).minusSeconds(1));
    tick(pipeline);
    assertThat(reports(pipeline, "expired")).isZero();
    take(pipeline.reportsUrl());
    clock.set(HOUR.start().plus(Duration.ofDays(34)));
    tick(pipeline);
    drain(pipeline);

    assertThat(reports(pipeline, kind == MeterKind.SUM_HOURLY ? "expired" : "unresolved"))
        .isEqualTo(ORGANIZATIONS);
    assertThat(eventsOf(HOUR)).isZero();
  }

  @Test
  void pendingReportOfALastMeterIsSupersededByTheNextHourAndItsLateAcceptanceWins() {
    meter(MeterKind.LAST);
    Pipeline pipeline =
        pipeline(application(ORGANIZATIONS), Map.of("METERS", "active_sensors:last"));
    tick(pipeline);
    pipeline.newReporter().drain(ROUNDS);
    List<String> outcomes = take(pipeline.outcomesUrl());

    toHour(HOUR.plusHours(1));
    tick(pipeline);
    assertThat(reports(pipeline, "superseded")).isEqualTo(ORGANIZATIONS);
    assertThat(reports(pipeline, "pending")).isEqualTo(ORGANIZATIONS);
    send(pipeline.outcomesUrl(), outcomes);
    drain(pipeline);

    assertThat(reports(pipeline, "superseded")).isZero();
    assertThat(reports(pipeline, "accepted")).isEqualTo(2L * ORGANIZATIONS);
    for (int n = 1; n <= ORGANIZATIONS; n++) {
      assertThat(
              stripe.aggregatedValue(
                  Pipeline.METER,
                  ApplicationData.customerId(n),
                  HOUR.start(),
                  HOUR.plusHours(2).start()))
          .isEqualByComparingTo(
              pipeline
                  .database()
                  .queryTexts(
                      "select value::text from metering.meter_report where status = 'accepted' and"
                          + " organization_id = ? order by hour desc",
                      ApplicationData.organizationId(n))
                  .getFirst());
    }
  }

  /** Stripe does not say whether a late event of an earlier hour would count as the last one. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void copyOfALastMeterIsNotSentOnceTheNextHourCanBeCaptured(boolean inTime) {
    meter(MeterKind.LAST);
    Pipeline pipeline =
        pipeline(application(ORGANIZATIONS), Map.of("METERS", "active_sensors:last"));
    tick(pipeline);

    Instant captureable = HOUR.plusHours(1).start().minus(Duration.ofMinutes(5));
    clock.set(inTime ? captureable.minusNanos(1_000) : captureable);
    drain(pipeline);
    assertThat(eventsOf(HOUR)).isEqualTo(inTime ? ORGANIZATIONS : 0);

    nextHour(pipeline);
    assertThat(eventsOf(HOUR)).isEqualTo(inTime ? ORGANIZATIONS : 0);
    assertThat(eventsOf(HOUR.plusHours(1))).isEqualTo(ORGANIZATIONS);
    assertThat(reports(pipeline, "superseded")).isEqualTo(inTime ? 0 : ORGANIZATIONS);
  }

  @Test
  void reportOfALastMeterInTheLastFiveMinutesIsSentInTheNextHourUnlessSuperseded() {
    meter(MeterKind.LAST);
    LocalDatabase database = application(2);
    Pipeline pipeline =
        pipeline(database, Map.of("METERS", "active_sensors:last", "CATCH_UP_HOURS", "1"));
    clock.set(HOUR.plusHours(1).start().minus(Duration.ofMinutes(3)));
    for (int n = 1; n <= 2; n++) {
      assertThat(report(pipeline, pipeline.newScheduler(), ApplicationData.organizationId(n)))
          .containsEntry("captured", 1)
          .containsEntry("published", 0);
    }
    database.execute(
        "update subscriptions set status = 'canceled' where organization_id = ?::uuid",
        ApplicationData.organizationId(2));

    nextHour(pipeline);

    for (int n = 1; n <= 2; n++) {
      assertThat(
              database.queryTexts(
                  "select status from metering.meter_report where organization_id = ? order by"
                      + " hour",
                  ApplicationData.organizationId(n)))
          .containsExactlyElementsOf(
              n == 1 ? List.of("superseded", "accepted") : List.of("accepted"));
    }
    assertThat(eventsOf(HOUR)).isEqualTo(1);
    assertThat(eventsOf(HOUR.plusHours(1))).isEqualTo(1);
  }

  private long eventsOf(Hour hour) {
    return stripe.acceptedEvents().stream()
        .filter(event -> event.timestamp().equals(hour.start()))
        .count();
  }
}
