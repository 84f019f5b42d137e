package io.sensormeter.inspection;

import static org.assertj.core.api.Assertions.assertThat;

import io.sensormeter.local.Pipeline;
import io.sensormeter.local.Services;
import io.sensormeter.local.SettableClock;
import io.sensormeter.local.postgres.LocalDatabase;
import io.sensormeter.local.postgres.Plan;
import io.sensormeter.local.stripe.FakeStripe;
import io.sensormeter.meter.Hour;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** A month of one organization among others is read through keys: what is read is what is told. */
final class ReportRowsIT {
  private static final Hour FROM = Hour.parse("2026-11-01T00Z");
  private static final Hour TO = Hour.parse("2026-11-30T23Z");
  private static final int HOURS = 720;
  private static final int ORGANIZATIONS = 20;
  private static final Pattern SCANNED = Pattern.compile("Seq Scan on (meter_report_2026_11)");
  private static final Pattern READ =
      Pattern.compile(
          "Index (?:Only )?Scan using (meter_report\\S+)[^\\n"
              + "]*?rows=(\\d+)[^\\n"
              + "]*?loops=(\\d+)\\)");

  @Test
  void aMonthOfOneOrganizationOrCustomerReadsWhatItReturns() {
    LocalDatabase database = Services.postgres().newDatabase();
    SettableClock clock = new SettableClock(TO.start());
    try (FakeStripe stripe = FakeStripe.start(clock);
        Pipeline pipeline =
            new Pipeline(database, Services.sqs(), Services.secrets(), stripe, clock, Map.of())) {
      pipeline.invoke(pipeline.newScheduler(), "{\"command\":\"tick\"}");
      Services.sqs().client().purgeQueue(r -> r.queueUrl(pipeline.verificationsUrl()));
      fill(database);

      assertReads(
          Plan.analyzed(
              database, ReportRows.OF_ORGANIZATION, FROM.start(), TO.start(), "o7", null, null),
          HOURS + HOURS / 10);
      assertReads(
          Plan.analyzed(
              database,
              ReportRows.ORGANIZATIONS_OF_CUSTOMER,
              FROM.start(),
              TO.start(),
              new String[] {"active_sensors"},
              "cus_o7",
              FROM.start(),
              TO.start(),
              "cus_o7"),
          HOURS);
    }
  }

  /** Twenty organizations with a month of reports, one in ten hours refused and retried. */
  private static void fill(LocalDatabase database) {
    database.execute(
        """
        delete from metering.meter_report;
        insert into metering.meter_report (hour, organization_id, meter, revision, kind, event_time,
          value, stripe_customer_id, identifier, status, captured_at, failure_code)
        select hour, 'o' || n, 'active_sensors', revision, 'sum-hourly', hour, 5, 'cus_o' || n,
          n || ':' || hour || revision,
          case when twice and revision = 0 then 'replaced' else 'verified' end, hour, null
        from generate_series('2026-11-01T00:00:00Z'::timestamptz, '2026-11-30T23:00:00Z',
            interval '1 hour') as hour,
          generate_series(1, %d) as n, generate_series(0, 1) as revision,
          lateral (select extract(epoch from hour)::bigint / 3600 %% 10 = 0 as twice) as retried
        where twice or revision = 0
        """
            .formatted(ORGANIZATIONS));
    database.execute("analyze metering.meter_report");
  }

  private static void assertReads(String plan, int rows) {
    assertThat(plan).doesNotContainPattern(SCANNED);
    long read =
        READ.matcher(plan)
            .results()
            .mapToLong(found -> Long.parseLong(found.group(2)) * Long.parseLong(found.group(3)))
            .sum();
    assertThat(read).as(plan).isBetween((long) HOURS, rows + 50L);
    assertThat(plan).as("rows read and thrown away").doesNotContain("Rows Removed by Filter");
  }
}
