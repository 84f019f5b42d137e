package io.sensormeter.bench;

import io.sensormeter.config.SchedulerSettings;
import io.sensormeter.config.Secrets;
import io.sensormeter.database.Database;
import io.sensormeter.lambda.Time;
import io.sensormeter.ledger.CaptureTerms;
import io.sensormeter.ledger.Captures;
import io.sensormeter.local.Pipeline;
import io.sensormeter.local.SettableClock;
import io.sensormeter.local.postgres.ApplicationData;
import io.sensormeter.local.postgres.LocalDatabase;
import io.sensormeter.local.stripe.FakeStripe;
import io.sensormeter.meter.Hour;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.Statement;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/** Capturing an hour, against the same SELECT inserted into a plain unpartitioned table. */
final class CaptureFigure {
  private static final int ORGANIZATIONS = 100_000;
  private static final int SENSORS = 20;
  private static final Hour FIRST = Hour.parse("2026-11-22T00Z");

  private static final String UNIQUE_INDEXES =
      """
      do $$ declare one record; begin
        for one in select indexdef from pg_indexes
          where schemaname = 'metering' and tablename = 'meter_report'
            and indexname like 'meter_report_live%'
        loop execute regexp_replace(one.indexdef, 'INDEX .* ON ONLY metering.meter_report',
          'INDEX ON metering.one_live'); end loop;
      end $$
      """;

  private CaptureFigure() {}

  static void measure(Benchmark benchmark) throws Exception {
    LocalDatabase database = benchmark.postgres.newDatabase();
    ApplicationData.insertOrganizations(
        database, ORGANIZATIONS, SENSORS, Instant.parse("2026-01-01T00:00:00Z"));
    SettableClock clock = new SettableClock(FIRST.start());
    try (FakeStripe stripe = FakeStripe.start(clock);
        Pipeline pipeline =
            new Pipeline(database, benchmark.sqs, benchmark.secrets, stripe, clock, Map.of());
        Database ledger =
            new Database(
                SchedulerSettings.read(pipeline.environment()).database(),
                new Secrets(benchmark.secrets.client()),
                Captures.STATEMENT_TIMEOUT,
                Time.of(clock));
        Connection role = database.connectAsRole()) {
      // Shadow: migrates, and nothing is published.
      pipeline.invoke(pipeline.newScheduler(), "{\"command\":\"tick\"}");
      try (Statement statement = role.createStatement()) {
        statement.execute(
            "create table metering.plain (like metering.meter_report including defaults)");
        statement.execute(
            "alter table metering.plain add primary key (hour, organization_id, meter, revision)");
      }
      Captures captures =
          new Captures(ledger, SchedulerSettings.read(pipeline.environment()).meters());
      try (Statement statement = role.createStatement()) {
        statement.execute(
            "create table metering.guarded (like metering.meter_report including all)");
      }
      int[] hour = {2};
      for (String table : new String[] {"plain", "guarded"}) {
        Pairs pairs =
            Pairs.measure(
                _ -> capture(captures, FIRST.plusHours(hour[0]++), clock.instant()),
                round -> insert(role, table, FIRST.plusHours(2 + round)));
        print(table, pairs);
        benchmark.figures.ratio("capture." + table, pairs.ratio(), Figures.Better.LOWER);
        benchmark.figures.absolute(
            "capture.seconds", pairs.medianOurs(), "s", Figures.Better.LOWER);
      }
      guards(benchmark, role, hour[0]);
    }
  }

  /** What each kind of guard costs: the same SELECT into the plain table with more and more. */
  private static void guards(Benchmark benchmark, Connection role, int first) throws Exception {
    try (Statement statement = role.createStatement()) {
      statement.execute(
          "create table metering.checked (like metering.meter_report"
              + " including defaults including constraints)");
      statement.execute(
          "alter table metering.checked"
              + " add primary key (hour, organization_id, meter, revision)");
      statement.execute("create table metering.one_live (like metering.checked including all)");
      statement.execute(UNIQUE_INDEXES);
    }
    int[] hour = {first};
    for (String table : new String[] {"checked", "one_live", "guarded"}) {
      Pairs pairs =
          Pairs.measure(
              _ -> insert(role, table, FIRST.plusHours(hour[0]++)),
              _ -> insert(role, "plain", FIRST.plusHours(hour[0]++)));
      System.out.printf(
          "capture   the plain table with %s: %s s, ratio %s%n",
          switch (table) {
            case "checked" -> "the ledger's CHECK constraints";
            case "one_live" -> "those and the unique indexes of live reports";
            default -> "all constraints and indexes";
          },
          Pairs.number(pairs.medianOurs()),
          Pairs.number(pairs.ratio()));
      benchmark.figures.ratio("capture.price." + table, pairs.ratio(), Figures.Better.LOWER);
    }
  }

  private static void print(String table, Pairs pairs) {
    System.out.printf(
        "capture   %,d organizations, %,d sensors: %s s, the same SELECT into %s %s s,"
            + " ratio %s%n",
        ORGANIZATIONS,
        ORGANIZATIONS * SENSORS,
        Pairs.number(pairs.medianOurs()),
        table.equals("plain")
            ? "a plain table with its key"
            : "an unpartitioned table with our constraints and indexes",
        Pairs.number(pairs.medianBare()),
        Pairs.number(pairs.ratio()));
  }

  private static void capture(Captures captures, Hour hour, Instant now) {
    CaptureTerms terms =
        new CaptureTerms(now, hour, Optional.of(hour), false, "bench", ORGANIZATIONS);
    if (captures.hour(hour, terms).isEmpty()) {
      throw new IllegalStateException(hour + " was captured before");
    }
  }

  private static void insert(Connection role, String table, Hour hour) throws Exception {
    try (PreparedStatement insert =
        role.prepareStatement(
            """
            insert into metering.%s
              (hour, organization_id, meter, kind, value, stripe_customer_id, identifier, status,
               captured_at, send_before)
            select at.hour, r.organization_id, r.meter, 'sum-hourly', r.value, r.stripe_customer_id,
              r.meter || ':' || r.organization_id || ':' || at.hour, 'pending', now(), now()
            from (values (?::timestamptz)) as at(hour), metering.billable_readings(at.hour) as r
            """
                .formatted(table))) {
      insert.setString(1, hour.start().toString());
      insert.executeUpdate();
    }
  }
}
