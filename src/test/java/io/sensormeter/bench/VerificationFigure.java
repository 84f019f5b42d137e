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
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A tick's questions, and comparing their sightings, on a ledger with a day of accepted reports.
 */
final class VerificationFigure {
  private static final Hour TICK = Hour.parse("2026-11-23T12Z");
  private static final int HOURS = 26;
  private static final int EVERY = 24;
  private static final int ROUNDS = 5;

  /** As many sightings as a batch of the recorder holds. */
  private static final int BATCH = 500;

  private VerificationFigure() {}

  static void measure(Benchmark benchmark) {
    for (int organizations : new int[] {1_000, 100_000}) {
      measure(benchmark, organizations);
    }
  }

  private static void measure(Benchmark benchmark, int organizations) {
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
                Time.of(clock))) {
      pipeline.invoke(pipeline.newScheduler(), "{\"command\":\"tick\"}");
      fill(database, organizations);
      List<Question> questions = List.of();
      double[] asked = new double[ROUNDS];
      for (int round = 0; round < ROUNDS; round++) {
        long began = System.nanoTime();
        questions = Questions.due(ledger.readOnly(), TICK, EVERY, clock.instant(), 1_000_000);
        asked[round] = (System.nanoTime() - began) / 1e9;
      }
      long began = System.nanoTime();
      int verified = compare(new Verifications(ledger), questions, clock);
      double seconds = (System.nanoTime() - began) / 1e9;
      Arrays.sort(asked);
      System.out.printf(
          "verify    %,d organizations, %,d accepted reports: a tick's %,d questions %s s;"
              + " comparing them %s s, %,.0f organizations a second, %,.0f reports a second%n",
          organizations,
          (long) organizations * HOURS,
          questions.size(),
          Pairs.number(asked[ROUNDS / 2]),
          Pairs.number(seconds),
          questions.size() / seconds,
          verified / seconds);
    }
  }

  private static int compare(
      Verifications verifications, List<Question> questions, SettableClock clock) {
    int verified = 0;
    for (int from = 0; from < questions.size(); from += BATCH) {
      List<Sighting> sightings = new ArrayList<>();
      for (Question question : questions.subList(from, Math.min(from + BATCH, questions.size()))) {
        Question.Usage asked = (Question.Usage) question;
        Map<Hour, BigDecimal> values = new HashMap<>();
        for (Hour hour = asked.from(); hour.isBefore(asked.to()); hour = hour.plusHours(1)) {
          values.put(hour, BigDecimal.valueOf(7));
        }
        sightings.add(
            new Sighting.Usage(
                asked.meter(),
                asked.stripeMeterId(),
                asked.organizationId(),
                asked.stripeCustomerId(),
                asked.from(),
                asked.to(),
                values,
                clock.instant()));
      }
      verified += verifications.compare(sightings, Duration.ofHours(2), clock.instant()).verified();
    }
    return verified;
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
