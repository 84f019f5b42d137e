package io.sensormeter.tick;

import static org.assertj.core.api.Assertions.assertThat;

import io.sensormeter.config.SchedulerSettings;
import io.sensormeter.config.Secrets;
import io.sensormeter.database.Database;
import io.sensormeter.lambda.Time;
import io.sensormeter.local.Pipeline;
import io.sensormeter.local.Printed;
import io.sensormeter.local.Services;
import io.sensormeter.local.SettableClock;
import io.sensormeter.local.postgres.LocalDatabase;
import io.sensormeter.local.stripe.FakeStripe;
import io.sensormeter.meter.CalendarMonth;
import io.sensormeter.meter.Hour;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A month that ends: what is not settled while its invoices close, and when it is complete. */
final class UnsettledOfMonthIT {
  private static final Hour LAST = Hour.parse("2026-11-30T23Z");
  private static final Hour END = LAST.plusHours(1);
  private static final CalendarMonth NOVEMBER = CalendarMonth.parse("2026-11");

  private final LocalDatabase application = Services.postgres().newDatabase();
  private final SettableClock clock = new SettableClock(LAST.minusHours(2).start());
  private final FakeStripe stripe = FakeStripe.start(clock);
  private final Pipeline pipeline =
      new Pipeline(
          application,
          Services.sqs(),
          Services.secrets(),
          stripe,
          clock,
          Map.of("INVOICE_GRACE_HOURS", "6", "VERIFY_EVERY_HOURS", "2"));
  private final Database database =
      new Database(
          SchedulerSettings.read(pipeline.environment()).database(),
          new Secrets(Services.secrets().client()),
          Duration.ofSeconds(5),
          Time.of(clock));
  private final UnsettledOfMonth unsettled =
      new UnsettledOfMonth(SchedulerSettings.read(pipeline.environment()));

  /** Live for the month's last three hours; the next month's first is captured, too. */
  @BeforeEach
  void migrate() {
    pipeline.invoke(pipeline.newScheduler(), "{\"command\":\"tick\"}");
    clock.set(END.start());
    pipeline.invoke(pipeline.newScheduler(), "{\"command\":\"tick\"}");
    Services.sqs().client().purgeQueue(r -> r.queueUrl(pipeline.verificationsUrl()));
    application.execute(
        """
        delete from metering.tick;
        insert into metering.tick (hour, captured_at)
        select hour, hour from generate_series('2026-11-30T21:00:00Z'::timestamptz,
          '2026-12-01T00:00:00Z', interval '1 hour') as hour;
        update metering.stack set live_from = '2026-11-30T21:00:00Z',
          verify_from = '2026-11-30T20:00:00Z'
        """);
  }

  @AfterEach
  void close() {
    database.close();
    pipeline.close();
    stripe.close();
  }

  @Test
  void whatIsNotSettledIsCountedFromTheMonthsEndUntilItsInvoicesClose() {
    report("pending", LAST, LAST, "");
    report("accepted", LAST.minusHours(1), LAST.minusHours(1), "");
    report("accepted", LAST, LAST, "");
    report("rejected", LAST, LAST, "");
    report("expired", LAST, LAST, "ann");
    report("verified", LAST, LAST, "");
    report("accepted", LAST.minusHours(9), LAST.minusHours(9), "");
    report("rejected", LAST.minusHours(9), LAST.minusHours(9), "");
    report("unresolved", LAST, LAST, "");
    // A flow's, which the tick after the month reads; and what is of the next month.
    report("pending", END, LAST, "");
    report("unresolved", END, END, "");

    assertThat(closing(END.start().minusSeconds(1))).isEmpty();
    assertThat(closing(END.start())).as("on its way").contains(unsettled(1, 0, 2));
    Instant anHourOn = END.plusHours(1).start();
    assertThat(closing(anHourOn.minusMillis(1))).contains(unsettled(1, 0, 2));
    assertThat(closing(anHourOn)).as("without an outcome").contains(unsettled(2, 0, 2));
    Instant inTurn = END.plusHours(3).start();
    assertThat(closing(inTurn.minusMillis(1))).contains(unsettled(2, 0, 2));
    assertThat(closing(inTurn)).as("not seen in its turn").contains(unsettled(2, 1, 2));
    assertThat(closing(END.plusHours(4).start())).contains(unsettled(2, 2, 2));
    assertThat(closing(inTurn).orElseThrow().reports()).isEqualTo(5);
    assertThat(closing(END.plusHours(6).start())).isEmpty();

    clock.set(inTurn);
    var scheduler = pipeline.newScheduler();
    Printed tick = Printed.by(() -> pipeline.invoke(scheduler, "{\"command\":\"tick\"}"));
    assertThat(tick.metric("ReportsUnsettledAtClose")).as("what the alarm reads").isEqualTo(5);
    clock.set(END.plusHours(6).start());
    Printed after = Printed.by(() -> pipeline.invoke(scheduler, "{\"command\":\"tick\"}"));
    assertThat(after.metric("ReportsUnsettledAtClose")).isZero();
  }

  @Test
  void monthIsToldToBeCompleteOnceAndOnlyWhenItIs() {
    report("verified", LAST, LAST, "");
    report("rejected", LAST, LAST, "ann");
    assertThat(complete(LAST)).isEmpty();
    for (String missing :
        new String[] {
          "update metering.tick set status = 'skipped' where hour = '2026-11-30T22:00:00Z'",
          "delete from metering.tick where hour = '2026-11-30T22:00:00Z'",
          "update metering.meter_report set acknowledged_at = null, acknowledged_by = null",
          "update metering.meter_report set status = 'discrepancy' where status = 'verified'",
          "delete from metering.tick where hour = '2026-12-01T00:00:00Z'",
          "update metering.stack set live_from = '2026-12-01T00:00:00Z'",
          "update metering.stack set live_from = null",
          shadow(LAST)
        }) {
      assertThat(completeAfter(missing)).as(missing).isEmpty();
    }
    for (String nothing : new String[] {"", shadow(END), "delete from metering.meter_report"}) {
      assertThat(completeAfter(nothing)).as(nothing).contains(NOVEMBER);
    }

    assertThat(complete(END)).contains(NOVEMBER);
    assertThat(complete(END.plusHours(1))).isEmpty();
    assertThat(complete(END.plusHours(800))).isEmpty();
  }

  /** A flow's last hour of the month is read by the tick after it. */
  @Test
  void monthOfAFlowIsCompleteOnlyOnceTheHourAfterItIsCaptured() {
    application.execute(
        """
        insert into metering.meter (meter, kind, past_hour, live_from)
        values ('readings', 'sum', true, '2026-11-30T21:00:00Z');
        update metering.tick set status = 'skipped' where hour = '2026-12-01T00:00:00Z'
        """);
    assertThat(complete(END)).isEmpty();

    application.execute("update metering.tick set status = 'captured'");
    assertThat(complete(END)).contains(NOVEMBER);
  }

  /** Nothing of it stays. */
  private Optional<CalendarMonth> completeAfter(String sql) {
    List<CalendarMonth> complete = new ArrayList<>();
    try {
      database.transaction(
          "trying",
          t -> {
            if (!sql.isEmpty()) {
              t.update(sql);
            }
            unsettled.newlyComplete(t, END.start()).ifPresent(complete::add);
            throw new IllegalStateException("to be undone");
          });
    } catch (IllegalStateException undone) {
      return complete.stream().findFirst();
    }
    throw new AssertionError("it stands");
  }

  private Optional<UnsettledOfMonth.Closing> closing(Instant now) {
    return database.transaction("measuring", t -> unsettled.closing(t, now));
  }

  private static UnsettledOfMonth.Closing unsettled(long pending, long unverified, long open) {
    return new UnsettledOfMonth.Closing(NOVEMBER, pending, unverified, open);
  }

  private Optional<CalendarMonth> complete(Hour now) {
    return database.transaction("looking", t -> unsettled.newlyComplete(t, now.start()));
  }

  private static String shadow(Hour hour) {
    return """
    with noted as (
      insert into metering.meter (meter, kind, past_hour, live_from)
      values ('active_sensors', 'sum-hourly', false, '2026-11-30T21:00:00Z'))
    insert into metering.meter_report (hour, organization_id, meter, kind, event_time, value,
      stripe_customer_id, identifier, status, captured_at)
    values ('%1$s', 'shadow', 'active_sensors', 'sum-hourly', '%1$s', 1, 'cus_shadow', 'shadow',
      'shadow', '%1$s')
    """
        .formatted(hour.start());
  }

  private void report(String status, Hour hour, Hour event, String acknowledgedBy) {
    String name = status + hour;
    application.execute(
        """
        insert into metering.meter_report (hour, organization_id, meter, kind, event_time, value,
          stripe_customer_id, identifier, status, captured_at, failure_code, acknowledged_at,
          acknowledged_by)
        values (?::timestamptz, ?, 'active_sensors', 'sum-hourly', ?::timestamptz, 1, ?, ?, ?,
          now(), case when ? = 'rejected' then 'code' end, case when ? <> '' then now() end,
          nullif(?, ''))
        """,
        hour.start().toString(),
        name,
        event.start().toString(),
        "cus_" + name,
        name,
        status,
        status,
        acknowledgedBy,
        acknowledgedBy);
  }
}
