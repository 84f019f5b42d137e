package io.sensormeter.hour;

import static org.assertj.core.api.Assertions.assertThat;

import io.sensormeter.local.Pipeline;
import io.sensormeter.local.Printed;
import io.sensormeter.local.Services;
import io.sensormeter.local.postgres.LocalDatabase;
import io.sensormeter.meter.Hour;
import io.sensormeter.meter.MeterKind;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** However long Stripe takes nothing, the queue holds what can be sent, and nobody starves. */
final class BackpressureIT extends HourFixture {
  private static final int CALLS_PER_SECOND = 1;

  /** Copies expire at xx:55. */
  private static final Duration TO_EXPIRY = Duration.ofMinutes(20);

  private static final int LIVE_MOST = CALLS_PER_SECOND * (int) TO_EXPIRY.toSeconds();
  private static final int PROBES = 20;

  private final LocalDatabase database = ownSource();

  @Test
  void whileStripeIsDownNoMoreCopiesLeaveThanThePaceCanSendAndThenNewestFirst() {
    int organizations = 500;
    meter(MeterKind.SUM_HOURLY);
    fill(organizations, Pipeline.METER);
    Pipeline slow =
        pipeline(
            database,
            Map.of("SOURCE", "own", "STRIPE_CALLS_PER_SECOND", String.valueOf(CALLS_PER_SECOND)));

    for (int i = 0; i < 4; i++) {
      lateTick(slow, i);
      assertThat(take(slow.reportsUrl())).hasSize(Math.min(LIVE_MOST, (i + 1) * organizations));
    }
    assertThat(liveCopies()).containsExactly(500L, 500L, 200L, 0L);

    // Stripe is back, and its reporters are faster than the tests could wait for.
    Pipeline fast =
        pipeline(
            database,
            Map.of(
                "REPORTS_QUEUE_URL", slow.reportsUrl(), "OUTCOMES_QUEUE_URL", slow.outcomesUrl()));
    int hours = 4;
    while (hours < 8) {
      lateTick(slow, hours);
      assertThat(Services.sqs().depth(slow.reportsUrl())).isLessThanOrEqualTo(LIVE_MOST);
      drain(fast);
      hours++;
    }
    assertThat(reports(slow, "accepted")).isEqualTo(8L * organizations);
    assertThat(stripe.acceptedEvents()).hasSize(8 * organizations);
    assertAgreement(slow);
  }

  @Test
  void hourOfMoreThanThePaceCanSendIsPublishedFromItsBeginningAndTheRestLater() {
    int organizations = LIVE_MOST + 100;
    meter(MeterKind.SUM_HOURLY);
    fill(organizations, Pipeline.METER);
    Pipeline slow =
        pipeline(
            database,
            Map.of("SOURCE", "own", "STRIPE_CALLS_PER_SECOND", String.valueOf(CALLS_PER_SECOND)));

    lateTick(slow, 0);

    assertThat(take(slow.reportsUrl())).hasSize(LIVE_MOST);
    assertThat(
            database.queryTexts(
                """
                select count(*) || ' ' || count(*) filter (where n > 1200) || ' '
                  || count(first_published_at)
                from (
                  select *, row_number() over (order by organization_id collate "C") as n
                  from metering.meter_report) as report
                group by send_before is not null order by count(*)
                """))
        .containsExactly("100 100 0", "1200 0 1200");
    assertThat(reports(slow, "pending")).isEqualTo(organizations);

    lateTick(slow, 1);
    assertThat(take(slow.reportsUrl())).hasSize(LIVE_MOST);
  }

  @Test
  void meterThatStripeDoesNotHaveIsProbedStarvesNobodyAndGoesOnByItself() {
    int organizations = 50;
    meter(MeterKind.SUM_HOURLY);
    fill(organizations, Pipeline.METER);
    fill(organizations, "cold_rooms");
    Pipeline pipeline =
        pipeline(
            database,
            Map.of("SOURCE", "own", "METERS", "active_sensors:sum-hourly,cold_rooms:sum-hourly"));

    for (int i = 0; i < 4; i++) {
      toHour(HOUR.plusHours(i));
      tick(pipeline);
      // No more in an hour, however often a tick comes.
      tick(pipeline);
      List<String> copies = Services.sqs().bodies(pipeline.reportsUrl());
      assertThat(copies.stream().filter(copy -> copy.contains("cold_rooms:")))
          .hasSize(i == 0 ? organizations : PROBES);
      assertThat(copies.stream().filter(copy -> copy.contains("active_sensors:")))
          .hasSize(organizations);
      sendOnce(pipeline);
      assertThat(reports(pipeline, "accepted")).isEqualTo((i + 1L) * organizations);
    }

    meter("cold_rooms", MeterKind.SUM_HOURLY);
    // Its probes find out; the tick after them publishes everything.
    nextHour(pipeline);
    nextHour(pipeline);

    assertThat(reports(pipeline, "pending")).isZero();
    assertThat(reports(pipeline, "accepted")).isEqualTo(6L * 2 * organizations);
    assertAgreement(pipeline);
  }

  /** A gauge of the hour before midnight of a period's end: on its own invoice, or on none. */
  @Test
  void lostCopyOfThePeriodsLastHourReachesStripeWithinTheDefaultGrace() {
    meter(MeterKind.SUM_HOURLY);
    fill(1, Pipeline.METER);
    Pipeline pipeline = pipeline(database, Map.of("SOURCE", "own"));
    clock.set(HOUR.start().plus(Duration.ofMinutes(34)));
    tick(pipeline);
    take(pipeline.reportsUrl());

    toHour(HOUR.plusHours(1));
    tick(pipeline);
    drain(pipeline);

    assertThat(stripe.acceptedEvents())
        .extracting(event -> Hour.floor(event.timestamp()))
        .containsExactlyInAnyOrder(HOUR, HOUR.plusHours(1));
    toHour(HOUR.plusHours(2));
    var scheduler = pipeline.newScheduler();
    assertThat(Printed.by(() -> tick(pipeline, scheduler, HOUR.plusHours(2))).metric("ReportsLate"))
        .isZero();
    drain(pipeline);
  }

  private void fill(int organizations, String meter) {
    IntStream.range(0, organizations).forEach(n -> stripe.addCustomer("cus_" + n));
    database.execute(
        "insert into readings select 'o' || n, 'cus_' || n, ?, n from generate_series(0, ?) as n",
        meter,
        organizations - 1);
  }

  /** Twenty minutes before its copies expire, the shortest life they have. */
  private void lateTick(Pipeline pipeline, int hour) {
    clock.set(HOUR.plusHours(hour).start().plus(Duration.ofMinutes(35)));
    tick(pipeline);
  }

  /** By hour, newest first. */
  private List<Long> liveCopies() {
    return database
        .queryTexts(
            """
            select count(*) filter (where send_before > ?::timestamptz)::text
            from metering.meter_report group by hour order by hour desc
            """,
            clock.instant().toString())
        .stream()
        .map(Long::valueOf)
        .toList();
  }

  /** All in one batch; what returns is lost. */
  private static void sendOnce(Pipeline pipeline) {
    pipeline.newReporter().pollOnce();
    pipeline.newRecorder().drain(ROUNDS);
    take(pipeline.reportsUrl());
  }
}
