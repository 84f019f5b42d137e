package io.sensormeter.hour;

import static org.assertj.core.api.Assertions.assertThat;

import io.sensormeter.local.Pipeline;
import io.sensormeter.local.Services;
import io.sensormeter.local.postgres.LocalDatabase;
import io.sensormeter.meter.Hour;
import io.sensormeter.meter.MeterKind;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Dry runs on a ledger that is not empty: they write nothing at all, and what they show is what the
 * same command then does.
 */
@Tag("postgres")
final class DryRunIT extends HourFixture {
  private static final Hour LOST = HOUR.plusHours(1);
  private static final Hour OWED = HOUR.plusHours(2);

  /** The copies of {@link #LOST} have expired by now. */
  private static final Hour NOW = HOUR.plusHours(3);

  private final LocalDatabase database = ownSource();

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'command': 'tick'}",
        "{'command': 'report', 'organization': 'a'}",
        "{'command': 'report', 'organization': 'b'}",
        "{'command': 'backfill', 'from': 'HOUR', 'to': 'NOW'}",
        "{'command': 'backfill', 'from': 'HOUR', 'to': 'NOW', 'organization': 'a'}",
        "{'command': 'backfill', 'from': 'BEFORE', 'to': 'NOW', 'beforeBillFrom': true}",
        "{'command': 'retry', 'from': 'HOUR', 'to': 'NOW'}",
        "{'command': 'correct', 'hour': 'HOUR', 'organization': 'a', 'meter': 'active_sensors',"
            + " 'value': 3, 'reason': 'miscounted'}",
        "{'command': 'acknowledge', 'from': 'HOUR', 'to': 'NOW', 'note': 'a test account'}",
        "{'command': 'prune'}"
      })
  void dryRunLeavesEveryRowAndEveryQueueAsItIs(String command) {
    Pipeline pipeline = atWork();
    List<String> before = everything(database);
    int depth = pipeline.depth();

    assertThat(dryRun(pipeline, command)).containsEntry("dryRun", true);

    assertThat(everything(database)).isEqualTo(before);
    assertThat(pipeline.depth()).isEqualTo(depth);
    // And there was something to write.
    run(pipeline, "{'command': 'tick'}");
    assertThat(everything(database)).isNotEqualTo(before);
    assertBilled(pipeline);
  }

  @Test
  void tickShowsWhatItWouldCaptureAndOfWhichHoursItWouldPublishAgain() {
    Pipeline pipeline = atWork();

    Map<String, Object> shown = dryRun(pipeline, "{'command': 'tick'}");

    // Of a there is a report already; c cannot be billed.
    List<Map<String, Object>> captures =
        List.of(captured(NOW, 2, 1, 25, false), captured(OWED, 3, 1, 116, true));
    assertThat(shown)
        .isEqualTo(
            Map.of(
                "tick",
                NOW.toString(),
                "dryRun",
                true,
                "shadow",
                false,
                "wouldCapture",
                captures,
                "wouldFail",
                List.of(),
                "wouldSkip",
                List.of(),
                "wouldPublish",
                List.of(),
                "wouldPublishAgain",
                Map.of(LOST.toString(), 2),
                "wouldExpire",
                0,
                "wouldBecomeUnresolved",
                0));
    assertThat(run(pipeline, "{'command': 'tick'}"))
        .containsEntry("captured", captures)
        .containsEntry("published", 3)
        .containsEntry("publishedAgain", 2);
    assertBilled(pipeline);
    assertThat(dryRun(pipeline, "{'command': 'tick'}"))
        .containsEntry("wouldCapture", List.of())
        .containsEntry("wouldPublishAgain", Map.of());
  }

  @Test
  void backfillShowsTheHoursItWouldCaptureAndCountsTheOthers() {
    Pipeline pipeline = atWork();
    String backfill = "{'command': 'backfill', 'from': 'HOUR', 'to': 'NOW'}";

    Map<String, Object> shown = dryRun(pipeline, backfill);

    List<Map<String, Object>> captures =
        List.of(captured(NOW, 2, 1, 25, false), captured(OWED, 3, 1, 116, true));
    assertThat(shown)
        .containsEntry("wouldCapture", captures)
        .containsEntry("hoursUnchanged", 2L)
        .containsEntry("published", 0)
        .doesNotContainKey("captured");
    assertThat(run(pipeline, backfill))
        .containsEntry("captured", captures)
        .containsEntry("hoursUnchanged", 2L)
        .containsEntry("published", 3);
    run(pipeline, "{'command': 'tick'}");
    assertBilled(pipeline);
  }

  @Test
  void backfillOfAnOrganizationShowsTheHoursInWhichItHasNoReport() {
    Pipeline pipeline = atWork();
    String backfill = "{'command': 'backfill', 'from': 'HOUR', 'to': 'NOW', 'organization': 'b'}";

    Map<String, Object> shown = dryRun(pipeline, backfill);

    List<Map<String, Object>> captures =
        List.of(captured(NOW, 1, 0, 25, false), captured(OWED, 1, 0, 25, true));
    assertThat(shown).containsEntry("wouldCapture", captures).containsEntry("hoursUnchanged", 2L);
    assertThat(run(pipeline, backfill))
        .containsEntry("captured", captures)
        .containsEntry("hoursUnchanged", 2L);
    run(pipeline, "{'command': 'tick'}");
    assertBilled(pipeline);
  }

  @Test
  void backfillShowsSkippedHoursAndLeavesThemSkipped() {
    Pipeline pipeline = atWork(Map.of("CATCH_UP_HOURS", "1"));
    Hour later = NOW.plusHours(3);
    toHour(later);
    run(pipeline, "{'command': 'tick'}");
    List<String> before = everything(database);
    assertThat(database.queryTexts("select status from metering.tick order by hour"))
        .containsExactly(
            "captured", "captured", "skipped", "skipped", "skipped", "captured", "captured");

    Map<String, Object> shown =
        dryRun(pipeline, "{'command': 'backfill', 'from': 'HOUR', 'to': 'NOW'}");

    assertThat(shown)
        .containsEntry(
            "wouldCapture", List.of(captured(NOW, 2, 1, 25, true), captured(OWED, 3, 1, 116, true)))
        .containsEntry("hoursUnchanged", 2L);
    assertThat(everything(database)).isEqualTo(before);
    assertBilled(pipeline);
  }

  @Test
  void reportShowsWhatStandsOrWhatItWouldCapture() {
    Pipeline pipeline = atWork();

    assertThat(dryRun(pipeline, "{'command': 'report', 'organization': 'a'}"))
        .containsEntry("hour", NOW.toString())
        .containsEntry("captured", 0)
        .containsEntry("published", 0)
        .doesNotContainKey("wouldCapture")
        .extractingByKey("standing")
        .asString()
        .contains("active_sensors:a:2026-11-22T17Z", "pending");
    assertThat(dryRun(pipeline, "{'command': 'report', 'organization': 'b'}"))
        .containsEntry("hour", NOW.toString())
        .containsEntry("wouldCapture", captured(NOW, 1, 0, 25, false))
        .doesNotContainKeys("captured", "published", "standing");

    run(pipeline, "{'command': 'tick'}");
    assertBilled(pipeline);
  }

  /**
   * A tick would give hours up as too old, publish the rest of an hour, publish again, and give up
   * what may not be sent any more.
   */
  @ParameterizedTest
  @CsvSource({"SUM_HOURLY, 816, expired, 1", "SUM, 25, unresolved, 1", "LAST, 25, superseded, 3"})
  void dryRunOfATickThatWouldGiveUpAndPublishTheRestWritesNothing(
      MeterKind kind, int hours, String givenUp, long reports) {
    meter(kind);
    reading(database, "a", "cus_a", Pipeline.METER, "7");
    stripe.addCustomer("cus_a");
    Pipeline pipeline =
        pipeline(
            database,
            Map.of(
                "SOURCE",
                "own",
                "METERS",
                "active_sensors:" + kind.label(),
                "CATCH_UP_HOURS",
                "1"));
    run(pipeline, "{'command': 'tick'}");
    Hour late = HOUR.plusHours(hours);
    toHour(late.minusHours(1));
    run(pipeline, "{'command': 'tick'}");
    take(pipeline.reportsUrl());
    // As a publisher leaves it that was killed before anything was taken.
    database.execute(
        """
        update metering.tick set published_at = null, published_through = null
        where hour = ?::timestamptz
        """,
        late.minusHours(1).start().toString());
    // No arrow leads back: only another row can be pending.
    database.execute(
        """
        with old as (
          delete from metering.meter_report where hour = ?::timestamptz returning *
        )
        insert into metering.meter_report
        select (jsonb_populate_record(null::metering.meter_report, to_jsonb(old)
          || '{"status": "pending", "settled_at": null, "recorded_at": null}')).*
        from old
        """,
        HOUR.start().toString());
    database.execute(
        "delete from metering.tick where hour = ?::timestamptz",
        HOUR.plusHours(1).start().toString());
    toHour(late);
    List<String> before = everything(database);

    Map<String, Object> shown = dryRun(pipeline, "{'command': 'tick'}");

    assertThat(shown)
        .containsEntry("wouldSkip", List.of(HOUR.plusHours(1).toString()))
        // Its copies have expired with their hour: the sweep publishes it.
        .containsEntry("wouldPublish", List.of())
        .containsEntry("wouldExpire", givenUp.equals("expired") ? 1 : 0)
        .containsEntry("wouldBecomeUnresolved", givenUp.equals("expired") ? 0 : 1);
    assertThat(everything(database)).isEqualTo(before);
    assertThat(pipeline.depth()).isZero();
    assertThat(run(pipeline, "{'command': 'tick'}"))
        .containsEntry("skipped", List.of(HOUR.plusHours(1).toString()))
        .containsEntry("published", 1);
    assertThat(reports(pipeline, givenUp)).isEqualTo(reports);
    take(pipeline.reportsUrl());
  }

  @Test
  void hourThatIsPublishedInPartIsShownWhileItsCopiesLive() {
    Pipeline pipeline = atWork();
    run(pipeline, "{'command': 'tick'}");
    // As a publisher leaves it that was killed before anything was taken.
    take(pipeline.reportsUrl());
    database.execute(
        """
        update metering.tick set published_at = null, published_through = null
        where hour = ?::timestamptz
        """,
        NOW.start().toString());

    assertThat(dryRun(pipeline, "{'command': 'tick'}"))
        .containsEntry("wouldPublish", List.of(NOW.toString()));
    assertThat(run(pipeline, "{'command': 'tick'}")).containsEntry("published", 1);
    take(pipeline.reportsUrl());
  }

  @Test
  void hourWhoseSourceFailsIsNamedBesideTheOthers() {
    Pipeline pipeline = atWork();
    database.execute(
        """
        create or replace function metering.billable_readings(at timestamptz)
        returns table (organization_id text, stripe_customer_id text, meter text, value numeric)
        language sql stable as $$
          select organization, customer, meter,
            value + (case when at = '%s' then 1 / (value - value) else 0 end)
          from public.readings $$
        """
            .formatted(OWED.start()));

    Map<String, Object> shown = dryRun(pipeline, "{'command': 'tick'}");

    assertThat(shown).containsEntry("wouldCapture", List.of(captured(NOW, 2, 1, 25, false)));
    assertThat(String.valueOf(shown.get("wouldFail")))
        .contains("previewing " + OWED, "division by zero");
    take(pipeline.reportsUrl());
  }

  /** The first capture of a month makes its partition; a dry run does without. */
  @Test
  void dryRunInANewMonthMakesNoPartition() {
    reading(database, "a", "cus_a", Pipeline.METER, "7");
    Pipeline pipeline = pipeline(database, Map.of("SOURCE", "own", "BILL_FROM", "2026-11-30T23Z"));
    toHour(Hour.parse("2026-11-30T23Z"));
    run(pipeline, "{'command': 'tick'}");
    Hour first = Hour.parse("2026-12-01T00Z");
    toHour(first);
    List<String> before = everything(database);

    assertThat(dryRun(pipeline, "{'command': 'tick'}"))
        .containsEntry("wouldCapture", List.of(captured(first, 1, 0, 7, false)));

    assertThat(everything(database)).isEqualTo(before);
    take(pipeline.reportsUrl());
  }

  private Pipeline atWork() {
    return atWork(Map.of());
  }

  /**
   * Three hours have passed: the first is accepted, of the second all copies are lost, no tick came
   * in the third. In the fourth a person has reported one organization.
   */
  private Pipeline atWork(Map<String, String> settings) {
    meter(MeterKind.SUM_HOURLY);
    for (String organization : List.of("a", "b")) {
      stripe.addCustomer("cus_" + organization);
    }
    readings(100, 20);
    Map<String, String> all = new HashMap<>(settings);
    all.put("SOURCE", "own");
    Pipeline pipeline = pipeline(database, all);
    run(pipeline, "{'command': 'tick'}");
    drain(pipeline);
    toHour(LOST);
    run(pipeline, "{'command': 'tick'}");
    take(pipeline.reportsUrl());
    toHour(NOW);
    readings(91, 25);
    run(pipeline, "{'command': 'report', 'organization': 'a'}");
    clock.advance(Duration.ofSeconds(1));
    return pipeline;
  }

  private void readings(int a, int b) {
    database.execute("delete from readings");
    reading(database, "a", "cus_a", Pipeline.METER, String.valueOf(a));
    reading(database, "b", "cus_b", Pipeline.METER, String.valueOf(b));
    reading(database, "c", "cus_c", Pipeline.METER, "-1");
  }

  private static Map<String, Object> captured(
      Hour hour, int reports, int rejected, int total, boolean estimated) {
    return Map.of(
        "hour",
        hour.toString(),
        "reports",
        reports,
        "rejected",
        rejected,
        "total",
        BigDecimal.valueOf(total),
        "estimated",
        estimated,
        "meters",
        List.of(
            Map.of(
                "meter",
                Pipeline.METER,
                "billed",
                true,
                "reports",
                reports,
                "rejected",
                rejected,
                "total",
                BigDecimal.valueOf(total))));
  }

  private static Map<String, Object> dryRun(Pipeline pipeline, String command) {
    return run(pipeline, command.replace("}", ", 'dryRun': true}"));
  }

  /** By a cold function. */
  private static Map<String, Object> run(Pipeline pipeline, String command) {
    return pipeline.invoke(
        pipeline.newScheduler(),
        command
            .replace("BEFORE", HOUR.minusHours(1).start().toString())
            .replace("HOUR", HOUR.start().toString())
            .replace("NOW", NOW.start().toString())
            .replace('\'', '"'));
  }

  /** Nothing is left over: what is captured is accepted, or was rejected by its value. */
  private static void assertBilled(Pipeline pipeline) {
    drain(pipeline);
    assertThat(reports(pipeline, "pending")).isZero();
    assertAgreement(pipeline);
    assertThat(Services.sqs().depth(pipeline.reportsUrl())).isZero();
  }

  /**
   * Every row of every table of the schema with where it lies and who wrote it last, and every
   * table and function.
   */
  private static List<String> everything(LocalDatabase database) {
    List<String> found =
        new ArrayList<>(
            database.queryTexts(
                """
                select concat_ws(' ', 'relation', oid, relname, relkind, relfilenode, xmin)
                from pg_class where relnamespace = 'metering'::regnamespace
                union all
                select concat_ws(' ', 'function', oid, proname, xmin)
                from pg_proc where pronamespace = 'metering'::regnamespace
                order by 1
                """));
    for (String table :
        database.queryTexts(
            """
            select oid::regclass::text from pg_class
            where relnamespace = 'metering'::regnamespace and relkind = 'r' order by 1
            """)) {
      found.addAll(
          database.queryTexts(
              "select '%1$s ' || t.ctid || ' ' || t.xmin || ' ' || t::text from %1$s as t order by 1"
                  .formatted(table)));
    }
    return found;
  }
}
