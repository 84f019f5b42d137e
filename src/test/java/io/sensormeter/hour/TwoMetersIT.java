package io.sensormeter.hour;

import static org.assertj.core.api.Assertions.assertThat;

import io.sensormeter.local.Pipeline;
import io.sensormeter.local.Services;
import io.sensormeter.local.aws.EventSource;
import io.sensormeter.local.postgres.ApplicationData;
import io.sensormeter.local.postgres.LocalDatabase;
import io.sensormeter.local.postgres.TwoMeters;
import io.sensormeter.local.stripe.ReceivedEvent;
import io.sensormeter.meter.Hour;
import io.sensormeter.meter.MeterKind;
import io.sensormeter.scheduler.SchedulerHandler;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The meters of the replaced application, a gauge and a flow, from the example source to Stripe.
 */
@Tag("postgres")
final class TwoMetersIT extends HourFixture {
  private static final int ORGANIZATIONS = 3;
  private static final int SENSORS = 4;
  private static final int HOURS = 72;

  private static final String GAUGE = Pipeline.METER;
  private static final String FLOW = TwoMeters.READINGS;

  private static final Hour GAUGE_FROM = Hour.parse("2026-11-29T12Z");
  private static final Hour FLOW_FROM = Hour.parse("2026-11-29T18Z");
  private static final Hour PERIOD_END = Hour.parse("2026-12-01T00Z");
  private static final Hour LAST_OF_PERIOD = PERIOD_END.minusHours(1);

  private final LocalDatabase database = Services.postgres().newDatabase();

  @BeforeEach
  void application() {
    meter(GAUGE, MeterKind.SUM_HOURLY);
    meter(FLOW, MeterKind.SUM);
    ApplicationData.insertOrganizations(
        database, ORGANIZATIONS, SENSORS, GAUGE_FROM.minusHours(48).start());
    TwoMeters.install(database);
    for (int n = 1; n <= ORGANIZATIONS; n++) {
      stripe.addCustomer(ApplicationData.customerId(n));
    }
  }

  @Test
  void seventyTwoHoursAreBilledMeterByMeterEachOnTheInvoiceOfItsPeriod() {
    Pipeline pipeline = pipeline(1, GAUGE_FROM, FLOW_FROM);
    SchedulerHandler scheduler = pipeline.newScheduler();
    EventSource reporter = pipeline.newReporter();
    EventSource recorder = pipeline.newRecorder();

    for (int i = 0; i <= HOURS; i++) {
      Hour tick = GAUGE_FROM.plusHours(i);
      toHour(tick);
      activate(tick);
      tick(pipeline, scheduler, tick);
      reporter.drain(ROUNDS);
      recorder.drain(ROUNDS);
      record(tick);
    }

    Hour end = GAUGE_FROM.plusHours(HOURS);
    for (int n = 1; n <= ORGANIZATIONS; n++) {
      assertThat(invoice(GAUGE, n, GAUGE_FROM, PERIOD_END))
          .isEqualTo(active(n, GAUGE_FROM, LAST_OF_PERIOD));
      assertThat(invoice(GAUGE, n, PERIOD_END, end.plusHours(1)))
          .isEqualTo(active(n, PERIOD_END, end));
      assertThat(invoice(FLOW, n, GAUGE_FROM, PERIOD_END))
          .isEqualTo(recorded(n, FLOW_FROM, LAST_OF_PERIOD));
      assertThat(invoice(FLOW, n, PERIOD_END, end))
          .isEqualTo(recorded(n, PERIOD_END, end.minusHours(1)));
    }
    for (String meter : List.of(GAUGE, FLOW)) {
      assertThat(stripe.total(meter).longValueExact())
          .as(meter)
          .isPositive()
          .isEqualTo(
              database.queryLong(
                  "select sum(value) from metering.meter_report"
                      + " where meter = ? and status = 'accepted'",
                  meter));
    }
    assertThat(stripe.acceptedEvents())
        .hasSize(ORGANIZATIONS * (HOURS + 1 + HOURS + 1 - 7))
        .allSatisfy(
            event ->
                assertThat(event.receivedAt())
                    .as("the default hour of grace after the event hour of %s", event.identifier())
                    .isBefore(event.timestamp().plus(Duration.ofHours(2))));
    assertThat(reports(pipeline, "shadow")).isEqualTo(7L * ORGANIZATIONS);
    assertAgreement(pipeline);
  }

  /** The period's last hour of the flow is read by the first tick of the next period. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          # meter              | its tick       | published | grace | accepted            | late
          active_sensors       | 2026-11-30T23Z | PT3S      | 1     | 2026-12-01T00:00:03Z | false
          active_sensors       | 2026-11-30T23Z | PT34M59S  | 1     | 2026-12-01T00:00:03Z | false
          active_sensors       | 2026-11-30T23Z | PT35M1S   | 1     | 2026-12-01T01:00:03Z | true
          temperature_readings | 2026-12-01T00Z | PT3S      | 1     | 2026-12-01T01:00:03Z | true
          temperature_readings | 2026-12-01T00Z | PT3S      | 2     | 2026-12-01T01:00:03Z | false
          temperature_readings | 2026-12-01T00Z | PT34M59S  | 2     | 2026-12-01T01:00:03Z | false
          temperature_readings | 2026-12-01T00Z | PT35M1S   | 2     | 2026-12-01T02:00:03Z | true
          """)
  void lostCopyOfThePeriodsLastHourIsSentAgainWhileTheInvoiceIsOpen(
      String meter,
      String tick,
      Duration published,
      int graceHours,
      Instant accepted,
      boolean late) {
    Pipeline pipeline = pipeline(graceHours, LAST_OF_PERIOD, LAST_OF_PERIOD);
    Hour hour = Hour.parse(tick);
    activate(LAST_OF_PERIOD);
    record(LAST_OF_PERIOD);
    clock.set(hour.start().plus(published));
    tick(pipeline);
    take(pipeline.reportsUrl());

    nextHour(pipeline);
    nextHour(pipeline);

    assertThat(
            stripe.acceptedEvents().stream()
                .filter(event -> event.eventName().equals(meter))
                .filter(event -> event.timestamp().equals(LAST_OF_PERIOD.start())))
        .hasSize(ORGANIZATIONS)
        .extracting(ReceivedEvent::receivedAt)
        .containsOnly(accepted);
    assertThat(accepted.isAfter(PERIOD_END.plusHours(graceHours).start())).isEqualTo(late);
    assertThat(
            database.queryLong(
                """
                select count(*) from metering.meter_report
                where late and meter = ? and event_time = ?::timestamptz
                """,
                meter,
                LAST_OF_PERIOD.start().toString()))
        .isEqualTo(late ? ORGANIZATIONS : 0);
    assertAgreement(pipeline);
  }

  private Pipeline pipeline(int graceHours, Hour gaugeFrom, Hour flowFrom) {
    return pipeline(
        database,
        Map.of(
            "SOURCE", "own",
            "BILL_FROM", gaugeFrom.toString(),
            "INVOICE_GRACE_HOURS", String.valueOf(graceHours),
            "METERS",
                "%s:sum-hourly,%s:sum:past-hour:from=%s".formatted(GAUGE, FLOW, flowFrom.start())));
  }

  /** From now on organization n has so many active sensors. */
  private void activate(Hour tick) {
    database.execute(
        """
        update devices set is_active = ranked.place <= ranked.active
        from (
          select device.id, row_number() over (partition by site.id order by device.id) as place,
            least(%d, 1 + (n + ?) %% %1$d) as active
          from generate_series(1, %d) as n
          join sites as site on site.id = md5('site ' || n)::uuid
          join areas as area on area.site_id = site.id
          join units as unit on unit.area_id = area.id
          join devices as device on device.unit_id = unit.id) as ranked
        where ranked.id = devices.id
        """
            .formatted(SENSORS, ORGANIZATIONS),
        step(tick));
  }

  private static int activeSensors(int n, Hour tick) {
    return 1 + (n + step(tick)) % SENSORS;
  }

  /**
   * While the hour runs, at its first microsecond and its last, by a sensor of each organization.
   */
  private void record(Hour hour) {
    database.execute(
        """
        insert into public.temperature_readings (device_id, recorded_at)
        select md5('device ' || n || ' 1')::uuid, moment
        from generate_series(1, %d) as n
        cross join unnest(array[?, ?]::timestamptz[]) as moment
        cross join generate_series(1, n * ?)
        """
            .formatted(ORGANIZATIONS),
        hour.start().toString(),
        hour.plusHours(1).start().minusNanos(1_000).toString(),
        readings(1, hour));
  }

  private static int readings(int n, Hour hour) {
    return n * (step(hour) % 7);
  }

  private static int step(Hour hour) {
    return Math.toIntExact(GAUGE_FROM.hoursUntil(hour));
  }

  /** Sensor-hours of the hours from and to, both included. */
  private static long active(int n, Hour from, Hour to) {
    long sum = 0;
    for (Hour hour = from; !hour.isAfter(to); hour = hour.plusHours(1)) {
      sum += activeSensors(n, hour);
    }
    return sum;
  }

  private static long recorded(int n, Hour from, Hour to) {
    long sum = 0;
    for (Hour hour = from; !hour.isAfter(to); hour = hour.plusHours(1)) {
      sum += 2L * readings(n, hour);
    }
    return sum;
  }

  private long invoice(String meter, int n, Hour from, Hour toExclusive) {
    return stripe
        .aggregatedValue(meter, ApplicationData.customerId(n), from.start(), toExclusive.start())
        .longValueExact();
  }
}
