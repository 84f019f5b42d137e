package io.sensormeter.bench;

import io.sensormeter.local.Option;
import io.sensormeter.local.aws.FunctionError;
import io.sensormeter.local.stripe.Fault;
import io.sensormeter.meter.Hour;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;

/**
 * Hours that pile up: days without the ledger side, and six hours of many organizations without
 * Stripe. When does the newest hour stand, when the oldest, and what does it take of memory.
 */
final class BacklogFigure {
  private static final Hour FIRST = Hour.parse("2026-11-22T00Z");
  private static final Duration LATENCY = Duration.ofMillis(50);
  private static final int DAYS_ORGANIZATIONS = 500;

  private static final int DOWN_HOURS = 6;

  /** How long each hour without Stripe is let run: the rest of it nothing else happens. */
  private static final Duration DOWN_RUNS = Duration.ofSeconds(20);

  private BacklogFigure() {}

  static void measure(Benchmark benchmark) {
    withoutLedgerSide(benchmark);
    withoutStripe(benchmark);
  }

  private static void withoutLedgerSide(Benchmark benchmark) {
    try (Deployment all =
        new Deployment(benchmark, DAYS_ORGANIZATIONS, FIRST, Map.of(), Heap.logged())) {
      all.stripe.latency(LATENCY);
      all.hour(FIRST);
      catchUp(benchmark, "days", all, FIRST.plusHours(1), FIRST.plusHours(Option.HOURS.number()));
      Heap.print(all.functions());
    }
  }

  private static void withoutStripe(Benchmark benchmark) {
    AtomicBoolean down = new AtomicBoolean(true);
    try (Deployment all =
        new Deployment(benchmark, Option.ORGANIZATIONS.number(), FIRST, Map.of(), Heap.logged())) {
      all.stripe.latency(LATENCY);
      all.stripe.script(call -> down.get() ? new Fault.HtmlAnswer(503) : null);
      for (int i = 0; i < DOWN_HOURS; i++) {
        Hour hour = FIRST.plusHours(i);
        all.clock.set(hour.start().plus(Deployment.AFTER_THE_HOUR));
        all.tick(hour);
        Instant until = all.clock.instant().plus(DOWN_RUNS);
        await(() -> all.clock.instant().isAfter(until));
      }
      System.out.printf(
          "backlog   %d hours of %,d organizations without Stripe: %,d reports pending, %,d"
              + " calls%n",
          DOWN_HOURS, Option.ORGANIZATIONS.number(), pending(all), all.stripe.calls());
      down.set(false);
      catchUp(benchmark, "down", all, FIRST, FIRST.plusHours(DOWN_HOURS));
      Heap.print(all.functions());
    }
  }

  /** Ticks at the last hour until nothing is pending of all from the first. */
  private static void catchUp(
      Benchmark benchmark, String name, Deployment all, Hour first, Hour last) {
    all.clock.set(last.start().plus(Deployment.AFTER_THE_HOUR));
    Instant began = all.clock.instant();
    int ticks = 1;
    while (!tick(all, last)) {
      ticks++;
    }
    Duration ticked = Duration.between(began, all.clock.instant());
    await(() -> pending(all) == 0);
    long newest = recorded(all, last, began);
    long oldest = recorded(all, first, began);
    System.out.printf(
        "backlog   %s to %s, %,d reports: captured and published in %d tick(s), %,d s; the newest"
            + " hour recorded after %,d s, the one in the middle after %,d s, the oldest after %,d"
            + " s%n",
        first,
        last,
        all.database.queryLong(
            "select count(*) from metering.meter_report where hour >= '%s'"
                .formatted(first.start())),
        ticks,
        ticked.toSeconds(),
        newest,
        recorded(all, first.plusHours(first.hoursUntil(last) / 2), began),
        oldest);
    benchmark.figures.absolute(
        "backlog." + name + ".newest", (double) newest, "s", Figures.Better.LOWER);
    benchmark.figures.absolute(
        "backlog." + name + ".oldest", (double) oldest, "s", Figures.Better.LOWER);
  }

  /** Whether all that was owed was captured and published; Lambda would repeat it. */
  private static boolean tick(Deployment all, Hour hour) {
    try {
      all.tick(hour);
      return true;
    } catch (FunctionError e) {
      System.out.printf("backlog   %s%n", e.getMessage());
      return false;
    }
  }

  private static long pending(Deployment all) {
    return all.database.queryLong(
        "select count(*) from metering.meter_report where status = 'pending'");
  }

  private static long recorded(Deployment all, Hour hour, Instant began) {
    return all.database.queryLong(
            "select extract(epoch from max(recorded_at))::bigint from metering.meter_report"
                + " where hour = '%s'".formatted(hour.start()))
        - began.getEpochSecond();
  }

  private static void await(BooleanSupplier ended) {
    while (!ended.getAsBoolean()) {
      try {
        Thread.sleep(500);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
