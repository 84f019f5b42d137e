package io.sensormeter.hour;

import static org.assertj.core.api.Assertions.assertThat;

import io.sensormeter.local.Pipeline;
import io.sensormeter.local.Printed;
import io.sensormeter.local.aws.EventSource;
import io.sensormeter.local.postgres.ApplicationData;
import io.sensormeter.local.postgres.LocalDatabase;
import io.sensormeter.meter.Hour;
import io.sensormeter.meter.MeterKind;
import io.sensormeter.scheduler.SchedulerHandler;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What the template's alarms watch: the values in the metric lines as CloudWatch reads them. Each
 * is nothing while nothing is wrong, says by how much something is, and goes back once it is
 * mended.
 */
@Tag("postgres")
final class AlarmMetricsIT extends HourFixture {
  private static final int ORGANIZATIONS = 5;
  private static final int HOUR_SECONDS = 3600;

  /** A tick comes three seconds after its hour. */
  private static final int OWN_HOUR = 3;

  private final LocalDatabase database = ownSource();

  @Test
  void oldestHourThatIsNotCapturedIsShownByItsAgeInSecondsUntilItIsCaptured() {
    failsForHours();
    Pipeline pipeline = pipeline(database, Map.of("SOURCE", "own"));
    assertThat(metricOfTick(pipeline, "OldestUncapturedAge")).isZero();

    fail(HOUR.plusHours(1));
    fail(HOUR.plusHours(2));
    toHour(HOUR.plusHours(3));
    assertThat(metricOfTick(pipeline, "OldestUncapturedAge"))
        .isEqualTo(2 * HOUR_SECONDS + OWN_HOUR);
    clock.advance(Duration.ofMinutes(1));
    assertThat(metricOfTick(pipeline, "OldestUncapturedAge"))
        .isEqualTo(2 * HOUR_SECONDS + OWN_HOUR + 60);

    mend(HOUR.plusHours(1));
    toHour(HOUR.plusHours(4));
    assertThat(metricOfTick(pipeline, "OldestUncapturedAge"))
        .isEqualTo(2 * HOUR_SECONDS + OWN_HOUR);
    mend(HOUR.plusHours(2));
    assertThat(metricOfTick(pipeline, "OldestUncapturedAge")).isZero();
  }

  @Test
  void hoursBeforeBillFromAreNotOwed() {
    failsForHours();
    fail(HOUR);
    Pipeline pipeline =
        pipeline(database, Map.of("SOURCE", "own", "BILL_FROM", HOUR.plusHours(1).toString()));
    toHour(HOUR.plusHours(1));

    assertThat(metricOfTick(pipeline, "OldestUncapturedAge")).isZero();
  }

  /** The rule may fire early by the function's clock. */
  @Test
  void hourThatHasNotBegunByTheClockHasNoAge() {
    failsForHours();
    fail(HOUR);
    Pipeline pipeline = pipeline(database, Map.of("SOURCE", "own"));
    clock.set(HOUR.start().minusSeconds(2));

    assertThat(metric(pipeline, HOUR, "OldestUncapturedAge")).isZero();
  }

  @Test
  void oldestHourWithoutAnOutcomeIsShownByItsAgeInSecondsUntilItsOutcomeIsRecorded() {
    meter(MeterKind.SUM_HOURLY);
    stripe.addCustomer("cus_a");
    Pipeline pipeline = pipeline(database, Map.of("SOURCE", "own"));
    assertThat(metricOfTick(pipeline, "OldestPendingAge")).isZero();

    reading(database, "a", "cus_a", Pipeline.METER, "5");
    toHour(HOUR.plusHours(1));
    assertThat(metricOfTick(pipeline, "OldestPendingAge")).isEqualTo(OWN_HOUR);
    toHour(HOUR.plusHours(2));
    assertThat(metricOfTick(pipeline, "OldestPendingAge")).isEqualTo(HOUR_SECONDS + OWN_HOUR);
    // Published again by this tick, and no younger for it.
    toHour(HOUR.plusHours(3));
    assertThat(metricOfTick(pipeline, "OldestPendingAge")).isEqualTo(2 * HOUR_SECONDS + OWN_HOUR);

    drain(pipeline);
    toHour(HOUR.plusHours(4));
    assertThat(metricOfTick(pipeline, "OldestPendingAge")).isEqualTo(OWN_HOUR);
    drain(pipeline);
    assertAgreement(pipeline);
  }

  @Test
  void oldestHourThatStripeWasNotSeenToHoldIsShownByItsAgeInSecondsUntilItIs() {
    meter(MeterKind.SUM_HOURLY);
    stripe.addCustomer("cus_a");
    reading(database, "a", "cus_a", Pipeline.METER, "5");
    Pipeline pipeline = pipeline(database, Map.of("SOURCE", "own"));
    assertThat(metricOfTick(pipeline, "OldestUnverifiedAge")).isZero();

    drain(pipeline);
    toHour(HOUR.plusHours(1));
    assertThat(metricOfTick(pipeline, "OldestUnverifiedAge")).isEqualTo(HOUR_SECONDS + OWN_HOUR);
    drain(pipeline);
    database.execute(
        "update metering.meter_report set status = 'verified' where status = 'accepted'");
    toHour(HOUR.plusHours(2));
    assertThat(metricOfTick(pipeline, "OldestUnverifiedAge")).isZero();
    take(pipeline.reportsUrl());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          # values of an hour | of the next one | reports of it | their total | dropped by half, or nothing
          40 30 20 10         | 20 10 10 10     | 4             | 50          | 0
          40 30 20 10         | 20 10 10 9      | 4             | 49          | 1
          10 10 10 10         | 20 20           | 2             | 40          | 0
          10 10 10 10         | 40              | 1             | 40          | 1
          10 10 10 10         | 20 20 -1 0.5    | 2             | 40          | 0
          10 10 10 10         | 40 -1 0.5 NaN   | 1             | 40          | 1
          10 10 -1 -1         | 20              | 1             | 20          | 0
          40 30 20 10         |                 | 0             | 0           | 1
          0 0                 | 0 0             | 2             | 0           | 0
                              | 7 5             | 2             | 12          | 0
          """)
  void billableReportsAndTheirTotalAreShownAndAFallToLessThanHalfIs(
      @Nullable String values, @Nullable String next, int reports, int total, int dropped) {
    Pipeline pipeline = pipeline(database, Map.of("SOURCE", "own"));
    readings(values);
    assertThat(metricOfTick(pipeline, "CaptureDropped")).isEqualTo(values == null ? 1 : 0);

    readings(next);
    toHour(HOUR.plusHours(1));
    Printed printed = printedByTick(pipeline);
    assertThat(printed.metric("BillableReports")).isEqualTo(reports);
    assertThat(printed.metric("BillableTotal")).isEqualTo(total);
    assertThat(printed.metric("CaptureDropped")).isEqualTo(dropped);

    // A tick that comes twice says the same, though only one of the two has captured anything.
    Printed again = printedByTick(pipeline);
    assertThat(again.metric("BillableReports")).isEqualTo(reports);
    assertThat(again.metric("BillableTotal")).isEqualTo(total);
    assertThat(again.metric("CaptureDropped")).isEqualTo(dropped);

    toHour(HOUR.plusHours(2));
    Printed same = printedByTick(pipeline);
    assertThat(same.metric("BillableTotal")).isEqualTo(total);
    assertThat(same.metric("CaptureDropped")).isEqualTo(next == null ? 1 : 0);
    take(pipeline.reportsUrl());
  }

  @Test
  void hourThatCouldNotBeCapturedHasNoTotalAndTheNextIsComparedWithTheOneBeforeIt() {
    failsForHours();
    readings("40 30 20 10");
    Pipeline pipeline = pipeline(database, Map.of("SOURCE", "own"));
    assertThat(metricOfTick(pipeline, "BillableTotal")).isEqualTo(100);

    fail(HOUR.plusHours(1));
    toHour(HOUR.plusHours(1));
    Printed failing = printedByTick(pipeline);
    assertThat(failing.metric("BillableReports")).isZero();
    assertThat(failing.metric("BillableTotal")).isZero();
    assertThat(failing.metric("CaptureDropped")).isZero();
    readings("1");
    toHour(HOUR.plusHours(2));
    Printed next = printedByTick(pipeline);
    assertThat(next.metric("BillableTotal")).isEqualTo(1);
    assertThat(next.metric("CaptureDropped")).isEqualTo(1);
    take(pipeline.reportsUrl());
  }

  /** They are not owed: a ledger that went live later never knew them. */
  @Test
  void hoursThatAnEarlierBillFromNamesAreShownUntilTheyAreBackfilled() {
    readings("1 2");
    Pipeline pipeline = pipeline(database, Map.of("SOURCE", "own"));
    assertThat(metricOfTick(pipeline, "HoursShadowedAfterLive")).isZero();

    Pipeline earlier =
        pipeline(database, Map.of("SOURCE", "own", "BILL_FROM", HOUR.minusHours(3).toString()));
    toHour(HOUR.plusHours(1));
    Printed printed = printedByTick(earlier);
    assertThat(printed.metric("HoursShadowedAfterLive")).isEqualTo(3);
    assertThat(printed.metric("HoursCaptured")).isEqualTo(1);

    earlier.invoke(
        earlier.newScheduler(),
        """
        {"command": "backfill", "from": "%s", "to": "%s"}
        """
            .formatted(HOUR.minusHours(3).start(), HOUR.minusHours(1).start()));
    toHour(HOUR.plusHours(2));
    assertThat(metricOfTick(earlier, "HoursShadowedAfterLive")).isZero();
    take(pipeline.reportsUrl());
    take(earlier.reportsUrl());
  }

  @Test
  void hoursGivenUpAsTooOldAreCountedByTheTickThatGivesThemUp() {
    Pipeline pipeline = pipeline(database, Map.of("SOURCE", "own", "CATCH_UP_HOURS", "1"));
    assertThat(metricOfTick(pipeline, "HoursSkipped")).isZero();

    // Owed are the tick's hour and the one before it; two lie between those and the first tick.
    toHour(HOUR.plusHours(4));
    Printed printed = printedByTick(pipeline);
    assertThat(printed.metric("HoursSkipped")).isEqualTo(2);
    assertThat(printed.metric("HoursCaptured")).isEqualTo(2);
    assertThat(printed.metric("OldestUncapturedAge")).isZero();
    assertThat(
            database.queryTexts(
                "select extract(hour from hour at time zone 'UTC')::int::text from metering.tick"
                    + " where status = 'skipped' order by hour"))
        .containsExactly("15", "16");

    toHour(HOUR.plusHours(5));
    assertThat(metricOfTick(pipeline, "HoursSkipped")).isZero();
  }

  @ParameterizedTest
  @CsvSource({"1, 0, 0", "1, 1, 4", "3, 0, 0", "3, 1, 4"})
  void reportsAcceptedAfterTheirHourAndTheGraceOfInvoicesAreCountedOnceAsLate(
      int graceHours, int microsecondsAfter, int late) {
    meter(MeterKind.SUM_HOURLY);
    Pipeline pipeline =
        pipeline(
            application(ORGANIZATIONS), Map.of("INVOICE_GRACE_HOURS", String.valueOf(graceHours)));
    // What Stripe refuses is not late, whenever it does so.
    stripe.deleteCustomer(ApplicationData.customerId(1));
    Instant limit = HOUR.plusHours(1 + graceHours).start();
    // The other hours captured by this tick are in time.
    clock.set(limit.minus(Duration.ofMinutes(20)));
    tick(pipeline);
    clock.set(limit.plusNanos(1_000L * microsecondsAfter));
    pipeline.newReporter().drain(ROUNDS);
    EventSource recorder = pipeline.newRecorder();

    var outcomes = take(pipeline.outcomesUrl());
    send(pipeline.outcomesUrl(), outcomes);
    Printed first = Printed.by(recorder::pollOnce);
    assertThat(metricOfTick(pipeline, "ReportsLate")).isEqualTo(late);
    assertThat(first.metric("ReportsRecordedAccepted"))
        .isEqualTo((1 + graceHours) * (ORGANIZATIONS - 1));
    assertThat(first.metric("ReportsRecordedRejected")).isEqualTo(1 + graceHours);

    send(pipeline.outcomesUrl(), outcomes);
    Printed again = Printed.by(recorder::pollOnce);
    assertThat(metricOfTick(pipeline, "ReportsLate")).isZero();
    assertThat(again.metric("OutcomesUnchanged")).isEqualTo((1 + graceHours) * ORGANIZATIONS);
    drain(pipeline);
    assertAgreement(pipeline);
  }

  @ParameterizedTest
  @CsvSource({
    "rejected, OpenRejected",
    "unresolved, OpenUnresolved",
    "discrepancy, OpenDiscrepancies",
    "expired, OpenExpired"
  })
  void exceptionIsShownByItsStatusForAsLongAsItIsOpen(String status, String metric) {
    readings("1 2");
    Pipeline pipeline = pipeline(database, Map.of("SOURCE", "own"));
    assertThat(metricOfTick(pipeline, metric)).isZero();
    take(pipeline.reportsUrl());

    database.execute(
        "update metering.meter_report set status = ?, failure_code = 'by_hand'", status);
    readings("");
    for (int i = 1; i <= 2; i++) {
      toHour(HOUR.plusHours(i));
      Printed printed = printedByTick(pipeline);
      assertThat(printed.metric(metric)).isEqualTo(2);
      assertThat(
              printed.metric("OpenRejected")
                  + printed.metric("OpenUnresolved")
                  + printed.metric("OpenDiscrepancies")
                  + printed.metric("OpenExpired"))
          .isEqualTo(2);
    }

    database.execute(
        "update metering.meter_report set status = ?",
        status.equals("discrepancy") ? "verified" : "accepted");
    toHour(HOUR.plusHours(3));
    assertThat(metricOfTick(pipeline, metric)).isZero();
  }

  /** What is read of an hour is table readings, unless the hour is one of table failing. */
  private void failsForHours() {
    database.execute(
        """
        create table public.failing (hour timestamptz);
        grant select on public.failing to %s;
        create or replace function metering.billable_readings(at timestamptz)
        returns table (organization_id text, stripe_customer_id text, meter text, value numeric)
        language plpgsql as $$ begin
          if exists (select from public.failing where hour = at) then
            raise exception 'the source fails at %%', at;
          end if;
          return query select * from public.readings;
        end $$
        """
            .formatted(database.user()));
  }

  private void fail(Hour hour) {
    database.execute("insert into failing values (?::timestamptz)", hour.start().toString());
  }

  private void mend(Hour hour) {
    database.execute("delete from failing where hour = ?::timestamptz", hour.start().toString());
  }

  /** From now on the source gives these values, each of an organization of its own. */
  private void readings(@Nullable String values) {
    database.execute("delete from readings");
    int n = 0;
    for (String value : values == null || values.isEmpty() ? new String[0] : values.split(" ")) {
      n++;
      reading(database, "organization " + n, "cus_" + n, Pipeline.METER, value);
    }
  }

  private double metricOfTick(Pipeline pipeline, String name) {
    return printedByTick(pipeline).metric(name);
  }

  /** A cold function's tick of the clock's hour, whether it completes or not. */
  private Printed printedByTick(Pipeline pipeline) {
    return printedByTick(pipeline, Hour.floor(clock.instant()));
  }

  private double metric(Pipeline pipeline, Hour hour, String name) {
    return printedByTick(pipeline, hour).metric(name);
  }

  private static Printed printedByTick(Pipeline pipeline, Hour hour) {
    SchedulerHandler scheduler = pipeline.newScheduler();
    return Printed.by(() -> failureOfTick(pipeline, scheduler, hour));
  }
}
