package io.sensormeter.operator;

import static org.assertj.core.api.Assertions.assertThat;

import io.sensormeter.local.Pipeline;
import io.sensormeter.local.Services;
import io.sensormeter.local.SettableClock;
import io.sensormeter.local.postgres.LocalDatabase;
import io.sensormeter.local.postgres.Plan;
import io.sensormeter.local.stripe.FakeStripe;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Whoever is looked for in vain is looked for in each hour through a key. */
final class KnownLookupsIT {

  @Test
  void whoIsUnknownIsLookedForThroughKeysAndNoRowOfAnotherIsRead() {
    LocalDatabase database = Services.postgres().newDatabase();
    SettableClock clock = new SettableClock(Instant.parse("2026-11-30T23:00:00Z"));
    try (FakeStripe stripe = FakeStripe.start(clock);
        Pipeline pipeline =
            new Pipeline(database, Services.sqs(), Services.secrets(), stripe, clock, Map.of())) {
      pipeline.invoke(pipeline.newScheduler(), "{\"command\":\"tick\"}");
      Services.sqs().client().purgeQueue(r -> r.queueUrl(pipeline.verificationsUrl()));
      database.execute(
          """
          delete from metering.meter_report;
          insert into metering.meter_report (hour, organization_id, meter, kind, event_time, value,
            stripe_customer_id, identifier, status, captured_at)
          select hour, 'o' || n, 'active_sensors', 'sum-hourly', hour, 5, 'cus_o' || n,
            n || ':' || hour, 'verified', hour
          from generate_series('2026-11-01T00:00:00Z'::timestamptz, '2026-11-30T23:00:00Z',
            interval '1 hour') as hour, generate_series(1, 20) as n;
          analyze metering.meter_report
          """);

      assertReadsNothing(Plan.analyzed(database, Known.ORGANIZATION, "nobody"));
      assertReadsNothing(Plan.analyzed(database, Known.CUSTOMER, "cus_z", "cus_z"));
      assertThat(Plan.analyzed(database, Known.ORGANIZATION, "o7"))
          .as("who is billed now is found in the first hour")
          .doesNotContain("loops=720");
    }
  }

  private static void assertReadsNothing(String plan) {
    assertThat(plan)
        .contains("loops=720")
        // December's partition is there two days ahead, and empty.
        .doesNotContain("Seq Scan on meter_report_2026_11", "Rows Removed by Filter");
  }
}
