package io.sensormeter.reporter;

import static io.sensormeter.reporter.Copies.HOUR;
import static io.sensormeter.reporter.Copies.SEND_BEFORE;
import static io.sensormeter.reporter.Copies.copy;
import static io.sensormeter.reporter.Copies.parts;
import static org.assertj.core.api.Assertions.assertThat;

import io.sensormeter.lambda.Time;
import io.sensormeter.local.Services;
import io.sensormeter.local.stripe.Fault;
import io.sensormeter.local.stripe.ReceivedEvent;
import io.sensormeter.meter.MeterKind;
import io.sensormeter.meter.ReportKey;
import io.sensormeter.stripe.Pace;
import io.sensormeter.stripe.StripeCalls;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What holds for a batch as a whole: how it is sent, and when it may end. */
final class ReporterBatchIT extends ReporterFixture {

  @Test
  void customersAreSentSideBySideButNeverMoreThanInFlight() {
    for (int i = 0; i < BATCH_SIZE; i++) {
      publish(copy("a" + i, i));
    }
    CountDownLatch together = new CountDownLatch(IN_FLIGHT);
    stripe.script(
        call -> {
          together.countDown();
          return await(together) ? null : new Fault.ServerError();
        });

    source.pollOnce();

    assertThat(summary().of(Count.ACCEPTED)).isEqualTo(BATCH_SIZE);
    assertThat(stripe.maxSimultaneous()).isEqualTo(IN_FLIGHT);
  }

  @Test
  void oneCustomerNeverHasTwoCallsAtOnceAndItsHoursGoOutInOrder() {
    for (int i = 9; i >= 0; i--) {
      publish(copy(new ReportKey(HOUR.minusHours(i % 5), METER, "a", 9 - i), MeterKind.SUM, i));
      publish(copy(new ReportKey(HOUR.minusHours(i), METER, "b", 0), MeterKind.SUM, i));
    }
    // Long enough that calls side by side would meet.
    stripe.latency(Duration.ofMillis(5));

    source.pollOnce();

    assertThat(stripe.answers()).containsOnlyKeys(200);
    assertThat(stripe.maxSimultaneous()).isEqualTo(2);
    assertThat(stripe.acceptedEvents())
        .filteredOn(event -> event.customer().equals("cus_b"))
        .extracting(ReceivedEvent::timestamp)
        .isSorted();
    assertThat(stripe.acceptedEvents())
        .filteredOn(event -> event.customer().equals("cus_a"))
        .isSortedAccordingTo(
            Comparator.comparing(ReceivedEvent::timestamp)
                .thenComparing(ReceivedEvent::identifier));
  }

  @Test
  void copiesOfOneReportInOneBatchAreOneCall() {
    publish(copy("a", 25));
    publish(copy("a", 25));
    publish(copy("a", 25));

    source.pollOnce();

    assertThat(stripe.calls()).isOne();
    assertThat(reportsLeft()).isZero();
    assertThat(outcomes()).hasSize(1);
    assertThat(parts(summary()))
        .isEqualTo(Map.of(Count.RECEIVED, 3, Count.ACCEPTED, 1, Count.REPEATED, 2));
  }

  @Test
  void outcomesHaveLeftWhenTheBatchEnds() {
    List.of("a", "b").forEach(organization -> publish(copy(organization, 25)));
    atEnd =
        () -> {
          assertThat(reportsLeft()).isEqualTo(2);
          assertThat(outcomes()).hasSize(2);
        };

    source.pollOnce();

    assertThat(reportsLeft()).isZero();
  }

  @Test
  void withTooLittleTimeEverythingReturnsUnsent() {
    publish(copy("a", 25));
    remaining = StripeCalls.TIMEOUT.plus(Reporter.OUTCOMES_RESERVE).minusMillis(1);

    source.pollOnce();

    assertThat(stripe.calls()).isZero();
    assertThat(reportsLeft()).isOne();
    assertThat(outcomes()).isEmpty();
    assertThat(parts(summary())).isEqualTo(Map.of(Count.RECEIVED, 1, Count.UNSENT, 1));
  }

  @Test
  void whenTimeRunsShortTheRestReturnsUnsent() {
    List.of("a", "b", "c").forEach(organization -> publish(copy(organization, 25)));
    stripe.script(
        call -> {
          remaining = Duration.ofSeconds(14);
          return null;
        });

    source(reporterOneByOne()).pollOnce();

    assertThat(parts(summary()))
        .isEqualTo(Map.of(Count.RECEIVED, 3, Count.ACCEPTED, 1, Count.UNSENT, 2));
    assertThat(reportsLeft()).isEqualTo(2);
    assertThat(outcomes()).hasSize(1);
  }

  @Test
  void waitThatThePaceAsksForCountsAgainstTheTimeLeft() {
    publish(copy("a", 25));
    // One call in 100 s, where a minute is left.
    source(reporter(outcomesUrl, new Pace(0.01, 1, System.nanoTime()), IN_FLIGHT)).pollOnce();

    assertThat(stripe.calls()).isZero();
    assertThat(summary().of(Count.UNSENT)).isOne();
  }

  @Test
  void copyThatExpiresWhileItWaitsForItsTurnIsNotSent() {
    publish(copy("a", 25));
    Queue<Instant> times = new ConcurrentLinkedQueue<>(List.of(NOW));
    InstantSource passing = () -> Objects.requireNonNullElse(times.poll(), SEND_BEFORE);

    source(
            reporter(
                outcomesUrl, new Pace(100_000, 1, System.nanoTime()), IN_FLIGHT, Time.of(passing)))
        .pollOnce();

    assertThat(stripe.calls()).isZero();
    assertThat(reportsLeft()).isZero();
    assertThat(summary().of(Count.EXPIRED)).isOne();
  }

  @Test
  void batchDoesNotEndBeforeItsCalls() throws Exception {
    List.of("a", "b").forEach(organization -> publish(copy(organization, 25)));
    CountDownLatch arrived = new CountDownLatch(2);
    CountDownLatch release = new CountDownLatch(1);
    stripe.script(
        call -> {
          arrived.countDown();
          return await(release) ? null : new Fault.ServerError();
        });

    CompletableFuture<Integer> batch =
        CompletableFuture.supplyAsync(source::pollOnce, Thread::startVirtualThread);
    assertThat(await(arrived)).isTrue();
    assertThat(batch).isNotDone();
    release.countDown();

    assertThat(batch).succeedsWithin(Duration.ofSeconds(5));
    assertThat(summary().of(Count.ACCEPTED)).isEqualTo(2);
  }

  @Test
  void missingSecretFailsTheBatchBeforeItsFirstCall() {
    publish(copy("a", 25));
    Services.secrets().put(arn, " ");

    source.pollOnce();

    assertThat(source.lastFailure().orElseThrow()).hasMessageContaining(arn);
    assertThat(stripe.calls()).isZero();
    assertThat(reportsLeft()).isOne();
  }

  private static boolean await(CountDownLatch latch) {
    try {
      return latch.await(5, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
