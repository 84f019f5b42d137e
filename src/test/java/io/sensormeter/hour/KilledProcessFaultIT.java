package io.sensormeter.hour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.sensormeter.local.Pipeline;
import io.sensormeter.local.Services;
import io.sensormeter.local.aws.EventSource;
import io.sensormeter.local.aws.PackagedFunction;
import io.sensormeter.local.aws.SqsWire;
import io.sensormeter.meter.Hour;
import io.sensormeter.meter.MeterKind;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/**
 * Functions in processes of their own, killed in the middle of a call to SQS. The clock of the rest
 * begins at the present, which is theirs. Tells nothing about PostgreSQL's version, so runs on one.
 */
@EnabledOnOs(value = OS.LINUX, disabledReason = "Lambda's runtime client has a native part")
final class KilledProcessFaultIT extends HourFixture {
  private static final int ORGANIZATIONS = 60;

  private final SqsWire wire = sqsWire();
  private final Hour now = Hour.floor(Instant.now());

  @Test
  void schedulerKilledWhilePublishingLeavesAnHourThatTheNextTickCompletes() {
    Pipeline pipeline = pipeline();
    AtomicInteger calls = new AtomicInteger();
    try (PackagedFunction scheduler =
        packaged("scheduler.SchedulerHandler", pipeline.environment())) {
      wire.script(
          call -> {
            if (calls.incrementAndGet() < 3) {
              return null;
            }
            scheduler.kill();
            return new SqsWire.Fault.ResetBefore();
          });

      assertThatIllegalStateException()
          .isThrownBy(() -> scheduler.invoke("{\"command\":\"tick\"}"))
          .withMessageContaining("process ended");
    }

    assertThat(reports(pipeline, "pending")).isEqualTo(ORGANIZATIONS);
    assertThat(Services.sqs().depth(pipeline.reportsUrl())).isLessThanOrEqualTo(20);
    wire.calm();
    // By then nobody publishes the hour any more. The same hour's tick again, should another begin.
    clock.advance(Duration.ofMinutes(3));
    assertThat(tick(pipeline, pipeline.newScheduler(), now)).containsEntry("complete", true);
    drain(pipeline);

    assertThat(stripe.acceptedEvents()).hasSize(ORGANIZATIONS);
    assertThat(reports(pipeline, "accepted")).isEqualTo(ORGANIZATIONS);
    assertAgreement(pipeline);
  }

  @Test
  void reporterKilledAfterSendingAndBeforeItsOutcomesLeaveCostsASecondCallOnly() {
    Pipeline pipeline = pipeline();
    tick(pipeline);
    try (PackagedFunction reporter = packaged("reporter.ReporterHandler", pipeline.environment())) {
      wire.script(call -> killed(reporter, call));
      EventSource source = source(pipeline.reportsUrl(), reporter);

      source.pollOnce();

      assertThat(source.returned()).isEqualTo(ORGANIZATIONS);
      assertThat(source.lastFailure())
          .get()
          .satisfies(e -> assertThat(e).hasMessageContaining("process ended"));
    }

    assertThat(stripe.acceptedEvents()).hasSize(ORGANIZATIONS);
    assertThat(reports(pipeline, "pending")).isEqualTo(ORGANIZATIONS);
    assertThat(Services.sqs().depth(pipeline.outcomesUrl())).isZero();
    wire.calm();
    drain(pipeline);

    assertThat(stripe.calls()).isEqualTo(2L * ORGANIZATIONS);
    assertThat(stripe.acceptedEvents()).hasSize(ORGANIZATIONS);
    assertThat(reports(pipeline, "accepted")).isEqualTo(ORGANIZATIONS);
    assertAgreement(pipeline);
  }

  private static SqsWire.@Nullable Fault killed(PackagedFunction function, SqsWire.Call call) {
    if (!call.sends()) {
      return null;
    }
    function.kill();
    return new SqsWire.Fault.ResetBefore();
  }

  private Pipeline pipeline() {
    clock.set(Instant.now());
    meter(MeterKind.SUM);
    return pipeline(
        application(ORGANIZATIONS),
        Map.of(
            "METERS", "active_sensors:sum",
            "BILL_FROM", now.toString(),
            "SQS_ENDPOINT", wire.endpoint().toString()));
  }
}
