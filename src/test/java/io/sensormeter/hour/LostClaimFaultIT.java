package io.sensormeter.hour;

import static org.assertj.core.api.Assertions.assertThat;

import io.sensormeter.local.Pipeline;
import io.sensormeter.local.aws.SqsWire;
import io.sensormeter.local.postgres.LocalDatabase;
import io.sensormeter.meter.MeterKind;
import io.sensormeter.scheduler.SchedulerHandler;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * A scheduler takes longer over a page than an hour stays its own, and another one takes the hour
 * over. On a raw sum meter, where a second event would count.
 */
final class LostClaimFaultIT extends HourFixture {
  /** How many copies are sent before the ledger is told; an hour of one page has no middle. */
  private static final int PAGE = 10_000;

  private static final int ORGANIZATIONS = PAGE + 10;

  private static final String FIRST = "organization 00001";

  /** Ten copies each. */
  private static final int REQUESTS_OF_A_PAGE = PAGE / 10;

  /** For two copies of nearly every report, 200 in a round. */
  private static final int MANY_ROUNDS = 2 * ORGANIZATIONS / 200 + ROUNDS;

  private final AtomicInteger requests = new AtomicInteger();
  private final AtomicInteger firstRequests = new AtomicInteger();
  private final CountDownLatch slowIsSending = new CountDownLatch(1);
  private final CountDownLatch slowGoesOn = new CountDownLatch(1);
  private final CountDownLatch slowIsWaiting = new CountDownLatch(1);
  private final CountDownLatch otherIsSending = new CountDownLatch(1);
  private final CountDownLatch otherGoesOn = new CountDownLatch(1);

  @Test
  void publisherThatLostItsHourStopsThereAndEachReportHasOneEvent() throws Exception {
    meter(MeterKind.SUM);
    SqsWire wire = sqsWire();
    wire.script(this::hold);
    Pipeline pipeline =
        pipeline(
            organizations(),
            Map.of(
                "SOURCE",
                "own",
                "METERS",
                "active_sensors:sum",
                "SQS_ENDPOINT",
                wire.endpoint().toString()));
    SchedulerHandler slow = warm(pipeline);
    SchedulerHandler other = warm(pipeline);
    AtomicReference<@Nullable Thread> slowThread = new AtomicReference<>();
    // It looks at its time again only once it knows whether the hour is still its own.
    pipeline
        .context()
        .onRemaining(
            () -> {
              if (slowGoesOn.getCount() == 0 && Thread.currentThread() == slowThread.get()) {
                slowIsWaiting.countDown();
              }
            });
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<Map<String, Object>> slowTick =
          threads.submit(
              () -> {
                slowThread.set(Thread.currentThread());
                return tick(pipeline, slow, HOUR);
              });
      arrives(slowIsSending);
      clock.advance(Duration.ofMinutes(2));
      Future<Map<String, Object>> otherTick = threads.submit(() -> tick(pipeline, other, HOUR));
      arrives(otherIsSending);
      slowGoesOn.countDown();
      arrives(slowIsWaiting);

      // The first page was taken, but that is no longer for the slow one to say.
      assertThat(
              pipeline
                  .database()
                  .queryTexts(
                      """
                      select coalesce(published_through::text, 'nothing')
                        || coalesce(published_at::text, ', unpublished')
                      from metering.tick where status = 'captured'
                      """))
          .containsExactly("nothing, unpublished");
      otherGoesOn.countDown();

      assertThat(otherTick.get())
          .containsEntry("published", ORGANIZATIONS)
          .containsEntry("complete", true);
      assertThat(slowTick.get()).containsEntry("published", PAGE).containsEntry("complete", true);
    }
    pipeline.newReporter().drain(MANY_ROUNDS);
    pipeline.newRecorder().drain(MANY_ROUNDS);
    assertThat(stripe.acceptedEvents()).hasSize(ORGANIZATIONS);
    assertThat(reports(pipeline, "accepted")).isEqualTo(ORGANIZATIONS);
    assertAgreement(pipeline);
  }

  /** Holds the last request of the slow one's first page, and the first one of the other. */
  private SqsWire.@Nullable Fault hold(SqsWire.Call call) {
    if (!call.sends()) {
      return null;
    }
    boolean first = call.bodies().stream().anyMatch(body -> body.contains(FIRST));
    if (requests.incrementAndGet() == REQUESTS_OF_A_PAGE) {
      hold(slowIsSending, slowGoesOn);
    } else if (first && firstRequests.incrementAndGet() == 2) {
      hold(otherIsSending, otherGoesOn);
    }
    return null;
  }

  private static void hold(CountDownLatch arrived, CountDownLatch goesOn) {
    arrived.countDown();
    try {
      goesOn.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void arrives(CountDownLatch latch) throws InterruptedException {
    assertThat(latch.await(1, TimeUnit.MINUTES)).isTrue();
  }

  private LocalDatabase organizations() {
    LocalDatabase database = ownSource();
    database.execute(
        """
        insert into readings
        select 'organization ' || lpad(n::text, 5, '0'), 'cus_' || n, '%s', 1
        from generate_series(1, %d) as n
        """
            .formatted(Pipeline.METER, ORGANIZATIONS));
    for (int n = 1; n <= ORGANIZATIONS; n++) {
      stripe.addCustomer("cus_" + n);
    }
    return database;
  }

  /** One whose ledger is migrated: it goes to work at once. */
  private static SchedulerHandler warm(Pipeline pipeline) {
    SchedulerHandler scheduler = pipeline.newScheduler();
    tick(pipeline, scheduler, HOUR.minusHours(1));
    return scheduler;
  }
}
