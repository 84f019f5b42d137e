package io.sensormeter.bench;

import io.sensormeter.config.SchedulerSettings;
import io.sensormeter.config.Secrets;
import io.sensormeter.database.Database;
import io.sensormeter.lambda.Time;
import io.sensormeter.ledger.Captures;
import io.sensormeter.ledger.Questions;
import io.sensormeter.ledger.Verifications;
import io.sensormeter.local.Pipeline;
import io.sensormeter.local.SettableClock;
import io.sensormeter.local.postgres.LocalDatabase;
import io.sensormeter.local.stripe.FakeStripe;
import io.sensormeter.meter.Hour;
import io.sensormeter.meter.Question;
import io.sensormeter.meter.Sighting;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A tick's questions, and comparing their sightings, on a ledger with a day of accepted reports.
 */
final class VerificationFigure {
  private static final Hour TICK = Hour.parse("2026-11-23T12Z");
  private static final int HOURS = 26;
  private static final int EVERY = 24;
  private static final int ROUNDS = 5;

  private static final String BARE =
      """
      create table metering.bare (like metering.meter_report including defaults);
      insert into metering.bare select * from metering.meter_report;
      alter table metering.bare add primary key (hour, organization_id, meter, revision);
      create unique index on metering.bare (hour, stripe_customer_id, meter)
        where status not in ('rejected', 'superseded', 'replaced');
      analyze metering.bare;
      """;

  /** As many sightings as a batch of the recorder holds. */
  private static final int BATCH = 500;

  private VerificationFigure() {}

  static void measure(Benchmark benchmark) throws Exception {
    for (int organizations : new int[] {1_000, 100_000}) {
      measure(benchmark, organizations);
    }
  }

  private static void measure(Benchmark benchmark, int organizations) throws Exception {
    LocalDatabase database = benchmark.postgres.newDatabase();
    SettableClock clock = new SettableClock(TICK.start());
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
      pipeline.invoke(pipeline.newScheduler(), "{\"command\":\"tick\"}");
      fill(database, organizations);
      List<Question> questions = List.of();
      double[] asked = new double[ROUNDS];
      for (int round = 0; round < ROUNDS; round++) {
        long began = System.nanoTime();
        questions = Questions.due(ledger.readOnly(), TICK, EVERY, clock.instant(), 1_000_000);
        asked[round] = (System.nanoTime() - began) / 1e9;
      }
      System.out.printf(
          "verify    %,d organizations, %,d accepted reports: a tick's %,d questions %s s%n",
          organizations,
          (long) organizations * HOURS,
          questions.size(),
          Pairs.number(Pairs.median(asked)));
      benchmark.figures.absolute(
          "verify.due." + organizations, Pairs.median(asked), "s", Figures.Better.LOWER);
      if (questions.size() >= (Pairs.COUNT + 1) * BATCH) {
        compare(benchmark, new Verifications(ledger), questions, clock, role);
      }
    }
  }

  /** Against a bare table with the two unique indexes that an updated row enters. */
  private static void compare(
      Benchmark benchmark,
      Verifications verifications,
      List<Question> questions,
      SettableClock clock,
      Connection role)
      throws Exception {
    try (Statement statement = role.createStatement()) {
      statement.execute(BARE);
    }
    List<List<Question.Usage>> batches = new ArrayList<>();
    for (int from = 0; from + BATCH <= questions.size(); from += BATCH) {
      batches.add(
          questions.subList(from, from + BATCH).stream().map(Question.Usage.class::cast).toList());
    }
    AtomicInteger reports = new AtomicInteger();
    Pairs pairs =
        Pairs.measure(
            round -> {
              List<Sighting> sightings =
                  batches.get(round + 1).stream().map(asked -> seen(asked, clock)).toList();
              reports.set(
                  verifications
                      .compare(sightings, Duration.ofHours(2), clock.instant())
                      .verified());
            },
            round -> update(role, batches.get(round + 1)));
    System.out.printf(
        "verify    comparing %,d organizations, %,d reports: %s s, %,.0f organizations a second,"
            + " %,.0f reports a second; a bare UPDATE of them %s s, ratio %s%n",
        BATCH,
        reports.get(),
        Pairs.number(pairs.medianOurs()),
        BATCH / pairs.medianOurs(),
        reports.get() / pairs.medianOurs(),
        Pairs.number(pairs.medianBare()),
        Pairs.number(pairs.ratio()));
    benchmark.figures.ratio("verify.compare", pairs.ratio(), Figures.Better.LOWER);
    benchmark.figures.absolute(
        "verify.compare.rate",
        reports.get() / pairs.medianOurs(),
        "reports/s",
        Figures.Better.HIGHER);
  }

  private static Sighting seen(Question.Usage asked, SettableClock clock) {
    Map<Hour, BigDecimal> values = new HashMap<>();
    for (Hour hour = asked.from(); hour.isBefore(asked.to()); hour = hour.plusHours(1)) {
      values.put(hour, BigDecimal.valueOf(7));
    }
    return new Sighting.Usage(
        asked.meter(),
        asked.stripeMeterId(),
        asked.organizationId(),
        asked.stripeCustomerId(),
        asked.from(),
        asked.to(),
        values,
        clock.instant());
  }

  private static void update(Connection role, List<Question.Usage> asked) throws Exception {
    List<String> hours = new ArrayList<>();
    List<String> organizations = new ArrayList<>();
    for (Question.Usage each : asked) {
      for (Hour hour = each.from(); hour.isBefore(each.to()); hour = hour.plusHours(1)) {
        hours.add(hour.start().toString());
        organizations.add(each.organizationId());
      }
    }
    try (PreparedStatement update =
        role.prepareStatement(
            """
            update metering.bare as r
            set status = 'verified', observed_value = 7, observed_at = now(), sightings = 1,
              recorded_at = now()
            from unnest(?::timestamptz[], ?::text[]) as s(hour, organization_id)
            where r.hour = s.hour and r.organization_id = s.organization_id
              and r.meter = 'active_sensors' and r.revision = 0
            """)) {
      update.setArray(1, role.createArrayOf("text", hours.toArray()));
      update.setArray(2, role.createArrayOf("text", organizations.toArray()));
      update.executeUpdate();
    }
  }

  private static void fill(LocalDatabase database, int organizations) {
    database.execute(
        """
        update metering.stack set verify_from = '2026-01-01T00:00:00Z';
        insert into metering.meter (meter, kind, past_hour, stripe_id)
        values ('active_sensors', 'sum-hourly', false, 'mtr_1')
        on conflict (meter) do update set stripe_id = 'mtr_1';
        insert into metering.meter_report
          (hour, organization_id, meter, kind, event_time, value, stripe_customer_id, identifier,
           status, captured_at, send_before, first_published_at, settled_at, recorded_at)
        select hour, 'organization-' || n, 'active_sensors', 'sum-hourly', hour, 7, 'cus_' || n,
          'active_sensors:organization-' || n || ':' || hour, 'accepted', hour,
          hour + interval '55 minutes', hour, hour + interval '1 minute', hour + interval '1 minute'
        from generate_series('%s'::timestamptz, '%s'::timestamptz, interval '1 hour') as hour,
          generate_series(1, %d) as n;
        analyze metering.meter_report;
        """
            .formatted(TICK.minusHours(HOURS).start(), TICK.minusHours(1).start(), organizations));
  }
}
