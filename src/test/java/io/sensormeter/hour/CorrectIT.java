package io.sensormeter.hour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.sensormeter.local.Pipeline;
import io.sensormeter.local.Printed;
import io.sensormeter.local.postgres.LocalDatabase;
import io.sensormeter.meter.Hour;
import io.sensormeter.meter.MeterKind;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** {@code correct} and {@code acknowledge}: what a person decides of one hour, or of many. */
@Tag("postgres")
final class CorrectIT extends HourFixture {
  private final LocalDatabase database = ownSource();

  /** A copy of the old value that comes late, and one that comes after it has expired. */
  @Test
  void correctionStandsWhateverOldCopyArrives() {
    Pipeline pipeline = live(MeterKind.SUM_HOURLY);
    tick(pipeline);
    List<String> copies = take(pipeline.reportsUrl());
    send(pipeline.reportsUrl(), copies);
    drain(pipeline);

    Map<String, Object> answer = correct(pipeline, 8, "");

    assertThat(answer)
        .containsEntry("before", 5L)
        .containsEntry("value", 8L)
        .containsEntry("revision", "active_sensors:a:2026-11-22T14Z:r1")
        .containsEntry("sentAfter", HOUR.start().plus(Duration.ofMinutes(55)).toString())
        .containsEntry("published", 0);
    clock.advance(Duration.ofMinutes(10));
    send(pipeline.reportsUrl(), copies);
    drain(pipeline);
    nextHour(pipeline);
    send(pipeline.reportsUrl(), copies);
    drain(pipeline);

    assertThat(statuses()).containsExactly("0 replaced 5", "0 accepted 5", "1 accepted 8");
    assertThat(stripe.total(Pipeline.METER)).isEqualByComparingTo("13");
    assertThat(
            database.queryTexts(
                "select concat_ws(' ', by, command, rows, reason) from metering.journal,"
                    + " metering.meter_report where revision = 1"))
        .containsExactly("ann correct 1 corrected by ann: miscounted");
  }

  @ParameterizedTest
  @CsvSource({
    "sum-hourly, pending, 8, it is pending",
    "sum-hourly, unresolved, 8, retry sends it anew",
    "sum-hourly, shadow, 8, release bills it",
    "sum-hourly, accepted, 5, it has this value already",
    "sum, accepted, 8, adds every event up",
    "last, accepted, 8, adds every event up"
  })
  void correctionOfAnythingElseIsRefusedWithWhatWorks(
      String kind, String status, int value, String because) {
    Pipeline pipeline = live(MeterKind.SUM_HOURLY);
    tick(pipeline);
    take(pipeline.reportsUrl());
    database.execute("delete from metering.meter_report");
    stands(kind, status);
    List<String> before = ledger(pipeline);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> correct(pipeline, value, ""))
        .withMessageContaining(because)
        .withMessageContaining("nothing was done");

    assertThat(ledger(pipeline)).isEqualTo(before);
  }

  /** What was credited by hand and corrected as well is credited twice. */
  @Test
  void whatAPersonHasAcknowledgedIsCorrectedOnlyIfAsked() {
    Pipeline pipeline = live(MeterKind.SUM_HOURLY);
    tick(pipeline);
    drain(pipeline);
    database.execute(
        """
        update metering.meter_report set status = 'discrepancy', failure_code = 'differs',
          acknowledged_at = '2026-11-22T15:00:00Z', acknowledged_by = 'bob',
          acknowledged_note = 'credit cn_7'
        """);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> correct(pipeline, 8, ""))
        .withMessageContaining("acknowledged by bob at 2026-11-22T15:00:00Z: credit cn_7")
        .withMessageContaining("\"acknowledged\": true");

    assertThat(correct(pipeline, 8, ",\"acknowledged\":true")).containsEntry("value", 8L);
  }

  /** Whoever acknowledges in the ledger itself may leave the note out. */
  @Test
  void acknowledgementWithoutANoteIsOne() {
    Pipeline pipeline = live(MeterKind.SUM_HOURLY);
    tick(pipeline);
    drain(pipeline);
    database.execute(
        """
        update metering.meter_report set status = 'discrepancy', failure_code = 'differs',
          acknowledged_at = '2026-11-22T15:00:00Z', acknowledged_by = 'bob'
        """);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> correct(pipeline, 8, ""))
        .withMessageContaining("acknowledged by bob at 2026-11-22T15:00:00Z;");
    assertThat(
            pipeline
                .invoke(
                    pipeline.newScheduler(),
                    "{\"command\":\"retry\",\"by\":\"ann\",\"from\":\"%1$s\",\"to\":\"%1$s\"}"
                        .formatted(HOUR))
                .get("reports"))
        .asString()
        .contains("acknowledged by bob at 2026-11-22T15:00:00Z;");
  }

  @Test
  void meterThatStripeAddsUpIsCorrectedByNobodyWhateverMetersSays() {
    Pipeline pipeline = live(MeterKind.SUM_HOURLY);
    tick(pipeline);
    drain(pipeline);
    database.execute("update metering.meter set raw = true");

    assertThatIllegalArgumentException()
        .isThrownBy(() -> correct(pipeline, 8, ""))
        .withMessageContaining("adds every event up");
  }

  @ParameterizedTest
  @EnumSource
  void acknowledgedExceptionsLeaveTheGaugesAndAreCountedOnce(MeterKind kind) {
    Pipeline pipeline = live(kind);
    reading(database, "b", " ", Pipeline.METER, "6");
    reading(database, "c", "cus_c", Pipeline.METER, "-1");
    tick(pipeline);
    drain(pipeline);
    clock.advance(Duration.ofSeconds(1));
    assertThat(openRejected(pipeline)).isEqualTo(2);

    String blank = "\"code\":\"customer_blank\"";
    assertThat(
            String.valueOf(acknowledge(pipeline, blank + ",\"dryRun\":true").get("acknowledged")))
        .isEqualTo("[{status=rejected, code=customer_blank, reports=1, total=6}]");
    assertThat(openRejected(pipeline)).isEqualTo(2);
    assertThat(acknowledge(pipeline, blank)).containsEntry("reports", 1);
    assertThat(acknowledge(pipeline, blank)).containsEntry("reports", 0);
    assertThat(openRejected(pipeline)).isEqualTo(1);
    assertThat(acknowledge(pipeline, "\"organization\":\"c\"")).containsEntry("reports", 1);

    assertThat(openRejected(pipeline)).isZero();
    assertThat(
            database.queryTexts(
                """
                select distinct concat_ws(' ', acknowledged_by, acknowledged_note)
                from metering.meter_report where status = 'rejected'
                """))
        .containsExactly("ann a test account");
    assertThat(reports(pipeline, "accepted")).isEqualTo(1);
    assertThat(
            database.queryLong(
                "select count(*) from metering.meter_report"
                    + " where status = 'accepted' and acknowledged_at is not null"))
        .isZero();
  }

  @Test
  void acknowledgedHoursInShadowRingNoMore() {
    Pipeline pipeline = live(MeterKind.SUM_HOURLY);
    tick(pipeline);
    drain(pipeline);
    Pipeline shadow =
        pipeline(
            database,
            Map.of("SOURCE", "own", "METERS", "active_sensors:sum-hourly", "BILL_FROM", ""));
    toHour(HOUR.plusHours(1));
    assertThat(ring(shadow, "HoursShadowedAfterLive")).isEqualTo(1);

    assertThat(acknowledge(shadow, "\"code\":\"shadow\"")).containsEntry("reports", 1);

    assertThat(ring(shadow, "HoursShadowedAfterLive")).isZero();
    assertThat(release(pipeline, "")).contains("released=[]").contains("stayInShadow=[{");
    assertThat(release(pipeline, ",\"acknowledged\":true"))
        .contains("reports=1")
        .doesNotContain("stayInShadow");
    drain(pipeline);
  }

  /** No report of theirs is open, and still a person has to say that they are settled. */
  @Test
  void acknowledgedLateReportsAndSkippedHoursLeaveTheList() {
    Pipeline pipeline = live(MeterKind.SUM_HOURLY);
    tick(pipeline);
    toHour(HOUR.plusHours(5));
    drain(pipeline);
    tick(pipeline);
    drain(pipeline);
    database.execute(
        "update metering.tick set status = 'skipped' where hour = ?::timestamptz",
        HOUR.plusHours(1).start().toString());
    assertThat(exceptions(pipeline)).contains("status=late", "status=skipped");
    String owed = "\"code\":\"skipped\"";

    assertThat(acknowledge(pipeline, owed + ",\"dryRun\":true")).containsEntry("reports", 1);
    assertThat(acknowledge(pipeline, owed + ",\"organization\":\"a\"")).containsEntry("reports", 0);
    assertThat(exceptions(pipeline)).contains("status=skipped");
    assertThat(acknowledge(pipeline, owed)).containsEntry("reports", 1);
    assertThat(exceptions(pipeline)).contains("status=late").doesNotContain("status=skipped");
    assertThat(acknowledge(pipeline, "\"code\":\"late\"")).containsEntry("reports", 4);

    assertThat(exceptions(pipeline)).doesNotContain("status=late");
  }

  /** What is captured after it was given up, and acknowledged as that, is told for what it is. */
  @Test
  void acknowledgedHoursThatWereReadLateLeaveTheListUntilAnotherIs() {
    live(MeterKind.SUM_HOURLY);
    Pipeline pipeline =
        pipeline(
            database,
            Map.of("SOURCE", "own", "METERS", "active_sensors:sum-hourly", "CATCH_UP_HOURS", "1"));
    tick(pipeline);
    drain(pipeline);
    toHour(HOUR.plusHours(4));
    tick(pipeline);
    drain(pipeline);
    String late = "\"code\":\"estimated\"";
    assertThat(exceptions(pipeline))
        .contains("status=skipped, hours=2", "status=estimated, hours=1");

    assertThat(acknowledge(pipeline, late + ",\"dryRun\":true")).containsEntry("reports", 1);
    assertThat(acknowledge(pipeline, late + ",\"organization\":\"a\"")).containsEntry("reports", 0);
    assertThat(exceptions(pipeline)).contains("status=estimated");
    assertThat(acknowledge(pipeline, late)).containsEntry("reports", 1);
    assertThat(exceptions(pipeline)).contains("status=skipped").doesNotContain("status=estimated");
    assertThat(acknowledge(pipeline, "\"code\":\"skipped\"")).containsEntry("reports", 2);
    assertThat(exceptions(pipeline)).contains("Nothing waits for a person");
    assertThat(exceptions(pipeline, ",\"acknowledged\":true"))
        .contains("status=skipped, hours=2", "status=estimated, hours=1")
        .contains("acknowledged=ann at 2026-11-22T18:00:03Z: a test account")
        .doesNotContain("status=owed");
    assertThat(explained(pipeline, HOUR.plusHours(3)))
        .contains("The hour was acknowledged by ann at 2026-11-22T18:00:03Z: a test account.");
    assertThat(explained(pipeline, HOUR.plusHours(1)))
        .contains("it is not billed. It was acknowledged by ann at 2026-11-22T18:00:03Z: a test");

    assertThatIllegalArgumentException()
        .isThrownBy(() -> backfill(pipeline, ""))
        .withMessage(
            "backfill of 2026-11-22T15Z, which was skipped: it was acknowledged by ann at"
                + " 2026-11-22T18:00:03Z: a test account; if it is not billed by other means, add"
                + " \"acknowledged\": true; nothing was done");
    assertThat(explained(pipeline, HOUR.plusHours(1))).contains("It was acknowledged");
    backfill(pipeline, ",\"acknowledged\":true");
    drain(pipeline);
    assertThat(exceptions(pipeline)).contains("status=estimated, hours=1");
    assertThat(explained(pipeline, HOUR.plusHours(1))).doesNotContain("was acknowledged");
    toHour(HOUR.plusHours(5));
    assertThat(ring(pipeline, "ReportsEstimated")).isEqualTo(1);
    drain(pipeline);
  }

  private static String release(Pipeline pipeline, String more) {
    return String.valueOf(
        pipeline.invoke(
            pipeline.newScheduler(),
            "{\"command\":\"release\",\"from\":\"%1$s\",\"to\":\"%1$s\",\"by\":\"ann\"%2$s}"
                .formatted(HOUR.plusHours(1), more)));
  }

  private static void backfill(Pipeline pipeline, String more) {
    pipeline.invoke(
        pipeline.newScheduler(),
        "{\"command\":\"backfill\",\"from\":\"%1$s\",\"to\":\"%1$s\"%2$s}"
            .formatted(HOUR.plusHours(1), more));
  }

  private static String exceptions(Pipeline pipeline) {
    return exceptions(pipeline, "");
  }

  private static String exceptions(Pipeline pipeline, String more) {
    return String.valueOf(
        pipeline.invoke(pipeline.newScheduler(), "{\"command\":\"exceptions\"%s}".formatted(more)));
  }

  private static String explained(Pipeline pipeline, Hour hour) {
    return String.valueOf(
        pipeline.invoke(
            pipeline.newScheduler(),
            "{\"command\":\"explain\",\"organization\":\"a\",\"hour\":\"%s\"}".formatted(hour)));
  }

  private double ring(Pipeline pipeline, String metric) {
    var scheduler = pipeline.newScheduler();
    return Printed.by(() -> tick(pipeline, scheduler, Hour.floor(clock.instant()))).metric(metric);
  }

  private double openRejected(Pipeline pipeline) {
    var scheduler = pipeline.newScheduler();
    return Printed.by(() -> tick(pipeline, scheduler, HOUR)).metric("OpenRejected");
  }

  private Pipeline live(MeterKind kind) {
    meter(kind);
    stripe.addCustomer("cus_a");
    reading(database, "a", "cus_a", Pipeline.METER, "5");
    return pipeline(database, Map.of("SOURCE", "own", "METERS", "active_sensors:" + kind.label()));
  }

  private void stands(String kind, String status) {
    database.execute(
        """
        insert into metering.meter_report
          (hour, organization_id, meter, kind, event_time, value, stripe_customer_id, identifier,
           status, captured_at)
        values (?::timestamptz, 'a', 'active_sensors', ?, ?::timestamptz, 5, 'cus_a',
          'active_sensors:a:2026-11-22T14Z', ?, ?::timestamptz)
        """,
        HOUR.start().toString(),
        kind,
        HOUR.start().toString(),
        status,
        HOUR.start().toString());
  }

  private static Map<String, Object> correct(Pipeline pipeline, int value, String more) {
    return pipeline.invoke(
        pipeline.newScheduler(),
        """
        {"command": "correct", "hour": "%s", "organization": "a", "meter": "active_sensors",
         "value": %d, "reason": "miscounted", "by": "ann"%s}
        """
            .formatted(HOUR, value, more));
  }

  private static Map<String, Object> acknowledge(Pipeline pipeline, String more) {
    return pipeline.invoke(
        pipeline.newScheduler(),
        """
        {"command": "acknowledge", "from": "%s", "to": "%s", "note": "a test account",
         "by": "ann", %s}
        """
            .formatted(HOUR, HOUR.plusHours(5), more));
  }

  private List<String> statuses() {
    return database.queryTexts(
        """
        select concat_ws(' ', revision, status, value) from metering.meter_report
        order by revision, hour
        """);
  }
}
