package io.sensormeter.bench;

import io.sensormeter.local.Agreement;
import io.sensormeter.local.Option;
import io.sensormeter.meter.Hour;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;

/**
 * One hour of many organizations as a whole: captured, published, reported at the pace, recorded,
 * and once the clock was moved on verified; and the next tick at its full hour, while half of the
 * reports are still to be sent.
 */
final class RehearsalFigure {
  private static final Hour FIRST = Hour.parse("2026-11-22T00Z");
  private static final Duration LATENCY = Duration.ofMillis(50);

  /** Stripe's, in live mode. */
  private static final int STRIPE_LIMIT = 1_000;

  /** One organization in so many has a subscription in the next hour. */
  private static final int LEFT = 10;

  /** From here on a look at Stripe counts, and in so many ticks each organization has its turn. */
  private static final int VERIFIED_AFTER = 3;

  private static final int TURNS = 24;
  private static final int SAID = 20;

  private final Deployment all;
  private final int organizations = Option.ORGANIZATIONS.number();
  private final int pace = Option.STRIPE_CALLS_PER_SECOND.number();
  private final Hour next = FIRST.plusHours(1);
  private long said;

  private RehearsalFigure(Benchmark benchmark, String... jvmOptions) {
    all =
        new Deployment(
            benchmark,
            organizations,
            FIRST,
            Map.of(
                "STRIPE_CALLS_PER_SECOND", String.valueOf(pace), "STRIPE_READS_PER_SECOND", "20"),
            jvmOptions);
    all.stripe.latency(LATENCY);
    all.stripe.rateLimit(STRIPE_LIMIT, InstantSource.system());
  }

  static void measure(Benchmark benchmark) {
    RehearsalFigure figure = new RehearsalFigure(benchmark, Heap.logged());
    try (Deployment all = figure.all;
        Connections connections = Connections.watch(all.database)) {
      Duration took = figure.report(benchmark);
      figure.verify(benchmark);
      System.out.printf("rehearsal %d connections to the database at most%n", connections.most());
      benchmark.figures.absolute(
          "rehearsal.connections", connections.most(), "", Figures.Better.LOWER);
      Heap.print(all.functions());
      if (!new Agreement(all.pipeline).print(took)) {
        throw new IllegalStateException("ledger and Stripe differ");
      }
    }
  }

  /** So that the next full hour comes when half of the reports are sent. */
  private Duration report(Benchmark benchmark) {
    all.clock.set(next.start().minus(Duration.ofMillis(organizations * 500L / pace)));
    Instant began = all.clock.instant();
    Map<String, Object> answer = all.tick(FIRST);
    System.out.printf(
        "rehearsal %s: %,d of %,d organizations published in %s s, %,d calls to Stripe by then%n",
        FIRST,
        (int) answer.getOrDefault("published", 0),
        organizations,
        seconds(began, all.clock.instant()),
        all.stripe.calls());
    endSubscriptions("n %% %d <> 0".formatted(LEFT));
    await(next.start().plus(Deployment.AFTER_THE_HOUR));
    long calls = all.stripe.calls();
    Instant ticked = all.clock.instant();
    answer = all.tick(next);
    System.out.printf(
        "rehearsal %s: %,d published %s s after the full hour, in %s s, beside %,d reports still to"
            + " be sent%n",
        next,
        (int) answer.getOrDefault("published", 0),
        seconds(next.start(), all.clock.instant()),
        seconds(ticked, all.clock.instant()),
        organizations - calls);
    benchmark.figures.absolute(
        "rehearsal.next." + organizations,
        Duration.between(next.start(), all.clock.instant()).toMillis() / 1e3,
        "s",
        Figures.Better.LOWER);
    all.consumers.awaitRecorded(this::say);
    Deployment.Stages stages = all.stages(FIRST, began);
    System.out.printf(
        "rehearsal %s from its tick to the last outcome: %s s, %s reports/s at a pace of %d%n",
        FIRST, Pairs.number(stages.all()), Pairs.number(organizations / stages.all()), pace);
    benchmark.figures.absolute(
        "rehearsal.hour." + organizations, stages.all(), "s", Figures.Better.LOWER);
    return Duration.between(began, all.clock.instant());
  }

  /** Every organization is looked up once, in the tick of its turn. */
  private void verify(Benchmark benchmark) {
    endSubscriptions("true");
    long began = System.nanoTime();
    long reads = all.stripe.reads();
    for (int turn = 0; turn < TURNS; turn++) {
      Hour hour = next.plusHours(VERIFIED_AFTER + turn);
      all.clock.set(hour.start().plus(Deployment.AFTER_THE_HOUR));
      all.tick(hour);
      all.consumers.awaitArrived(Duration.ofMinutes(10));
    }
    double seconds = (System.nanoTime() - began) / 1e9;
    System.out.printf(
        "rehearsal verified in %d ticks: %,d reports, %,d reads of Stripe, %s s without the pace%n",
        TURNS,
        all.database.queryLong(
            "select count(*) from metering.meter_report where status = 'verified'"),
        all.stripe.reads() - reads,
        Pairs.number(seconds));
    benchmark.figures.absolute(
        "rehearsal.verify." + organizations, seconds, "s", Figures.Better.LOWER);
  }

  private void endSubscriptions(String which) {
    all.database.execute(
        """
        update subscriptions set status = 'canceled'
        where id in (
          select md5('subscription ' || n)::uuid from generate_series(1, %d) as n where %s)
        """
            .formatted(organizations, which));
  }

  private void say() {
    long step = Math.max(1, organizations / SAID);
    if (all.stripe.calls() / step > said) {
      said = all.stripe.calls() / step;
      System.out.printf("rehearsal %s: %,d calls%n", all.clock.instant(), all.stripe.calls());
    }
  }

  private void await(Instant instant) {
    Duration left = Duration.between(all.clock.instant(), instant);
    if (left.isPositive()) {
      try {
        Thread.sleep(left);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  private static String seconds(Instant from, Instant to) {
    return Pairs.number(Duration.between(from, to).toMillis() / 1e3);
  }
}
