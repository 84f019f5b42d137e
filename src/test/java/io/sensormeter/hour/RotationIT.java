package io.sensormeter.hour;

import static org.assertj.core.api.Assertions.assertThat;

import io.sensormeter.local.Pipeline;
import io.sensormeter.local.Services;
import io.sensormeter.local.aws.EventSource;
import io.sensormeter.local.postgres.LocalDatabase;
import io.sensormeter.local.stripe.Permission;
import io.sensormeter.meter.MeterKind;
import io.sensormeter.scheduler.SchedulerHandler;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Secrets change while environments live: no deployment, no new environment. */
@Tag("postgres")
final class RotationIT extends HourFixture {
  private static final int ORGANIZATIONS = 60;

  @Test
  void databasePasswordRotatedBetweenInvocationsIsReadByTheSameEnvironments() {
    meter(MeterKind.SUM_HOURLY);
    LocalDatabase database = application(ORGANIZATIONS);
    Pipeline pipeline = pipeline(database, Map.of());
    SchedulerHandler scheduler = pipeline.newScheduler();
    EventSource reporter = pipeline.newReporter();
    EventSource recorder = pipeline.newRecorder();
    tick(pipeline, scheduler, HOUR);
    reporter.drain(ROUNDS);
    recorder.drain(ROUNDS);

    database.changePassword("rotated");
    Services.secrets().put(variable(pipeline, "DATABASE_SECRET_ARN"), database.secretJson());
    // Or the old connection would live on, as it does on AWS.
    database.execute(
        "select pg_terminate_backend(pid) from pg_stat_activity where usename = '%s'"
            .formatted(database.user()));
    toHour(HOUR.plusHours(1));
    tick(pipeline, scheduler, HOUR.plusHours(1));
    reporter.drain(ROUNDS);
    recorder.drain(ROUNDS);

    assertThat(recorder.lastFailure()).isEmpty();
    assertThat(reports(pipeline, "accepted")).isEqualTo(2L * ORGANIZATIONS);
    assertAgreement(pipeline);
  }

  @Test
  void stripeKeyRotatedBetweenInvocationsIsReadOnceAndNoCopyReturns() {
    meter(MeterKind.SUM_HOURLY);
    Pipeline pipeline = pipeline(application(ORGANIZATIONS), Map.of());
    SchedulerHandler scheduler = pipeline.newScheduler();
    EventSource reporter = pipeline.newReporter();
    tick(pipeline, scheduler, HOUR);
    reporter.drain(ROUNDS);
    String secret = variable(pipeline, "STRIPE_SECRET_ARN");
    int reads = Services.secrets().reads(secret);

    stripe.addKey("rk_test_rotated", Permission.BILLING_METER_EVENT_WRITE);
    Services.secrets().put(secret, "rk_test_rotated\n");
    stripe.removeKey(pipeline.stripeKey());
    toHour(HOUR.plusHours(1));
    tick(pipeline, scheduler, HOUR.plusHours(1));
    reporter.drain(ROUNDS);
    pipeline.newRecorder().drain(ROUNDS);

    assertThat(Services.secrets().reads(secret)).isEqualTo(reads + 1);
    assertThat(reporter.returned()).isZero();
    assertAgreement(pipeline);
  }

  @Test
  void keyThatStripeRefusesLeavesEverythingPendingUntilItIsMended() {
    meter(MeterKind.SUM_HOURLY);
    Pipeline pipeline = pipeline(application(ORGANIZATIONS), Map.of());
    stripe.removeKey(pipeline.stripeKey());
    tick(pipeline);
    EventSource reporter = pipeline.newReporter();

    reporter.pollOnce();

    assertThat(reporter.returned()).isEqualTo(ORGANIZATIONS);
    assertThat(reports(pipeline, "pending")).isEqualTo(ORGANIZATIONS);
    // The first refusal ends the batch: what was in flight beside it, and no more.
    assertThat(stripe.calls()).isLessThanOrEqualTo(32);
    stripe.addKey(pipeline.stripeKey(), Permission.BILLING_METER_EVENT_WRITE);
    reporter.drain(ROUNDS);
    pipeline.newRecorder().drain(ROUNDS);
    assertThat(reports(pipeline, "accepted")).isEqualTo(ORGANIZATIONS);
    assertAgreement(pipeline);
  }

  private static String variable(Pipeline pipeline, String name) {
    return pipeline.environment().getOrDefault(name, "");
  }
}
