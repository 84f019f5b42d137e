package io.sensormeter.tick;

import static org.assertj.core.api.Assertions.assertThat;

import io.sensormeter.config.SchedulerSettings;
import io.sensormeter.config.Secrets;
import io.sensormeter.database.Database;
import io.sensormeter.lambda.Time;
import io.sensormeter.local.Pipeline;
import io.sensormeter.local.Services;
import io.sensormeter.local.SettableClock;
import io.sensormeter.local.postgres.LocalDatabase;
import io.sensormeter.local.stripe.FakeStripe;
import io.sensormeter.meter.Hour;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("postgres")
final class GaugesIT {
  private static final Hour HOUR = Hour.parse("2026-11-22T14Z");

  private final LocalDatabase application = Services.postgres().newDatabase();
  private final SettableClock clock = new SettableClock(HOUR.start());
  private final FakeStripe stripe = FakeStripe.start(clock);
  private final Pipeline pipeline =
      new Pipeline(application, Services.sqs(), Services.secrets(), stripe, clock, Map.of());
  private final Database database =
      new Database(
          SchedulerSettings.read(pipeline.environment()).database(),
          new Secrets(Services.secrets().client()),
          Duration.ofSeconds(5),
          Time.of(clock));

  @BeforeEach
  void migrate() {
    pipeline.invoke(pipeline.newScheduler(), "{\"command\":\"tick\"}");
  }

  @AfterEach
  void close() {
    database.close();
    pipeline.close();
    stripe.close();
  }

  @Test
  void organizationRejectedRightAfterOneTickIsNewToTheNextThoughThatComesLater() {
    rejected("one", HOUR, HOUR.start().plusSeconds(12));

    assertThat(newlyRejected(HOUR.plusHours(1), Duration.ofSeconds(45))).isEqualTo(1);
  }

  @Test
  void organizationRejectedHourAfterHourIsNewOnceAndHidesNoOther() {
    for (int i = 0; i < 6; i++) {
      rejected("one", HOUR.plusHours(i), HOUR.plusHours(i).start().plusSeconds(12));
    }
    assertThat(newlyRejected(HOUR.plusHours(5), Duration.ofSeconds(45))).isZero();

    rejected("two", HOUR.plusHours(5), HOUR.plusHours(5).start().plusSeconds(12));
    assertThat(newlyRejected(HOUR.plusHours(5), Duration.ofSeconds(45))).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource({"unresolved, 1, 0", "expired, 0, 1"})
  void reportGivenUpIsNewForThreeHoursHoweverLongNoTickCame(
      String status, long unresolved, long expired) {
    report("one", HOUR, status, HOUR.plusHours(30).start());

    Gauges.Measured measured =
        new Gauges(database.readOnly())
            .measure(
                HOUR.plusHours(30),
                owed(HOUR.plusHours(30)),
                HOUR.plusHours(30).start().plusSeconds(5));
    assertThat(measured.newlyUnresolved()).isEqualTo(unresolved);
    assertThat(measured.newlyExpired()).isEqualTo(expired);

    Gauges.Measured later =
        new Gauges(database.readOnly())
            .measure(
                HOUR.plusHours(33),
                owed(HOUR.plusHours(33)),
                HOUR.plusHours(33).start().plusSeconds(5));
    assertThat(later.newlyUnresolved() + later.newlyExpired()).isZero();
    assertThat(later.open().values().stream().mapToLong(Long::longValue).sum()).isEqualTo(1);
  }

  private long newlyRejected(Hour tick, Duration after) {
    return new Gauges(database.readOnly())
        .measure(tick, owed(tick), tick.start().plus(after))
        .newlyRejected();
  }

  private static OwedHours owed(Hour tick) {
    return new OwedHours(HOUR, tick, false, Optional.empty());
  }

  private void rejected(String organization, Hour hour, Instant settledAt) {
    report(organization, hour, "rejected", settledAt);
  }

  private void report(String organization, Hour hour, String status, Instant settledAt) {
    application.execute(
        """
        insert into metering.meter_report
          (hour, organization_id, meter, kind, value, stripe_customer_id, identifier, status,
           captured_at, settled_at, failure_code)
        values (?::timestamptz, ?, 'active_sensors', 'sum-hourly', 3, 'cus_1', ? || ?, ?,
          now(), ?::timestamptz, 'resource_missing')
        """,
        hour.start().toString(),
        organization,
        organization,
        hour.toString(),
        status,
        settledAt.toString());
  }
}
