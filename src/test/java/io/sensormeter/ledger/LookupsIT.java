package io.sensormeter.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import io.sensormeter.local.Services;
import io.sensormeter.local.postgres.LocalDatabase;
import io.sensormeter.local.postgres.Plan;
import io.sensormeter.meter.Hour;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is asked of many hours finds few reports among those of everybody through an index. */
final class LookupsIT {
  private static final Instant FROM = Instant.parse("2026-11-10T00:00:00Z");
  private static final Instant TO = Instant.parse("2026-11-29T23:00:00Z");

  /** The key of a partition: what it finds by the hour alone is everybody's. */
  private static final String KEY = "meter_report_2026_11_pkey";

  private static final String BY_KEY = "hour = asked.hour) AND (organization_id = ";

  private static final String DUE = Questions.CHOSEN + "select * from due";

  private final LocalDatabase database = Services.postgres().newDatabase();

  /** Twenty days of fifty organizations, of which Stripe has shown all but a few. */
  @BeforeEach
  void fill() {
    Ledgers.tick(database, Hour.floor(TO), Map.of());
    database.execute(
        """
        delete from metering.meter_report;
        insert into metering.meter_report (hour, organization_id, meter, kind, event_time, value,
          stripe_customer_id, identifier, status, captured_at, send_before, failure_code)
        select hour, 'o' || n, 'active_sensors', 'sum-hourly', hour, 5, 'cus_o' || n,
          'active_sensors:o' || n || to_char(hour, ':YYYY-MM-DD"T"HH24"Z"'),
          case when n = 1 and extract(day from hour) = 20 then 'rejected' else 'verified' end, hour,
          hour + interval '55 minutes', case when n = 1 then 'resource_missing' end
        from generate_series('2026-11-10T00:00:00Z'::timestamptz, '2026-11-29T23:00:00Z',
            interval '1 hour') as hour,
          generate_series(1, 50) as n
        """);
    database.execute("analyze metering.meter_report");
  }

  @Test
  void exceptionsOfWeeksAreReadWithoutWhatIsNone() {
    assertThat(
            Plan.ofLargeLedger(
                database, Acknowledgements.OPEN, FROM, TO, null, null, null, null, TO, null, null))
        .contains("BitmapOr")
        .doesNotContain(KEY);
    assertThat(Plan.ofLargeLedger(database, DUE, chosen("resource_missing", null)))
        .contains("BitmapOr")
        .doesNotContain(KEY);
  }

  @Test
  void whatAnOrganizationIsAskedAboutIsLookedUpHourByHour() {
    assertThat(Plan.ofLargeLedger(database, DUE, chosen(null, "o7"))).contains(BY_KEY);
  }

  @Test
  void laterHoursOfALastMeterAreLookedUpOneByOne() {
    assertThat(
            Plan.ofLargeLedger(
                database,
                "select from metering.meter_report as report where report.hour = ? and "
                    + Overtaking.isOvertaken("report", "report.stripe_customer_id"),
                FROM))
        .contains(
            "hour = since.hour) AND (organization_id = report.organization_id)",
            "hour = since.hour) AND (stripe_customer_id = report.stripe_customer_id)");
  }

  /** Else each report that waits reads what is open of everybody in 35 days. */
  @Test
  void copiesOfOtherHoursOfALastMeterAreLookedUpByWhoseTheyAre() {
    database.execute(
        """
        insert into metering.meter_report (hour, organization_id, meter, kind, event_time, value,
          stripe_customer_id, identifier, status, captured_at, send_before)
        select hour, organization_id, 'seats', 'last', hour, 5, stripe_customer_id,
          replace(identifier, 'active_sensors', 'seats'), 'accepted', hour, send_before
        from metering.meter_report
        """);
    database.execute("analyze metering.meter_report");

    String partition = "report(_\\d+)?";
    assertThat(Plan.ofLargeLedger(database, Sweeps.OVERDUE, TO))
        .containsPattern(
            "\\(organization_id = %s\\.organization_id\\) AND \\(send_before > "
                .formatted(partition))
        .containsPattern(
            "\\(stripe_customer_id = %s\\.stripe_customer_id\\) AND \\(send_before > "
                .formatted(partition));
  }

  @Test
  void whatStripeRefusesAfterwardsIsLookedUpByItsKey() {
    assertThat(Plan.ofLargeLedger(database, LateRefusals.REFUSE, "[]", TO, TO))
        .contains("hour = o.hour) AND (organization_id = o.organization)");
  }

  private static @Nullable Object[] chosen(@Nullable String code, @Nullable String organization) {
    return new @Nullable Object[] {FROM, TO, code, organization, null, null, TO};
  }
}
