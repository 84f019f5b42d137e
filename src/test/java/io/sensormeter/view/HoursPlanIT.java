package io.sensormeter.view;

import static org.assertj.core.api.Assertions.assertThatCode;

import io.sensormeter.local.Pipeline;
import io.sensormeter.local.Services;
import io.sensormeter.local.SettableClock;
import io.sensormeter.local.postgres.LocalDatabase;
import io.sensormeter.local.stripe.FakeStripe;
import io.sensormeter.meter.Hour;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Hours is read from what is open: verified reports are not looked at, however many there are. */
@Tag("postgres")
final class HoursPlanIT {
  private static final Hour LAST = Hour.parse("2026-11-23T12Z");
  private static final int HOURS = 240;

  @Test
  void noVerifiedReportIsRead() {
    LocalDatabase database = Services.postgres().newDatabase();
    SettableClock clock = new SettableClock(LAST.start());
    try (FakeStripe stripe = FakeStripe.start(clock);
        Pipeline pipeline =
            new Pipeline(database, Services.sqs(), Services.secrets(), stripe, clock, Map.of())) {
      pipeline.invoke(pipeline.newScheduler(), "{\"command\":\"tick\"}");
      Services.sqs().client().purgeQueue(r -> r.queueUrl(pipeline.verificationsUrl()));
      database.execute(
          """
          insert into metering.meter_report (hour, organization_id, meter, kind, event_time, value,
            stripe_customer_id, identifier, status, captured_at, failure_code)
          select hour, 'o' || n, 'active_sensors', 'sum-hourly', hour, 5, 'cus_' || n,
            n || ':' || hour, state.status, hour,
            case state.status when 'rejected' then 'resource_missing' end
          from generate_series('%1$s'::timestamptz, '%2$s'::timestamptz, interval '1 hour') as hour,
            generate_series(1, 60) as n,
            lateral (select case when n = 7 and extract(hour from hour) = 3 then 'rejected'
              when hour > '%2$s'::timestamptz - interval '26 hours' then 'accepted'
              else 'verified' end as status) as state
          on conflict do nothing;
          """
              .formatted(LAST.minusHours(HOURS).start(), LAST.start()));
      database.execute("vacuum analyze metering.meter_report");

      // One accepted report of each of 26 hours, and ten that were refused.
      assertThatCode(
              () ->
                  HoursPlan.requireNoVerifiedRead(
                      database, LAST.minusHours(839), LAST, 2L * (26 + 10)))
          .doesNotThrowAnyException();
    }
  }
}
