package io.sensormeter.hour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatRuntimeException;

import io.sensormeter.local.Pipeline;
import io.sensormeter.local.Services;
import io.sensormeter.local.aws.SqsWire;
import io.sensormeter.local.postgres.ApplicationData;
import io.sensormeter.local.postgres.LocalDatabase;
import io.sensormeter.meter.Hour;
import io.sensormeter.meter.MeterKind;
import io.sensormeter.scheduler.SchedulerHandler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Several environments of SchedulerFunction at once, each cold. */
@Tag("postgres")
final class ConcurrencyIT extends HourFixture {
  private static final int ORGANIZATIONS = 60;
  private static final int HOURS = 5;

  /**
   * Several times, because the three meet elsewhere each time: in the migrations, the partition.
   */
  @RepeatedTest(4)
  void tickDeliveredFiveTimesThreeAtOnceGivesOneReportAndOneCopyPerOrganization() {
    meter(MeterKind.SUM_HOURLY);
    Pipeline pipeline = pipeline(application(ORGANIZATIONS), Map.of());

    List<Map<String, Object>> summaries =
        atOnce(
            List.of(
                tickOfNewScheduler(pipeline),
                tickOfNewScheduler(pipeline),
                tickOfNewScheduler(pipeline)));
    summaries.add(tick(pipeline));
    summaries.add(tick(pipeline));

    assertThat(summaries).allSatisfy(s -> assertThat(s).containsEntry("complete", true));
    assertThat(summaries.stream().mapToInt(s -> (int) s.getOrDefault("published", -1)).sum())
        .isEqualTo(ORGANIZATIONS);
    assertThat(Services.sqs().depth(pipeline.reportsUrl())).isEqualTo(ORGANIZATIONS);
    assertThat(reports(pipeline)).isEqualTo(ORGANIZATIONS);
    assertThat(pipeline.database().queryLong("select reports from metering.tick"))
        .isEqualTo(ORGANIZATIONS);
    drain(pipeline);
    assertAgreement(pipeline);
  }

  @Test
  void hourHasOnePublisherAtATimeAndNoOtherTickIsCompleteBeforeItIsPublished() throws Exception {
    meter(MeterKind.SUM_HOURLY);
    SqsWire wire = sqsWire();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Pipeline pipeline =
          pipeline(application(ORGANIZATIONS), Map.of("SQS_ENDPOINT", wire.endpoint().toString()));
      CountDownLatch publishing = new CountDownLatch(1);
      CountDownLatch goOn = new CountDownLatch(1);
      AtomicInteger sent = new AtomicInteger();
      wire.script(
          call -> {
            if (call.bodies().stream().noneMatch(body -> body.contains("askBefore"))) {
              sent.addAndGet(call.bodies().size());
              publishing.countDown();
              await(goOn);
            }
            return null;
          });

      Future<Map<String, Object>> first = threads.submit(tickOfNewScheduler(pipeline));
      await(publishing);
      // Whatever they do now, the first one's copies are on their way and not taken.
      pipeline.context().setRemaining(Duration.ofSeconds(20));
      assertThatRuntimeException()
          .isThrownBy(() -> tick(pipeline))
          .withMessageContaining(HOUR + " is still being published by another invocation");
      pipeline.context().setRemaining(Duration.ofMinutes(5));
      Future<Map<String, Object>> waiting = threads.submit(tickOfNewScheduler(pipeline));
      goOn.countDown();

      assertThat(waiting.get()).containsEntry("published", 0).containsEntry("complete", true);
      assertThat(pipeline.database().queryLong("select count(published_at) from metering.tick"))
          .isEqualTo(1);
      assertThat(first.get()).containsEntry("published", ORGANIZATIONS);
      assertThat(sent).hasValue(ORGANIZATIONS);
      drain(pipeline);
      assertAgreement(pipeline);
    }
  }

  @Test
  void tickThatFindsTheHourOfAKilledPublisherWaitsUntilItsClaimEndsAndPublishes() {
    meter(MeterKind.SUM_HOURLY);
    Pipeline pipeline = pipeline(application(ORGANIZATIONS), Map.of());
    tick(pipeline);
    take(pipeline.reportsUrl());
    // As a publisher leaves it that is killed before anything of its first page was taken.
    pipeline
        .database()
        .execute(
            "update metering.tick set published_at = null, published_through = null,"
                + " publisher_until = captured_at + interval '2 minutes'");
    // Lambda's first retry comes a minute later.
    clock.advance(Duration.ofMinutes(1));
    letTimePass(pipeline);

    assertThat(tick(pipeline))
        .containsEntry("published", ORGANIZATIONS)
        .containsEntry("complete", true);

    drain(pipeline);
    assertAgreement(pipeline);
  }

  @Test
  void organizationReportedByAPersonDuringTheTickIsBilledOnce() {
    meter(MeterKind.SUM_HOURLY);
    LocalDatabase database = application(ORGANIZATIONS);
    Pipeline pipeline = pipeline(database, Map.of());
    SchedulerHandler scheduler = pipeline.newScheduler();
    List<SchedulerHandler> operators = List.of(pipeline.newScheduler(), pipeline.newScheduler());
    // Either may come first: several hours, several orders.
    for (int i = 0; i < HOURS; i++) {
      Hour hour = HOUR.plusHours(i);
      toHour(hour);
      List<Callable<Map<String, Object>>> both = new ArrayList<>();
      both.add(() -> tick(pipeline, scheduler, hour));
      for (int n = 0; n < operators.size(); n++) {
        SchedulerHandler operator = operators.get(n);
        String organization = ApplicationData.organizationId(n + 1);
        both.add(() -> report(pipeline, operator, organization));
      }

      atOnce(both);
      drain(pipeline);

      assertThat(
              database.queryLong(
                  "select count(*) from metering.meter_report where hour = ?::timestamptz",
                  hour.start().toString()))
          .isEqualTo(ORGANIZATIONS);
    }
    assertThat(stripe.acceptedEvents()).hasSize(HOURS * ORGANIZATIONS);
    assertAgreement(pipeline);
  }

  private Callable<Map<String, Object>> tickOfNewScheduler(Pipeline pipeline) {
    SchedulerHandler scheduler = pipeline.newScheduler();
    Hour hour = Hour.floor(clock.instant());
    return () -> tick(pipeline, scheduler, hour);
  }

  private static <T> List<T> atOnce(List<Callable<T>> calls) {
    CyclicBarrier start = new CyclicBarrier(calls.size());
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<T>> futures =
          calls.stream()
              .map(
                  call ->
                      threads.submit(
                          () -> {
                            start.await();
                            return call.call();
                          }))
              .toList();
      List<T> results = new ArrayList<>();
      for (Future<T> future : futures) {
        results.add(future.get());
      }
      return results;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
