package io.sensormeter.hour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatRuntimeException;

import io.sensormeter.local.Pipeline;
import io.sensormeter.local.Printed;
import io.sensormeter.local.Printed.Line;
import io.sensormeter.local.postgres.LocalDatabase;
import io.sensormeter.meter.Hour;
import io.sensormeter.meter.MeterKind;
import io.sensormeter.scheduler.SchedulerHandler;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each UTC month of hours has a partition of its own, made before the month or by a capture. */
final class MonthBoundaryIT extends HourFixture {
  private static final int ORGANIZATIONS = 12;
  private static final Hour LAST_OF_NOVEMBER = Hour.parse("2026-11-30T23Z");
  private static final Hour FIRST_OF_DECEMBER = Hour.parse("2026-12-01T00Z");

  @ParameterizedTest
  @CsvSource({
    "2026-11-30T23Z, 2026_11, 2026_12",
    "2026-12-31T23Z, 2026_12, 2027_01",
    "2028-02-28T23Z, 2028_02, 2028_02",
    "2028-02-29T23Z, 2028_02, 2028_03"
  })
  void hoursOnBothSidesOfAMonthsEndAreBilledEachFromItsOwnPartition(
      Hour last, String month, String next) {
    meter(MeterKind.SUM_HOURLY);
    Pipeline pipeline =
        pipeline(application(ORGANIZATIONS), Map.of("BILL_FROM", last.minusHours(1).toString()));

    for (int i = -1; i <= 2; i++) {
      toHour(last.plusHours(i));
      assertThat(tick(pipeline)).containsEntry("published", ORGANIZATIONS);
      drain(pipeline);
    }

    assertThat(partition(pipeline, last.minusHours(1))).isEqualTo("meter_report_" + month);
    assertThat(partition(pipeline, last)).isEqualTo("meter_report_" + month);
    assertThat(partition(pipeline, last.plusHours(1))).isEqualTo("meter_report_" + next);
    assertThat(partition(pipeline, last.plusHours(2))).isEqualTo("meter_report_" + next);
    assertThat(reports(pipeline, "accepted")).isEqualTo(4L * ORGANIZATIONS);
    assertAgreement(pipeline);
  }

  @Test
  void hoursOfTwoMonthsOwedAtOnceAreBilledByOneTick() {
    meter(MeterKind.SUM_HOURLY);
    Pipeline pipeline =
        pipeline(application(ORGANIZATIONS), Map.of("BILL_FROM", LAST_OF_NOVEMBER.toString()));
    toHour(FIRST_OF_DECEMBER);

    assertThat(tick(pipeline)).containsEntry("published", 2 * ORGANIZATIONS);
    drain(pipeline);

    assertThat(partition(pipeline, LAST_OF_NOVEMBER)).isEqualTo("meter_report_2026_11");
    assertThat(partition(pipeline, FIRST_OF_DECEMBER)).isEqualTo("meter_report_2026_12");
    assertThat(reports(pipeline, "accepted")).isEqualTo(2L * ORGANIZATIONS);
    assertAgreement(pipeline);
  }

  /** Such as a vacuum, an index made concurrently, or a transaction that somebody forgot. */
  @Test
  void tickThatFindsTheLedgerHeldAtTheMonthsEndGivesUpSoonAndTheNextOneCaptures() throws Exception {
    meter(MeterKind.SUM_HOURLY);
    LocalDatabase database = application(ORGANIZATIONS);
    Pipeline pipeline = pipeline(database, Map.of("BILL_FROM", LAST_OF_NOVEMBER.toString()));
    SchedulerHandler scheduler = pipeline.newScheduler();
    toHour(LAST_OF_NOVEMBER);
    tick(pipeline, scheduler, LAST_OF_NOVEMBER);
    drain(pipeline);
    withoutDecember(database);
    toHour(FIRST_OF_DECEMBER);

    try (Connection holding = holdingTheLedger(database)) {
      Printed printed =
          Printed.by(
              () ->
                  assertThatRuntimeException()
                      .isThrownBy(() -> tick(pipeline, scheduler, FIRST_OF_DECEMBER))
                      .withMessageStartingWith(
                          "tick 2026-12-01T00Z is incomplete: making partition meter_report_2026_12"
                              + " failed and was rolled back: ERROR: canceling statement due to"
                              + " lock timeout"));

      assertThat(holding.isValid(1)).as("the ledger is still held").isTrue();
      assertThat(printed.warnings())
          .startsWith(
              new Line(
                  "ERROR",
                  "Capturing 2026-12-01T00Z failed; while it stays owed, each tick tries again"));
      assertThat(printed.metric("TickCompleted")).isZero();
      assertThat(printed.metric("OldestUncapturedAge")).isEqualTo(3);
    }
    assertThat(database.queryTexts("select hour::text from metering.tick")).hasSize(1);
    assertThat(database.queryTexts("select to_regclass('metering.meter_report_2026_12')::text"))
        .containsExactly("null");

    assertThat(tick(pipeline, scheduler, FIRST_OF_DECEMBER))
        .containsEntry("published", ORGANIZATIONS)
        .containsEntry("complete", true);
    drain(pipeline);
    assertThat(partition(pipeline, FIRST_OF_DECEMBER)).isEqualTo("meter_report_2026_12");
    assertThat(reports(pipeline, "accepted")).isEqualTo(2L * ORGANIZATIONS);
    assertAgreement(pipeline);
  }

  @Test
  void hoursOfAMonthThatHasItsPartitionAreCapturedWhileTheLedgerIsHeld() throws Exception {
    meter(MeterKind.SUM_HOURLY);
    LocalDatabase database = application(ORGANIZATIONS);
    Pipeline pipeline =
        pipeline(database, Map.of("BILL_FROM", LAST_OF_NOVEMBER.minusHours(1).toString()));
    toHour(LAST_OF_NOVEMBER.minusHours(1));
    tick(pipeline);
    withoutDecember(database);
    toHour(FIRST_OF_DECEMBER);

    try (Connection _ = holdingTheLedger(database)) {
      assertThatRuntimeException()
          .isThrownBy(() -> tick(pipeline))
          .withMessageContaining("making partition meter_report_2026_12 failed");
    }

    drain(pipeline);
    assertThat(reports(pipeline, "accepted")).isEqualTo(2L * ORGANIZATIONS);
    assertThat(tick(pipeline)).containsEntry("published", ORGANIZATIONS);
    drain(pipeline);
    assertThat(reports(pipeline, "accepted")).isEqualTo(3L * ORGANIZATIONS);
    assertAgreement(pipeline);
  }

  @Test
  void partitionOfTheComingMonthStandsTwoDaysBeforeItsFirstHour() throws Exception {
    meter(MeterKind.SUM_HOURLY);
    LocalDatabase database = application(ORGANIZATIONS);
    Pipeline pipeline = pipeline(database, Map.of("BILL_FROM", LAST_OF_NOVEMBER.toString()));
    toHour(FIRST_OF_DECEMBER.minusHours(49));
    tick(pipeline);
    assertThat(partitions(database)).containsExactly("meter_report_2026_11");

    toHour(FIRST_OF_DECEMBER.minusHours(48));
    try (Connection _ = holdingTheLedger(database)) {
      Printed printed = Printed.by(() -> tick(pipeline));

      assertThat(printed.metric("TickCompleted")).isEqualTo(1);
      assertThat(printed.warnings())
          .singleElement()
          .satisfies(
              line ->
                  assertThat(line.message())
                      .startsWith(
                          "The partition of 2026-12-01T00Z is left to the next tick: making"
                              + " partition meter_report_2026_12 failed"));
    }
    toHour(FIRST_OF_DECEMBER.minusHours(47));
    tick(pipeline);
    assertThat(partitions(database))
        .containsExactly("meter_report_2026_11", "meter_report_2026_12");
    assertThat(
            database.queryTexts(
                "select distinct array_to_string(reloptions, ' ') from pg_class"
                    + " where relname ~ '^meter_report_20[0-9]+_[0-9]+$'"))
        .as("vacuumed and frozen while it is written")
        .containsExactly(
            "autovacuum_vacuum_scale_factor=0.05 autovacuum_vacuum_insert_scale_factor=0.05"
                + " autovacuum_analyze_scale_factor=0.02 autovacuum_freeze_min_age=0");
    toHour(LAST_OF_NOVEMBER);
    tick(pipeline);
    drain(pipeline);
    toHour(FIRST_OF_DECEMBER);
    try (Connection _ = holdingTheLedger(database)) {
      assertThat(tick(pipeline)).containsEntry("published", ORGANIZATIONS);
    }
    drain(pipeline);
    assertAgreement(pipeline);
  }

  private static List<String> partitions(LocalDatabase database) {
    return database.queryTexts(
        "select relname from pg_class where relname ~ '^meter_report_20[0-9]+_[0-9]+$' order by 1");
  }

  /** As after two days in which the ledger was held at every tick. */
  private static void withoutDecember(LocalDatabase database) {
    database.execute("drop table metering.meter_report_2026_12");
  }

  /**
   * A lock that lets reports be written, but no partition be attached. The server ends it after a
   * minute: whoever waits for it longer than two seconds gets through instead, and is found out.
   */
  private static Connection holdingTheLedger(LocalDatabase database) throws SQLException {
    Connection connection = database.connectAsRole();
    connection.setAutoCommit(false);
    try (Statement statement = connection.createStatement()) {
      statement.execute("set local idle_in_transaction_session_timeout = '1min'");
      statement.execute("lock table metering.meter_report in share update exclusive mode");
    }
    return connection;
  }

  /** The one table that holds all reports of an hour. */
  private static String partition(Pipeline pipeline, Hour hour) {
    return pipeline
        .database()
        .queryTexts(
            """
            select string_agg(distinct c.relname, ', ')
            from metering.meter_report as r join pg_class as c on c.oid = r.tableoid
            where r.hour = ?::timestamptz
            """,
            hour.start().toString())
        .getFirst();
  }
}
