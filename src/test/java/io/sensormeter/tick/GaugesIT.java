package io.sensormeter.tick;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.sensormeter.config.SchedulerSettings;
import io.sensormeter.config.Secrets;
import io.sensormeter.database.Database;
import io.sensormeter.lambda.Time;
import io.sensormeter.ledger.Exceptions;
import io.sensormeter.ledger.ReportStatus;
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
  private static final Exceptions.Shown NOTHING = new Exceptions.Shown(0, 0, 0, 0, 0, 0, 0, 0);

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
    application.execute(
        "update metering.stack set live_from = ?::timestamptz", HOUR.start().toString());
  }

  @AfterEach
  void close() {
    database.close();
    pipeline.close();
    stripe.close();
  }

  @Test
  void rejectionIsShownOnceHoweverLongItsOutcomeWasUnderWay() {
    rejected("one", HOUR, HOUR.plusHours(4).start().plusSeconds(12));

    assertThat(measure(HOUR.plusHours(5)).shown().rejected()).isEqualTo(1);
    assertThat(measure(HOUR.plusHours(6)).shown().rejected()).isZero();
    assertThat(measure(HOUR.plusHours(6)).count(ReportStatus.REJECTED)).isEqualTo(1);
  }

  @Test
  void organizationRejectedHourAfterHourIsNewOnceAndHidesNoOther() {
    for (int i = 0; i < 6; i++) {
      rejected("one", HOUR.plusHours(i), HOUR.plusHours(i).start().plusSeconds(12));
    }
    assertThat(measure(HOUR.plusHours(6)).shown().rejected()).isEqualTo(1);
    rejected("one", HOUR.plusHours(6), HOUR.plusHours(6).start().plusSeconds(12));
    assertThat(measure(HOUR.plusHours(7)).shown().rejected()).isZero();

    rejected("two", HOUR.plusHours(7), HOUR.plusHours(7).start().plusSeconds(12));
    assertThat(measure(HOUR.plusHours(8)).shown().rejected()).isEqualTo(1);
  }

  @Test
  void newCodeOfAnOldOrganizationIsNew() {
    rejected("one", HOUR, HOUR.start().plusSeconds(12));
    assertThat(measure(HOUR.plusHours(1)).shown().rejected()).isEqualTo(1);
    rejected("one", HOUR.plusHours(1), HOUR.plusHours(1).start().plusSeconds(12));
    application.execute(
        "update metering.meter_report set failure_code = 'archived' where hour = ?::timestamptz",
        HOUR.plusHours(1).start().toString());

    assertThat(measure(HOUR.plusHours(2)).shown().rejected()).isEqualTo(1);
  }

  @Test
  void whatWasRejectedBeforeAnythingWasBilledRingsNothing() {
    rejected("one", HOUR.minusHours(1), HOUR.start());

    Gauges.Measured measured = measure(HOUR);
    assertThat(measured.shown().rejected()).isZero();
    assertThat(measured.count(ReportStatus.REJECTED)).isZero();
  }

  @ParameterizedTest
  @CsvSource({"unresolved, 1, 0, 0", "expired, 0, 1, 0", "superseded, 0, 0, 1"})
  void reportGivenUpIsShownOnceHoweverLongNoTickCame(
      String status, long unresolved, long expired, long superseded) {
    report("one", HOUR, status, HOUR.plusHours(30).start());

    Exceptions.Shown shown = measure(HOUR.plusHours(36)).shown();
    assertThat(shown.unresolved()).isEqualTo(unresolved);
    assertThat(shown.expired()).isEqualTo(expired);
    assertThat(shown.supersededUnsent()).isEqualTo(superseded);
    assertThat(measure(HOUR.plusHours(37)).shown()).isEqualTo(NOTHING);
  }

  /** Whoever dies before its commit leaves it to the next tick. */
  @Test
  void whatWasPrintedInVainIsShownAgain() {
    rejected("one", HOUR, HOUR.start().plusSeconds(12));
    Hour tick = HOUR.plusHours(1);

    assertThatIllegalStateException()
        .isThrownBy(
            () ->
                gauges()
                    .measure(
                        tick,
                        owed(tick),
                        tick.start(),
                        _ -> {
                          throw new IllegalStateException("killed");
                        }));
    assertThat(measure(tick).shown().rejected()).isEqualTo(1);
  }

  private Gauges.Measured measure(Hour tick) {
    return gauges().measure(tick, owed(tick), tick.start().plusSeconds(45), _ -> {});
  }

  private Gauges gauges() {
    return new Gauges(SchedulerSettings.read(pipeline.environment()), database);
  }

  private static OwedHours owed(Hour tick) {
    return new OwedHours(HOUR, tick, Optional.empty());
  }

  private void rejected(String organization, Hour hour, Instant settledAt) {
    report(organization, hour, "rejected", settledAt);
  }

  private void report(String organization, Hour hour, String status, Instant settledAt) {
    application.execute(
        """
        insert into metering.meter_report
          (hour, organization_id, meter, kind, value, stripe_customer_id, identifier, status,
           captured_at, settled_at, recorded_at, failure_code)
        values (?::timestamptz, ?, 'active_sensors', 'sum-hourly', 3, 'cus_1', ? || ?, ?,
          now(), ?::timestamptz, ?::timestamptz, 'resource_missing')
        """,
        hour.start().toString(),
        organization,
        organization,
        hour.toString(),
        status,
        settledAt.toString(),
        settledAt.toString());
  }
}
