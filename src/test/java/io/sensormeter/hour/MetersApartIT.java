package io.sensormeter.hour;

import static org.assertj.core.api.Assertions.assertThat;

import io.sensormeter.local.Pipeline;
import io.sensormeter.local.Printed;
import io.sensormeter.local.postgres.LocalDatabase;
import io.sensormeter.local.postgres.TwoMeters;
import io.sensormeter.meter.Hour;
import io.sensormeter.meter.MeterKind;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Two meters in one ledger: what becomes of one is nothing to the other. */
@Tag("postgres")
final class MetersApartIT extends HourFixture {
  private static final String GAUGE = Pipeline.METER;
  private static final String FLOW = TwoMeters.READINGS;
  private static final String METERS = GAUGE + ":sum-hourly," + FLOW + ":sum:past-hour";
  private static final int ORGANIZATIONS = 4;

  private final LocalDatabase database = ownSource();

  @BeforeEach
  void bothMeters() {
    meter(GAUGE, MeterKind.SUM_HOURLY);
    meter(FLOW, MeterKind.SUM);
    for (int n = 1; n <= ORGANIZATIONS; n++) {
      stripe.addCustomer("cus_" + n);
    }
  }

  @ParameterizedTest
  @CsvSource({"sum", "last", "sum-hourly:past-hour"})
  void otherKindOrIntervalOfABilledMeterIsRefusedByNameAndCopiesUnderWayKeepTheirs(String other) {
    readings(GAUGE, 5);
    readings(FLOW, 70);
    Pipeline before = pipeline(METERS, Map.of());
    tick(before);
    List<String> underWay = take(before.reportsUrl());
    Pipeline changed = pipeline(METERS.replaceFirst("sum-hourly", other), Map.of());
    clock.advance(Duration.ofMinutes(30));
    send(changed.reportsUrl(), underWay.subList(0, ORGANIZATIONS));
    drain(changed);

    toHour(HOUR.plusHours(1));
    readings(GAUGE, 6);
    Printed printed = Printed.by(() -> tick(changed));
    drain(changed);

    // The rest of the first hour was published again, as what it was captured as.
    assertThat(
            database.queryTexts(
                """
                select concat_ws(' ', extract(hour from hour at time zone 'UTC'), meter, kind, status,
                  failure_code, value, count(*))
                from metering.meter_report where hour >= timestamptz '2026-11-22T14:00:00Z'
                group by hour, meter, kind, status, failure_code, value order by hour, meter
                """))
        .containsExactly(
            "14 active_sensors sum-hourly accepted 5 4",
            "14 temperature_readings sum accepted 70 4",
            "15 active_sensors %s rejected meter_changed 6 4"
                .formatted(other.replace(":past-hour", "")),
            "15 temperature_readings sum accepted 70 4");
    assertThat(
            database.queryTexts(
                "select distinct failure_message from metering.meter_report"
                    + " where failure_code = 'meter_changed'"))
        .containsExactly(
            "METERS declares another kind or interval than this meter was billed with: use a new"
                + " event name");
    assertThat(printed.metric("OrganizationsNewlyRejected")).isEqualTo(ORGANIZATIONS);
    assertThat(printed.metric("OpenRejected")).isEqualTo(ORGANIZATIONS);
    assertThat(printed.metric("CaptureDropped")).isEqualTo(1);

    // Billed are the hour before the first tick, the first, and the one after the mending.
    Pipeline mended = pipeline(METERS, Map.of());
    nextHour(mended);
    assertThat(
            database.queryLong(
                "select sum(value) from metering.meter_report where meter = ? and status ="
                    + " 'accepted'",
                GAUGE))
        .isEqualTo(ORGANIZATIONS * (5 + 5 + 6));
    assertAgreement(mended);
  }

  @Test
  void reportCapturesTheMeterThatHasNoReportYetAndLeavesTheOther() {
    Pipeline pipeline = pipeline(METERS, Map.of());
    reading(database, "organization 1", "cus_1", GAUGE, "5");
    assertThat(report(pipeline, pipeline.newScheduler(), "organization 1"))
        .containsEntry("captured", 1)
        .containsEntry("published", 1);
    database.execute("delete from readings");
    reading(database, "organization 1", "cus_1", GAUGE, "9");
    reading(database, "organization 1", "cus_1", FLOW, "70");

    assertThat(report(pipeline, pipeline.newScheduler(), "organization 1"))
        .containsEntry("captured", 1)
        .containsEntry("published", 1);
    assertThat(report(pipeline, pipeline.newScheduler(), "organization 1"))
        .containsEntry("captured", 0)
        .containsEntry("published", 0);
    drain(pipeline);

    assertThat(values()).containsExactly("14 active_sensors 5", "14 temperature_readings 70");
    assertAgreement(pipeline);
  }

  @Test
  void backfillOfAnOrganizationCapturesTheMeterThatHasNoReportYetAndLeavesTheOther() {
    Pipeline pipeline = pipeline(METERS, Map.of("BILL_FROM", HOUR.minusHours(2).toString()));
    reading(database, "organization 1", "cus_1", GAUGE, "5");
    assertThat(backfill(pipeline)).containsEntry("published", 2);
    reading(database, "organization 1", "cus_1", FLOW, "70");

    assertThat(backfill(pipeline)).containsEntry("published", 2);
    assertThat(backfill(pipeline))
        .containsEntry("published", 0)
        .containsEntry("hoursUnchanged", 2L);
    drain(pipeline);

    assertThat(values())
        .containsExactly(
            "13 active_sensors 5",
            "13 temperature_readings 70",
            "14 active_sensors 5",
            "14 temperature_readings 70");
    assertAgreement(pipeline);
  }

  /** A gauge is compared with the hour before, a flow with the same hour of the day before. */
  @Test
  void fallOfOneMeterRingsThoughTheOtherRises() {
    Pipeline pipeline = pipeline(METERS, Map.of());
    assertThat(dropped(pipeline, HOUR, 10, 100)).isEmpty();
    // Less than half of the flow's hour before, as at night.
    assertThat(dropped(pipeline, HOUR.plusHours(1), 10, 40)).isEmpty();
    assertThat(dropped(pipeline, HOUR.plusHours(2), 4, 1000)).containsExactly(GAUGE);
    assertThat(dropped(pipeline, HOUR.plusHours(24), 90, 49)).containsExactly(FLOW);
    assertThat(dropped(pipeline, HOUR.plusHours(25), 90, 20)).isEmpty();
    assertThat(dropped(pipeline, HOUR.plusHours(26), 90, 0)).containsExactly(FLOW);
    // Declared, and not given at all.
    database.execute("delete from readings where meter = ?", GAUGE);
    toHour(HOUR.plusHours(27));
    assertThat(Printed.by(() -> tick(pipeline)).metric("CaptureDropped")).isEqualTo(1);
    assertThat(status(pipeline)).containsExactly(FLOW + " 4 0");
    take(pipeline.reportsUrl());
  }

  private Pipeline pipeline(String meters, Map<String, String> settings) {
    Map<String, String> all = new HashMap<>();
    all.put("SOURCE", "own");
    all.put("BILL_FROM", HOUR.minusHours(1).toString());
    all.put("METERS", meters);
    all.put("CATCH_UP_HOURS", "1");
    all.putAll(settings);
    return pipeline(database, all);
  }

  /** From now on every organization gives this value of the meter. */
  private void readings(String meter, int value) {
    database.execute("delete from readings where meter = ?", meter);
    for (int n = 1; n <= ORGANIZATIONS; n++) {
      reading(database, "organization " + n, "cus_" + n, meter, String.valueOf(value));
    }
  }

  private List<String> dropped(Pipeline pipeline, Hour hour, int gauge, int flow) {
    readings(GAUGE, gauge);
    readings(FLOW, flow);
    toHour(hour);
    Printed printed = Printed.by(() -> tick(pipeline));
    List<String> dropped =
        ((List<?>) tick(pipeline).getOrDefault("meters", List.of()))
            .stream()
                .map(each -> (Map<?, ?>) each)
                .filter(each -> Boolean.TRUE.equals(each.get("dropped")))
                .map(each -> String.valueOf(each.get("meter")))
                .toList();
    assertThat(printed.metric("CaptureDropped")).isEqualTo(dropped.size());
    assertThat(printed.metric("BillableTotal")).isEqualTo(ORGANIZATIONS * (gauge + flow));
    assertThat(status(pipeline))
        .containsExactly(
            "%s %d %d".formatted(GAUGE, ORGANIZATIONS, ORGANIZATIONS * gauge),
            "%s %d %d".formatted(FLOW, ORGANIZATIONS, ORGANIZATIONS * flow));
    return dropped;
  }

  /** Of the clock's hour: meter, organizations, total. */
  private List<String> status(Pipeline pipeline) {
    String hour = Hour.floor(clock.instant()).toString();
    Map<String, Object> answer =
        pipeline.invoke(
            pipeline.newScheduler(),
            """
            {"command": "status", "from": "%1$s", "to": "%1$s"}
            """
                .formatted(hour));
    Map<?, ?> line = (Map<?, ?>) ((List<?>) answer.getOrDefault("hours", List.of())).getFirst();
    return ((List<?>) Objects.requireNonNull(line.get("meters")))
        .stream()
            .map(each -> (Map<?, ?>) each)
            .map(
                each ->
                    "%s %s %s"
                        .formatted(each.get("meter"), each.get("organizations"), each.get("total")))
            .toList();
  }

  /** Organization 1, the fixture's hour and the one before. */
  private static Map<String, Object> backfill(Pipeline pipeline) {
    return pipeline.invoke(
        pipeline.newScheduler(),
        """
        {"command": "backfill", "from": "%s", "to": "%s", "organization": "organization 1"}
        """
            .formatted(HOUR.minusHours(1), HOUR));
  }

  private List<String> values() {
    return database.queryTexts(
        """
        select concat_ws(' ', extract(hour from hour at time zone 'UTC'), meter, value)
        from metering.meter_report order by hour, meter
        """);
  }
}
