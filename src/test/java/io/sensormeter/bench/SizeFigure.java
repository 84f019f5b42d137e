package io.sensormeter.bench;

import io.sensormeter.local.Pipeline;
import io.sensormeter.local.SettableClock;
import io.sensormeter.local.postgres.LocalDatabase;
import io.sensormeter.local.stripe.FakeStripe;
import io.sensormeter.meter.Hour;
import java.util.Locale;
import java.util.Map;

/**
 * Bytes a report takes, indexes included: captured, accepted, and after days of hours that were
 * captured, accepted and a day later verified, with a vacuum every so many hours or none.
 */
final class SizeFigure {
  private static final Hour FIRST = Hour.parse("2026-11-02T00Z");
  private static final int ORGANIZATIONS = 2_000;
  private static final int HOURS = 72;
  private static final int VERIFIED_AFTER = 24;

  /** Stripe's answers and sightings come mixed, and each transaction holds some of them. */
  private static final int BATCHES = 10;

  private static final String PARTITION = "metering.meter_report_2026_11";

  private SizeFigure() {}

  static void measure(Benchmark benchmark) {
    for (int vacuumEvery : new int[] {2, 12, 0}) {
      measure(benchmark, vacuumEvery);
    }
  }

  private static void measure(Benchmark benchmark, int vacuumEvery) {
    LocalDatabase database = benchmark.postgres.newDatabase();
    SettableClock clock = new SettableClock(FIRST.start());
    try (FakeStripe stripe = FakeStripe.start(clock);
        Pipeline pipeline =
            new Pipeline(database, benchmark.sqs, benchmark.secrets, stripe, clock, Map.of())) {
      pipeline.invoke(pipeline.newScheduler(), "{\"command\":\"tick\"}");
    }
    // By the hour below, not by a clock.
    database.execute("alter table %s set (autovacuum_enabled = false)".formatted(PARTITION));
    database.execute(
        """
        create table public.given as
        select gen_random_uuid()::text as id, 'cus_' || substr(md5(n::text), 1, 14) as customer
        from generate_series(1, %d) as n
        """
            .formatted(ORGANIZATIONS));
    String captured = "";
    for (int hour = 0; hour < HOURS; hour++) {
      capture(database, FIRST.plusHours(hour));
      captured += hour == 0 ? "captured " + size(database) : "";
      accept(database, FIRST.plusHours(hour));
      if (hour >= VERIFIED_AFTER) {
        verify(database, FIRST.plusHours(hour - VERIFIED_AFTER));
      }
      if (vacuumEvery > 0 && hour % vacuumEvery == vacuumEvery - 1) {
        database.execute("vacuum " + PARTITION);
      }
    }
    System.out.printf(
        "size      %,d organizations, %d hours, vacuum %s: %s; at work %s",
        ORGANIZATIONS,
        HOURS,
        vacuumEvery == 0 ? "never" : "every %d hours".formatted(vacuumEvery),
        captured,
        size(database));
    database.execute("vacuum full " + PARTITION);
    System.out.printf("; written anew %s%n", size(database));
  }

  private static String size(LocalDatabase database) {
    long rows = database.queryLong("select count(*) from " + PARTITION);
    return String.format(
        Locale.ROOT,
        "%d bytes a report (%d without indexes)",
        database.queryLong("select pg_total_relation_size('%s')".formatted(PARTITION)) / rows,
        database.queryLong("select pg_relation_size('%s')".formatted(PARTITION)) / rows);
  }

  private static void capture(LocalDatabase database, Hour hour) {
    database.execute(
        """
        insert into metering.meter_report
          (hour, organization_id, meter, kind, event_time, value, stripe_customer_id, identifier,
           status, captured_at, send_before, first_published_at)
        select at.hour, id, 'active_sensors', 'sum-hourly', at.hour, 20, customer,
          'active_sensors:' || id || ':%s', 'pending', at.hour + interval '3 s',
          at.hour + interval '55 min', at.hour + interval '3 s'
        from public.given, (select '%s'::timestamptz) as at(hour) order by id
        """
            .formatted(hour, hour.start()));
  }

  private static void accept(LocalDatabase database, Hour hour) {
    inBatches(
        database,
        hour,
        """
        update metering.meter_report set status = 'accepted', settled_at = hour + interval '1 min',
          recorded_at = hour + interval '70 s', duplicate = false, late = false,
          stripe_request_id = 'req_' || substr(md5(organization_id || hour), 1, 14)
        """);
  }

  private static void verify(LocalDatabase database, Hour hour) {
    inBatches(
        database,
        hour,
        """
        update metering.meter_report set status = 'verified', observed_value = 20,
          observed_at = hour + interval '26 h', recorded_at = hour + interval '26 h', sightings = 1
        """);
  }

  private static void inBatches(LocalDatabase database, Hour hour, String update) {
    for (int batch = 0; batch < BATCHES; batch++) {
      database.execute(
          update
              + "where hour = '%s' and abs(hashtext(organization_id)) %% %d = %d"
                  .formatted(hour.start(), BATCHES, batch));
    }
  }
}
