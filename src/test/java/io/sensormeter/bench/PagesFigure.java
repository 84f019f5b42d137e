package io.sensormeter.bench;

import io.sensormeter.local.Pipeline;
import io.sensormeter.local.SettableClock;
import io.sensormeter.local.aws.WidgetConsole;
import io.sensormeter.local.postgres.LocalDatabase;
import io.sensormeter.local.stripe.FakeStripe;
import io.sensormeter.meter.Hour;
import io.sensormeter.view.HoursPlan;
import java.util.Arrays;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * Pages of a ledger with four days of 100,000 organizations: what is verified is not looked at one
 * by one, which the plan shows.
 */
final class PagesFigure {
  private static final Hour LAST = Hour.parse("2026-11-23T12Z");
  private static final int HOURS = 96;
  private static final int ACCEPTED_HOURS = 26;
  private static final int ORGANIZATIONS = 100_000;
  private static final int ROUNDS = 5;

  private PagesFigure() {}

  static void measure(Benchmark benchmark) {
    LocalDatabase database = benchmark.postgres.newDatabase();
    SettableClock clock = new SettableClock(LAST.start().plusSeconds(1_200));
    try (FakeStripe stripe = FakeStripe.start(clock);
        Pipeline pipeline =
            new Pipeline(database, benchmark.sqs, benchmark.secrets, stripe, clock, Map.of())) {
      pipeline.invoke(pipeline.newScheduler(), "{\"command\":\"tick\"}");
      fill(database);
      UnaryOperator<String> view = pipeline.newView();
      for (Map.Entry<String, Map<String, String>> page :
          Map.of(
                  "hours", Map.of("a.page", "hours"),
                  "hour", Map.of("a.page", "hour", "a.hour", LAST.minusHours(50).toString()),
                  "exceptions", Map.of("a.page", "exceptions"),
                  "a customer's month", Map.of("a.page", "customer", "a.of", "cus_77"))
              .entrySet()) {
        String event = WidgetConsole.event(page.getValue(), clock.instant());
        double[] seconds = new double[ROUNDS];
        int characters = 0;
        for (int round = 0; round < ROUNDS; round++) {
          long began = System.nanoTime();
          characters = view.apply(event).length();
          seconds[round] = (System.nanoTime() - began) / 1e9;
        }
        Arrays.sort(seconds);
        System.out.printf(
            "pages     %,d organizations, %d hours: %s in %s s (the slowest of %d %s s), %,d"
                + " characters%n",
            ORGANIZATIONS,
            HOURS,
            page.getKey(),
            Pairs.number(seconds[ROUNDS / 2]),
            ROUNDS,
            Pairs.number(seconds[ROUNDS - 1]),
            characters);
        benchmark.figures.absolute(
            "pages." + page.getKey(), seconds[ROUNDS / 2], "s", Figures.Better.LOWER);
      }
      HoursPlan.requireNoVerifiedRead(database, LAST.minusHours(839), LAST, 10L * HOURS * 10);
    }
  }

  /** The newest hours are accepted, the others verified, and one report in 50,000 was refused. */
  private static void fill(LocalDatabase database) {
    database.execute(
        """
        insert into metering.tick (hour, status, captured_at, captured_by, reports, total)
        select hour, 'captured', hour + interval '4 seconds', 'bench', %3$d, 7 * %3$d
        from generate_series('%1$s'::timestamptz, '%2$s'::timestamptz, interval '1 hour') as hour
        on conflict do nothing;
        insert into metering.tick_meter (hour, meter, status, reports, rejected, total)
        select hour, 'active_sensors', 'captured', %3$d, 0, 7 * %3$d
        from generate_series('%1$s'::timestamptz, '%2$s'::timestamptz, interval '1 hour') as hour
        on conflict do nothing;
        update metering.stack set live_from = '%1$s', verify_from = '%1$s';
        insert into metering.meter (meter, kind, past_hour, live_from, stripe_id)
        values ('active_sensors', 'sum-hourly', false, '%1$s', 'mtr_1')
        on conflict (meter) do update set live_from = '%1$s', kind = 'sum-hourly', past_hour = false;
        insert into metering.meter_report
          (hour, organization_id, meter, kind, event_time, value, stripe_customer_id, identifier,
           status, captured_at, send_before, first_published_at, settled_at, recorded_at,
           failure_code, rejected_by)
        select hour, 'organization-' || n, 'active_sensors', 'sum-hourly', hour, 7, 'cus_' || n,
          'active_sensors:organization-' || n || ':' || hour, state.status, hour,
          hour + interval '55 minutes', hour, hour + interval '1 minute', hour + interval '1 minute',
          case state.status when 'rejected' then 'resource_missing' end,
          case state.status when 'rejected' then 'answer' end
        from generate_series('%1$s'::timestamptz, '%2$s'::timestamptz, interval '1 hour') as hour,
          generate_series(1, %3$d) as n,
          lateral (select case when n %% 50000 = 0 then 'rejected'
            when hour > '%2$s'::timestamptz - interval '%4$d hours' then 'accepted'
            else 'verified' end as status) as state;
        """
            .formatted(
                LAST.minusHours(HOURS - 1).start(), LAST.start(), ORGANIZATIONS, ACCEPTED_HOURS));
    database.execute("vacuum analyze metering.meter_report");
  }
}
