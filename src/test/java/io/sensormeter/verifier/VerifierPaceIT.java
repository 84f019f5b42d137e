package io.sensormeter.verifier;

import static org.assertj.core.api.Assertions.assertThat;

import io.sensormeter.lambda.Time;
import io.sensormeter.local.aws.EventSource;
import io.sensormeter.stripe.Pace;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Two instances share Stripe's limit, and one batch has a few reads in flight. */
final class VerifierPaceIT extends VerifierFixture {

  @Test
  void twoInstancesTogetherKeepThePace() {
    // Stripe's limit, by the real clock: the fake's stands still. The default of 20 stays below it.
    stripe.readRateLimit(25, InstantSource.system());
    for (int i = 0; i < 50; i++) {
      ask("a", HOUR.minusHours(i), HOUR.plusHours(1));
    }
    List<EventSource> instances =
        IntStream.range(0, 2)
            .mapToObj(
                _ ->
                    source(
                        verifier(outcomesUrl, new Pace(20, 2, System.nanoTime()), Time.of(clock))))
            .toList();
    Instant began = InstantSource.system().instant();

    CompletableFuture.allOf(
            instances.stream()
                .map(
                    instance ->
                        CompletableFuture.runAsync(
                            () -> pollUntilEmpty(instance), Thread::startVirtualThread))
                .toArray(CompletableFuture[]::new))
        .join();

    assertThat(sightings()).hasSize(50);
    assertThat(stripe.reads()).isEqualTo(50);
    assertThat(Duration.between(began, InstantSource.system().instant()))
        .isGreaterThan(Duration.ofSeconds(2));
  }

  private static void pollUntilEmpty(EventSource instance) {
    int polled = instance.pollOnce();
    while (polled > 0) {
      polled = instance.pollOnce();
    }
  }

  @Test
  void pageTakesASlotOfItsOwn() {
    stripe.pagesHoldAtMost(1);
    stripe.emptyHoursHaveRows(true);
    ask("a", HOUR.minusHours(5), HOUR.plusHours(1));
    long began = System.nanoTime();

    source(verifier(outcomesUrl, new Pace(25, 1, began), Time.of(clock))).pollOnce();

    assertThat(stripe.reads()).isEqualTo(6);
    assertThat(summary().of(Count.READS)).isEqualTo(6);
    assertThat(Duration.ofNanos(System.nanoTime() - began)).isGreaterThan(Duration.ofMillis(200));
  }

  @Test
  void whatThePaceDoesNotAllowInTimeReturns() {
    for (int i = 0; i < 10; i++) {
      ask("a", HOUR.minusHours(i), HOUR.plusHours(1));
    }
    // 15 s are reserved: at one read in 400 ms, two more fit into 16 s.
    remaining = Duration.ofSeconds(16);

    source(verifier(outcomesUrl, new Pace(2.5, 1, System.nanoTime()), Time.of(clock))).pollOnce();

    assertThat(sightings()).hasSizeBetween(1, 3);
    assertThat(summary().of(Count.UNREAD)).isEqualTo(10 - sightings().size());
    assertThat(left()).isEqualTo(10 - sightings().size());
  }
}
