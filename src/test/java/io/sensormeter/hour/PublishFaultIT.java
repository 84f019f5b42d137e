package io.sensormeter.hour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatRuntimeException;

import io.sensormeter.local.Pipeline;
import io.sensormeter.local.Services;
import io.sensormeter.local.aws.SqsWire;
import io.sensormeter.local.aws.SqsWire.Fault;
import io.sensormeter.meter.Hour;
import io.sensormeter.meter.MeterKind;
import io.sensormeter.scheduler.SchedulerHandler;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The reports queue fails, or time ends, while an hour is being published; copies get lost. */
final class PublishFaultIT extends HourFixture {
  private static final int ORGANIZATIONS = 60;

  /** SendMessageBatch takes ten. */
  private static final int BATCH = 10;

  private final SqsWire wire = sqsWire();

  /**
   * Which organization, in order of publishing, meets it; what it is; what was taken all the same.
   */
  static Stream<Arguments> faults() {
    return Stream.of(
        Arguments.of(24, "an entry fails under HTTP 200", ORGANIZATIONS - 1),
        Arguments.of(0, "calls fail", ORGANIZATIONS - BATCH),
        Arguments.of(59, "calls are answered nothing", ORGANIZATIONS - BATCH));
  }

  @ParameterizedTest
  @MethodSource("faults")
  void onlyWhatIsAcknowledgedWithoutAGapCountsAsPublishedAndTheNextTickSendsTheRest(
      int failing, String what, int taken) {
    meter(MeterKind.SUM_HOURLY);
    Pipeline pipeline = pipeline();
    List<String> organizations =
        pipeline
            .database()
            .queryTexts("select id::text collate \"C\" from organizations order by 1");
    String organization = organizations.get(failing);
    wire.script(
        call -> {
          if (call.bodies().stream().noneMatch(body -> body.contains(organization))) {
            return null;
          }
          return switch (what) {
            case "an entry fails under HTTP 200" ->
                new Fault.EntriesRefused(body -> body.contains(organization));
            case "calls fail" -> new Fault.Refused(503, "ServiceUnavailable");
            default -> new Fault.ResetBefore();
          };
        });
    SchedulerHandler scheduler = pipeline.newScheduler();

    assertThatRuntimeException()
        .isThrownBy(() -> tick(pipeline, scheduler, HOUR))
        .withMessageContaining("tick " + HOUR + " is incomplete: " + HOUR + " is published up to")
        .withMessageContaining("the next tick goes on from there");

    int prefix = failing / BATCH * BATCH;
    assertThat(
            pipeline
                .database()
                .queryTexts(
                    "select published_through[1] from metering.tick where published_at is null"))
        .containsExactly(prefix == 0 ? "null" : organizations.get(prefix - 1));
    assertThat(Services.sqs().depth(pipeline.reportsUrl())).isEqualTo(taken);

    wire.calm();
    assertThat(tick(pipeline, scheduler, HOUR)).containsEntry("published", ORGANIZATIONS - prefix);
    drain(pipeline);
    assertThat(reports(pipeline, "accepted")).isEqualTo(ORGANIZATIONS);
    assertAgreement(pipeline);
  }

  @Test
  void queueThatFailsForOneHourIsNotTriedAgainForTheOthersOwed() {
    meter(MeterKind.SUM_HOURLY);
    Pipeline pipeline = pipeline();
    String organization =
        pipeline.database().queryTexts("select max(id::text) from organizations").getFirst();
    wire.script(call -> new Fault.EntriesRefused(body -> body.contains(organization)));
    Hour newest = HOUR.plusHours(2);
    toHour(newest);

    assertThatRuntimeException()
        .isThrownBy(() -> tick(pipeline))
        .withMessageContaining("tick " + newest + " is incomplete: " + newest);

    // All three are captured, and of the newest each other copy is there once.
    assertThat(reports(pipeline, "pending")).isEqualTo(3L * ORGANIZATIONS);
    assertThat(Services.sqs().depth(pipeline.reportsUrl())).isEqualTo(ORGANIZATIONS - 1);
    wire.calm();
    assertThat(tick(pipeline)).containsEntry("published", 2 * ORGANIZATIONS + BATCH);
    drain(pipeline);
    assertThat(reports(pipeline, "accepted")).isEqualTo(3L * ORGANIZATIONS);
    assertAgreement(pipeline);
  }

  @Test
  void queueThatStopsAnsweringLeavesTheRestToTheNextTickAsTimeEnds() {
    meter(MeterKind.SUM_HOURLY);
    Pipeline pipeline = pipeline();
    wire.script(
        call -> {
          // Each call takes its ten seconds, and this was the time for only one.
          pipeline.context().setRemaining(Duration.ofSeconds(14));
          return new Fault.Hang();
        });

    assertThatRuntimeException()
        .isThrownBy(() -> tick(pipeline))
        .withMessageContaining("is published up to nothing: too little time is left");

    wire.calm();
    pipeline.context().setRemaining(Duration.ofMinutes(5));
    assertThat(reports(pipeline, "pending")).isEqualTo(ORGANIZATIONS);
    assertThat(tick(pipeline)).containsEntry("published", ORGANIZATIONS);
    drain(pipeline);
    assertAgreement(pipeline);
  }

  @Test
  void tickThatRunsOutOfTimeStopsBetweenHoursAndTheNextOneCompletes() {
    meter(MeterKind.SUM_HOURLY);
    Pipeline pipeline = pipeline();
    SchedulerHandler scheduler = pipeline.newScheduler();
    Hour newest = HOUR.plusHours(4);
    toHour(newest);
    wire.script(
        call -> {
          pipeline.context().setRemaining(Duration.ofSeconds(29));
          return null;
        });

    assertThatRuntimeException()
        .isThrownBy(() -> tick(pipeline, scheduler, newest))
        .withMessageContaining("tick " + newest + " is incomplete")
        .withMessageContaining(
            newest.minusHours(1) + " and older owed hours are not captured: little time is left");
    assertThat(pipeline.database().queryTexts("select hour::text from metering.tick")).hasSize(1);
    assertThat(reports(pipeline)).isEqualTo(ORGANIZATIONS);

    wire.calm();
    pipeline.context().setRemaining(Duration.ofMinutes(5));
    assertThat(tick(pipeline, scheduler, newest)).containsEntry("published", 4 * ORGANIZATIONS);
    drain(pipeline);
    assertThat(reports(pipeline, "accepted")).isEqualTo(5L * ORGANIZATIONS);
    assertAgreement(pipeline);
  }

  @Test
  void tickWithoutTimeBeginsNothingAndSaysSo() {
    meter(MeterKind.SUM_HOURLY);
    Pipeline pipeline = pipeline();
    pipeline.context().setRemaining(Duration.ofSeconds(15));

    assertThatRuntimeException()
        .isThrownBy(() -> tick(pipeline))
        .withMessageContaining(HOUR + " and older owed hours are not captured");

    assertThat(ledger(pipeline)).isEmpty();
    pipeline.context().setRemaining(Duration.ofMinutes(5));
    tick(pipeline);
    drain(pipeline);
    assertThat(reports(pipeline, "accepted")).isEqualTo(ORGANIZATIONS);
    assertAgreement(pipeline);
  }

  @ParameterizedTest
  @EnumSource(
      value = MeterKind.class,
      names = {"SUM_HOURLY", "SUM"})
  void copiesThatAreLostArePublishedAgainOnceTheyHaveExpiredAndNotBefore(MeterKind kind) {
    meter(kind);
    Pipeline pipeline =
        pipeline(application(ORGANIZATIONS), Map.of("METERS", "active_sensors:" + kind.label()));
    tick(pipeline);
    Services.sqs().client().purgeQueue(r -> r.queueUrl(pipeline.reportsUrl()));

    Instant expiry = HOUR.start().plus(Duration.ofMinutes(55));
    clock.set(expiry.minusNanos(1_000));
    assertThat(tick(pipeline)).containsEntry("published", 0).containsEntry("publishedAgain", 0);

    clock.set(expiry);
    assertThat(tick(pipeline))
        .containsEntry("published", 0)
        .containsEntry("publishedAgain", ORGANIZATIONS);
    nextHour(pipeline);
    assertThat(reports(pipeline, "accepted")).isEqualTo(2L * ORGANIZATIONS);
    assertAgreement(pipeline);
  }

  @Test
  void reportOfAPersonWhoseCopyNeverLeftIsPublishedOnceItWouldHaveExpired() {
    meter(MeterKind.SUM_HOURLY);
    Pipeline pipeline = pipeline();
    String organization =
        pipeline.database().queryTexts("select min(id::text) from organizations").getFirst();
    wire.script(call -> new Fault.Refused(503, "ServiceUnavailable"));
    assertThat(report(pipeline, pipeline.newScheduler(), organization))
        .containsEntry("captured", 1)
        .containsEntry("published", 0)
        .containsKey("left");
    wire.calm();

    clock.advance(Duration.ofSeconds(1));
    tick(pipeline);
    drain(pipeline);
    assertThat(reports(pipeline, "pending")).isEqualTo(1);
    nextHour(pipeline);
    nextHour(pipeline);

    assertThat(reports(pipeline, "accepted")).isEqualTo(3L * ORGANIZATIONS);
    assertAgreement(pipeline);
  }

  private Pipeline pipeline() {
    return pipeline(application(ORGANIZATIONS), Map.of("SQS_ENDPOINT", wire.endpoint().toString()));
  }
}
