package io.sensormeter.hour;

import static org.assertj.core.api.Assertions.assertThat;

import io.sensormeter.local.Pipeline;
import io.sensormeter.local.aws.EventSource;
import io.sensormeter.local.aws.SqsWire;
import io.sensormeter.local.postgres.DatabaseWire;
import io.sensormeter.local.postgres.LocalDatabase;
import io.sensormeter.local.stripe.Fault;
import io.sensormeter.local.stripe.MeterEventCall;
import io.sensormeter.meter.Hour;
import io.sensormeter.meter.MeterKind;
import io.sensormeter.scheduler.SchedulerHandler;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Everything fails at once, for hours, by chance; then the storm ends. */
final class StormFaultIT extends HourFixture {
  private static final int ORGANIZATIONS = 40;
  private static final int HOURS = 6;

  private final Storm storm = new Storm(StormFaultIT.class);

  @ParameterizedTest
  @EnumSource(
      value = MeterKind.class,
      names = {"SUM_HOURLY", "SUM"})
  void afterTheStormLedgerAndStripeAgreeUnitForUnitAndNothingIsThereTwice(MeterKind kind) {
    meter(kind);
    LocalDatabase database = application(ORGANIZATIONS);
    DatabaseWire databaseWire = databaseWire(database);
    SqsWire sqsWire = sqsWire();
    Pipeline pipeline =
        pipeline(
            database,
            Map.of(
                "METERS", "active_sensors:" + kind.label(),
                "DATABASE_PORT", String.valueOf(databaseWire.port()),
                "SQS_ENDPOINT", sqsWire.endpoint().toString()));
    letTimePass(pipeline);
    SchedulerHandler scheduler = pipeline.newScheduler();
    EventSource reporter = pipeline.newReporter();
    EventSource recorder = pipeline.newRecorder();

    stripe.script(this::stripeFault);
    sqsWire.script(storm::ofQueues);
    reporter.kills(kill -> storm.oneIn(8)).contexts(storm::perhapsLittleTime);
    recorder.kills(kill -> storm.oneIn(8));
    for (int i = 0; i < HOURS; i++) {
      Hour hour = HOUR.plusHours(i);
      toHour(hour);
      // The tick, and the two times it is tried again.
      for (int attempt = 0; attempt < 3; attempt++) {
        databaseWire.cutAtCommit(storm.below(14), storm.oneOf(DatabaseWire.Cut.values()));
        if (failureOfTick(pipeline, scheduler, hour).isEmpty()) {
          break;
        }
        clock.advance(Duration.ofMinutes(attempt + 1));
      }
      databaseWire.cutAtCommit(storm.below(3), storm.oneOf(DatabaseWire.Cut.values()));
      storm.deliverUnreliably(pipeline.reportsUrl());
      reporter.drain(ROUNDS);
      storm.deliverUnreliably(pipeline.outcomesUrl());
      recorder.drain(ROUNDS);
    }
    assertThat(stripe.answers()).as("answers of the storm").containsKeys(200, 429, 500);
    assertThat(stripe.unanswered()).isPositive();

    stripe.script(call -> null);
    sqsWire.calm();
    databaseWire.cutAtCommit(0, DatabaseWire.Cut.BEFORE);
    for (int i = 0; i < 3; i++) {
      nextHour(pipeline);
    }

    assertThat(reports(pipeline)).isEqualTo((HOURS + 3L) * ORGANIZATIONS);
    assertThat(reports(pipeline, "accepted")).isEqualTo((HOURS + 3L) * ORGANIZATIONS);
    assertThat(stripe.acceptedEvents()).hasSize((HOURS + 3) * ORGANIZATIONS);
    assertAgreement(pipeline);
  }

  /** 1 in 10 answers lost after processing, 1 in 10 throttled, 1 in 20 a 500. */
  private @Nullable Fault stripeFault(MeterEventCall call) {
    int chance = storm.chance(String.valueOf(call.identifier()), 20);
    if (chance < 2) {
      return new Fault.ResetAfterProcessing();
    }
    if (chance < 4) {
      return new Fault.RateLimited("global-rate");
    }
    return chance < 5 ? new Fault.ServerError() : null;
  }
}
