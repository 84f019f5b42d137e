package io.sensormeter.hour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.sensormeter.local.Pipeline;
import io.sensormeter.local.Services;
import io.sensormeter.local.postgres.DatabaseWire;
import io.sensormeter.local.postgres.LocalDatabase;
import io.sensormeter.meter.Hour;
import io.sensormeter.meter.MeterKind;
import io.sensormeter.operator.IncompletePrune;
import io.sensormeter.scheduler.SchedulerHandler;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Old months leave the ledger when a person has written them out, and no answer forgets it. */
@Tag("postgres")
final class PruneIT extends PagesFixture {
  private static final Hour JUNE = Hour.parse("2026-06-30T23Z");
  private static final Hour JULY = Hour.parse("2026-07-01T00Z");
  private static final String DRY_RUN = "{\"command\":\"prune\",\"dryRun\":true}";
  private static final String PRUNE = prune("2026-06", "2026-07");
  private static final String GONE = "2026-07 was pruned at 2026-11-22T14:00:03Z by ann: its 2";

  private final LocalDatabase database = ownSource();
  private final Pipeline pipeline = keeping("3");

  /** An hour of June, one of July, and this one; what lies between was captured, and is empty. */
  @BeforeEach
  void captureThreeMonths() {
    meter(MeterKind.SUM_HOURLY);
    for (String name : List.of("a", "b")) {
      reading(database, name, "cus_" + name, Pipeline.METER, "7");
      stripe.addCustomer("cus_" + name);
    }
    for (Hour hour : List.of(JUNE, JULY)) {
      toHour(hour);
      tick(pipeline);
      drain(pipeline);
      take(pipeline.verificationsUrl());
    }
    database.execute(
        """
        insert into metering.tick (hour, captured_at)
        select hour, hour from generate_series('2026-07-01T01:00:00Z'::timestamptz,
          '2026-11-22T13:00:00Z', interval '1 hour') as hour
        """);
    toHour(HOUR);
    tick(pipeline);
    drain(pipeline);
    take(pipeline.verificationsUrl());
  }

  @Test
  void dryRunSaysWhatKeepsEachMonthAndWhichCommandShowsIt() {
    List<String> before = ledger(pipeline);

    assertThat(lines(ask(pipeline, DRY_RUN)))
        .containsExactly(
            "2026-06 2 stays: open: 2 unverified since " + JUNE,
            "2026-07 - stays: an older month stays, 2026-06",
            "2026-11 - stays: kept: LEDGER_KEEP_MONTHS is 3 full months");
    assertThat(partition(ask(pipeline, DRY_RUN), 0))
        .containsEntry(
            "next",
            List.of(
                Map.of("command", "exceptions", "from", "2026-06-01T00Z", "to", "2026-07-01T00Z")));
    assertThat(ask(pipeline, DRY_RUN)).containsEntry("next", List.of());
    database.execute("update metering.meter_report set status = 'verified'");
    assertThat(lines(ask(pipeline, DRY_RUN)))
        .containsExactly(
            "2026-06 2 goes: nothing of it is open",
            "2026-07 2 goes: nothing of it is open",
            "2026-11 - stays: kept: LEDGER_KEEP_MONTHS is 3 full months");
    assertThat(lines(ask(keeping("4"), DRY_RUN)))
        .containsExactly(
            "2026-06 2 goes: nothing of it is open",
            "2026-07 - stays: kept: LEDGER_KEEP_MONTHS is 4 full months",
            "2026-11 - stays: kept: LEDGER_KEEP_MONTHS is 4 full months");
    assertThat(lines(ask(keeping(""), DRY_RUN)))
        .hasSize(3)
        .allSatisfy(line -> assertThat(line).contains("stays: kept: LEDGER_KEEP_MONTHS is blank"));
    assertThat((Long) partition(ask(pipeline, DRY_RUN), 0).get("bytes"))
        .isEqualTo(
            database.queryLong("select pg_total_relation_size('metering.meter_report_2026_06')"));
    database.execute("update metering.meter_report set status = 'discrepancy'");
    assertThat(ledger(pipeline)).hasSameSizeAs(before);
    assertThat(prunedMonths()).isEmpty();
  }

  /** Nobody has written out what became old after the dry run. */
  @Test
  void monthThatBecameOldSinceStaysUntilItIsNamed() {
    database.execute("update metering.meter_report set status = 'verified'");
    Map<String, Object> shown = ask(keeping("4"), DRY_RUN);
    assertThat(shown)
        .containsEntry(
            "next",
            List.of(Map.of("command", "prune", "months", List.of("2026-06"), "exported", true)));

    Map<String, Object> answer = ask(pipeline, prune("2026-06"));

    assertThat(lines(answer))
        .containsExactly(
            "2026-06 2 goes: pruned",
            "2026-07 - stays: \"months\" does not name it",
            "2026-11 - stays: kept: LEDGER_KEEP_MONTHS is 3 full months");
    assertThat(answer).containsEntry("next", List.of());
    assertThat(prunedMonths()).containsExactly("2026-06 ann 2");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "2026-07 | 2026-07 stays: an older month stays, 2026-06. Which",
        "2026-06,2026-11 | 2026-11 stays: kept: LEDGER_KEEP_MONTHS is 3 full months. Which",
        "2026-06,2026-07,2026-05 | the ledger does not hold 2026-05. Which",
        "2026-6 | '2026-6' is no month; write it like 2026-11",
      })
  void nothingIsPrunedIfAMonthThatIsNamedMayNotGo(String months, String because) {
    database.execute("update metering.meter_report set status = 'verified'");
    List<String> before = ledger(pipeline);

    for (String dryRun : List.of("", "\"dryRun\":true,")) {
      assertThatIllegalArgumentException()
          .isThrownBy(
              () -> ask(pipeline, prune(months.split(",")).replace("\"by\"", dryRun + "\"by\"")))
          .withMessageContaining(because);
    }

    assertThat(ledger(pipeline)).isEqualTo(before);
    assertThat(prunedMonths()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"command\":\"prune\",\"by\":\"ann\"}",
        "{\"command\":\"prune\",\"exported\":true,\"by\":\"ann\"}",
        "{\"command\":\"prune\",\"months\":[\"2026-06\"],\"exported\":false,\"by\":\"ann\"}",
        "{\"command\":\"prune\",\"months\":[\"2026-06\"],\"exported\":true}"
      })
  void nothingIsPrunedUnlessSomebodySaysThatItWasWrittenOut(String command) {
    database.execute("update metering.meter_report set status = 'verified'");
    List<String> before = ledger(pipeline);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> ask(pipeline, command))
        .withMessageMatching(".*(\\\\copy, in docs/ledger.md|add \"by\").*nothing was done");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ask(keeping(""), PRUNE))
        .withMessage("LEDGER_KEEP_MONTHS is blank: every month is kept, nothing was done");

    assertThat(ledger(pipeline)).isEqualTo(before);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "update metering.meter_report set status = 'discrepancy' where status = 'accepted' and hour"
            + " < '2026-07-02T00:00:00Z'",
        "update metering.meter_report set status = 'rejected', failure_code = 'gone', rejected_by ="
            + " 'report' where status = 'accepted' and hour < '2026-07-02T00:00:00Z'",
        "update metering.meter_report set status = 'verified'; update metering.tick set status ="
            + " 'skipped' where hour = '2026-06-30T23:00:00Z'",
        "update metering.meter_report set status = 'verified'; delete from metering.tick where hour"
            + " = '2026-06-30T23:00:00Z'",
        "update metering.meter_report set status = 'verified'; insert into metering.meter_report"
            + " (hour, organization_id, meter, kind, event_time, value, stripe_customer_id,"
            + " identifier, status, captured_at) select hour, 'c', meter, kind, event_time, value,"
            + " 'cus_c', 'c', 'shadow', hour from metering.meter_report where hour ="
            + " '2026-06-30T23:00:00Z' and organization_id = 'a'"
      })
  void monthOfWhichAnythingIsOpenStaysAndSoDoTheLater(String open) {
    database.execute(
        "update metering.meter_report set status = 'verified' where organization_id = 'a'");
    database.execute(
        "update metering.meter_report set status = 'verified' where hour > ?::timestamptz",
        JUNE.start().toString());
    database.execute(open.isEmpty() ? "select" : open);
    List<String> before = ledger(pipeline);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> ask(pipeline, PRUNE))
        .withMessageStartingWith(
            "not every month that was named may go, nothing was done: 2026-06 stays: open: 1 ")
        .withMessageContaining("; 2026-07 stays: an older month stays, 2026-06. ");

    assertThat(ledger(pipeline)).isEqualTo(before);
    assertThat(prunedMonths()).isEmpty();
  }

  @Test
  void whatAPersonHasSettledGoesAndIsToldAsPrunedEverAfter() {
    database.execute("update metering.meter_report set status = 'verified'");
    database.execute(
        "update metering.meter_report set status = 'discrepancy' where organization_id = 'b'");
    assertThatIllegalArgumentException().isThrownBy(() -> ask(pipeline, PRUNE));
    ask(
        pipeline,
        "{\"command\":\"acknowledge\",\"from\":\"2026-06-30T00Z\",\"to\":\"2026-07-02T00Z\","
            + "\"note\":\"credited\",\"by\":\"ann\"}");
    long ticks = database.queryLong("select count(*) from metering.tick");

    assertThat(lines(ask(pipeline, PRUNE)))
        .containsExactly(
            "2026-06 2 goes: pruned",
            "2026-07 2 goes: pruned",
            "2026-11 - stays: kept: LEDGER_KEEP_MONTHS is 3 full months");

    assertThat(reports(pipeline)).isEqualTo(2);
    assertThat(database.queryLong("select count(*) from metering.tick")).isEqualTo(ticks);
    assertThat(prunedMonths()).containsExactly("2026-06 ann 2", "2026-07 ann 2");
    assertThat(
            database.queryTexts(
                "select by || ' ' || rows || ' ' || input::text from metering.journal"
                    + " where command = 'prune' order by id desc limit 1"))
        .containsExactly(
            "ann 4 {\"by\": \"ann\", \"dryRun\": false, \"months\": [\"2026-06\", \"2026-07\"],"
                + " \"exported\": true}");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ask(pipeline, PRUNE))
        .withMessageContaining(
            "the ledger does not hold 2026-06; the ledger does not hold 2026-07");
    assertToldAsPruned();
    nextHour(pipeline);
    assertThat(reports(pipeline, "accepted")).isEqualTo(2);
  }

  private void assertToldAsPruned() {
    for (String command :
        new String[] {
          "'statement','organization':'a','from':'2026-07-31T23Z','to':'2026-08-02T00Z'",
          "'explain','stripeCustomer':'cus_a','hour':'2026-07-01T00Z'",
          "'month','month':'2026-07'",
          "'month','month':'2026-07','format':'csv'",
          "'status','from':'2026-07-01T00Z','to':'2026-07-01T00Z'",
          "'verify','from':'2026-07-01T00Z','to':'2026-07-01T00Z'",
          "'retry','from':'2026-07-01T00Z','to':'2026-07-01T00Z','dryRun':true",
          "'correct','hour':'2026-07-01T00Z','organization':'a','meter':'active_sensors','value':1,"
              + "'reason':'x','dryRun':true"
        }) {
      assertThatIllegalArgumentException()
          .as(command)
          .isThrownBy(() -> ask(pipeline, "{'command':%s}".formatted(command).replace('\'', '"')))
          .withMessageStartingWith(GONE)
          .withMessageEndingWith("the ledger holds every hour since 2026-08-01T00Z");
    }
    assertThat(
            ask(
                    pipeline,
                    "{\"command\":\"statement\",\"organization\":\"a\",\"from\":\"2026-08-01T00Z\","
                        + "\"to\":\"2026-08-02T00Z\"}")
                .get("total"))
        .as("of an hour that is held")
        .isEqualTo(List.of());
    assertPagesSayPruned(viewedByItsOwnRole());
  }

  private void assertPagesSayPruned(Pipeline pipeline) {
    assertThat(look(pipeline, "hour", "hour", JULY.toString()).text()).contains(GONE);
    assertThat(look(pipeline, "customer", "of", "a", "month", "2026-07").text()).contains(GONE);
    String august = "2026-08-01T12Z";
    assertThat(look(pipeline, "hours", "until", august).select(".sm-verdict").text())
        .contains("hours more were written out and pruned");
    assertThat(look(pipeline, "hours", "until", JULY.toString()).select(".sm-verdict").text())
        .contains("Pruned");
  }

  /** Such as an auditor's query or a dump; every tick would queue behind a prune that waits. */
  @Test
  void pruneGivesUpSoonBehindALongReadAndNothingIsLost() throws SQLException {
    database.execute("update metering.meter_report set status = 'verified'");
    List<String> before = ledger(pipeline);
    try (Connection reader = database.connectAsOwner();
        var statement = reader.createStatement()) {
      reader.setAutoCommit(false);
      statement.execute("select count(*) from metering.meter_report");

      assertThatIllegalArgumentException()
          .isThrownBy(() -> ask(pipeline, PRUNE))
          .withMessageContaining(
              "nothing was done: 2026-06 stays: pruning 2026-06 gave up after two")
          .withMessageContaining("2026-06 is as it was; ask again");

      statement.execute("select count(*) from metering.meter_report_2026_06");
      reader.rollback();
    }
    assertThat(ledger(pipeline)).isEqualTo(before);
    assertThat(prunedMonths()).isEmpty();
    assertThat(journal()).containsExactly("0");

    ask(pipeline, PRUNE);
    assertThat(prunedMonths()).hasSize(2);
  }

  /** A query of one old month holds up that month, and not those before it. Part is no success. */
  @Test
  void pruneFailsIfAMonthStaysAndSaysWhichWentAndWhatGoesOn() throws SQLException {
    database.execute("update metering.meter_report set status = 'verified'");
    String goesOn = "{\"command\":\"prune\",\"months\":[\"2026-07\"],\"exported\":true}";
    try (Connection reader = database.connectAsOwner();
        var statement = reader.createStatement()) {
      reader.setAutoCommit(false);
      statement.execute("select count(*) from metering.meter_report_2026_07");

      assertThatExceptionOfType(IncompletePrune.class)
          .isThrownBy(() -> ask(pipeline, PRUNE))
          .withMessageStartingWith(
              "prune is incomplete: 2026-06 went; 2026-07 stays: pruning 2026-07 gave up after two")
          .withMessageEndingWith("go on with %s and your \"by\"", goesOn);

      reader.rollback();
    }
    assertThat(prunedMonths()).containsExactly("2026-06 ann 2");
    assertThat(journal()).containsExactly("2");

    ask(pipeline, goesOn.replace("}", ",\"by\":\"ann\"}"));
    assertThat(prunedMonths()).containsExactly("2026-06 ann 2", "2026-07 ann 2");
    assertThat(journal()).containsExactly("2", "2");
  }

  /** What was asked before the lock was had may be true no more. */
  @Test
  void monthStaysOfWhichSomethingBecameOpenWhilePruneWaitedForIt() throws Exception {
    database.execute("update metering.meter_report set status = 'verified'");
    try (ExecutorService thread = Executors.newSingleThreadExecutor();
        Connection writer = database.connectAsOwner();
        var statement = writer.createStatement()) {
      writer.setAutoCommit(false);
      statement.execute(
          "update metering.meter_report_2026_07 set status = 'discrepancy' where organization_id ="
              + " 'a'");
      Future<?> prune = thread.submit(() -> ask(pipeline, PRUNE));
      awaitWaiting(prune);
      writer.commit();

      assertThatExceptionOfType(ExecutionException.class)
          .isThrownBy(prune::get)
          .withCauseInstanceOf(IncompletePrune.class)
          .withMessageContaining("2026-06 went; 2026-07 stays: open: 1 discrepancy since " + JULY);
    }
    assertThat(prunedMonths()).containsExactly("2026-06 ann 2");
    assertThat(reports(pipeline, "discrepancy")).isEqualTo(1);
  }

  /** What ends instead of waiting fails the test, and does not hang it. */
  private void awaitWaiting(Future<?> prune) throws Exception {
    while (database.queryLong(
            "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and usename = ?",
            database.user())
        == 0) {
      try {
        prune.get(10, TimeUnit.MILLISECONDS);
        throw new AssertionError("it did not wait for the month");
      } catch (TimeoutException e) {
        // It is still on its way there.
      }
    }
  }

  private List<String> journal() {
    return database.queryTexts(
        "select coalesce(rows::text, 'null') from metering.journal where command = 'prune'"
            + " order by id");
  }

  /** A month is there with all its reports, or gone and noted. */
  @ParameterizedTest
  @EnumSource(DatabaseWire.Cut.class)
  void deathAtAnyCommitLeavesAMonthWholeOrNotedAndTheNextPruneGoesOn(DatabaseWire.Cut side) {
    database.execute("update metering.meter_report set status = 'verified'");
    DatabaseWire wire = databaseWire(database);
    Map<String, String> settings = new HashMap<>(settings("3"));
    settings.put("DATABASE_PORT", String.valueOf(wire.port()));
    int deaths = 0;
    for (int commit = 1; prunedMonths().size() < 2; commit++) {
      Pipeline dying = pipeline(database, settings);
      SchedulerHandler scheduler = dying.newScheduler();
      dying.invoke(scheduler, DRY_RUN);
      String left = prunedMonths().isEmpty() ? PRUNE : prune("2026-07");
      wire.cutAtCommit(commit, side);
      try {
        dying.invoke(scheduler, left);
      } catch (RuntimeException e) {
        assertThat(wire.hasCut()).as(e.getMessage()).isTrue();
        deaths++;
      }
      for (String month : List.of("2026-06", "2026-07")) {
        boolean noted = prunedMonths().contains(month + " ann 2");
        assertThat(
                database.queryTexts(
                    "select coalesce(to_regclass(?)::text, 'gone')",
                    "metering.meter_report_" + month.replace('-', '_')))
            .as(month + " after a death at commit " + commit)
            .containsExactly(noted ? "gone" : "metering.meter_report_" + month.replace('-', '_'));
      }
      assertThat(reports(pipeline)).isEqualTo(6 - 2L * prunedMonths().size());
    }
    assertThat(deaths).isGreaterThan(5);
  }

  private static String prune(String... months) {
    return "{\"command\":\"prune\",\"months\":[\"%s\"],\"exported\":true,\"by\":\"ann\"}"
        .formatted(String.join("\",\"", months));
  }

  private Pipeline keeping(String months) {
    return pipeline(database, settings(months));
  }

  /** Which may read and nothing else. */
  private Pipeline viewedByItsOwnRole() {
    Map<String, String> settings = new HashMap<>(settings("3"));
    String secret = "arn:aws:secretsmanager:us-east-1:0:secret:view-" + database.name();
    Services.secrets().put(secret, database.addViewRole());
    settings.put("DATABASE_VIEW_SECRET_ARN", secret);
    return pipeline(database, settings);
  }

  private static Map<String, String> settings(String months) {
    return Map.of("SOURCE", "own", "BILL_FROM", JUNE.toString(), "LEDGER_KEEP_MONTHS", months);
  }

  private static Map<String, Object> ask(Pipeline pipeline, String command) {
    return pipeline.invoke(pipeline.newScheduler(), command);
  }

  /** Month, reports, whether it goes, and why. */
  private static List<String> lines(Map<String, Object> answer) {
    return partitions(answer).stream()
        .map(
            one ->
                "%s %s %s: %s"
                    .formatted(
                        one.get("month"),
                        one.getOrDefault("reports", "-"),
                        Boolean.TRUE.equals(one.get("goes")) ? "goes" : "stays",
                        one.get("why")))
        .toList();
  }

  private static Map<String, Object> partition(Map<String, Object> answer, int index) {
    return partitions(answer).get(index);
  }

  @SuppressWarnings("unchecked")
  private static List<Map<String, Object>> partitions(Map<String, Object> answer) {
    return (List<Map<String, Object>>) Objects.requireNonNull(answer.get("partitions"));
  }

  private List<String> prunedMonths() {
    return database.queryTexts(
        """
        select to_char(month at time zone 'UTC', 'YYYY-MM') || ' ' || pruned_by || ' ' || reports
        from metering.pruned_month order by month
        """);
  }
}
