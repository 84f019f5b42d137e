package io.sensormeter.bench;

import io.sensormeter.local.Option;
import io.sensormeter.meter.Hour;
import java.time.Duration;
import java.util.Map;

/**
 * Time and processor time an organization of a whole hour, at 1,000, 10,000, 100,000 …
 * organizations up to those that are asked for, at 50 ms of Stripe's latency and a pace above what
 * is possible.
 */
final class GrowthFigure {
  private static final Hour FIRST = Hour.parse("2026-11-22T00Z");
  private static final Duration LATENCY = Duration.ofMillis(50);
  private static final int LEAST = 1_000;

  /** So many reports warm each size's functions up. */
  private static final int WARM_REPORTS = 20_000;

  /** As many hours are measured together. */
  private static final int MEASURED_REPORTS = 10_000;

  private GrowthFigure() {}

  static void measure(Benchmark benchmark) {
    System.out.println(
        "| organizations | capture | publish | report | record | all | Scheduler | Reporter |"
            + " Recorder | Verifier | database |");
    System.out.println("|---|---|---|---|---|---|---|---|---|---|---|");
    for (int n = LEAST; n <= Option.ORGANIZATIONS.number(); n *= 10) {
      measure(benchmark, n);
    }
  }

  private static void measure(Benchmark benchmark, int organizations) {
    try (Deployment all =
        new Deployment(
            benchmark, organizations, FIRST, Map.of("STRIPE_CALLS_PER_SECOND", "10000"))) {
      all.stripe.latency(LATENCY);
      int warming = Math.max(1, WARM_REPORTS / organizations);
      for (int i = 0; i < warming; i++) {
        all.hour(FIRST.plusHours(i));
      }
      int hours = Math.max(1, MEASURED_REPORTS / organizations);
      Usage before = Usage.of(all);
      Deployment.Stages sum = new Deployment.Stages(0, 0, 0, 0);
      for (int i = 0; i < hours; i++) {
        sum = sum.plus(all.hour(FIRST.plusHours(warming + i)));
      }
      Usage used = Usage.of(all).minus(before);
      print(benchmark, organizations, 1e3 / organizations / hours, sum, used);
    }
  }

  /** All in milliseconds an organization and hour. */
  private static void print(
      Benchmark benchmark, int organizations, double each, Deployment.Stages stages, Usage used) {
    StringBuilder row = new StringBuilder("| %,d |".formatted(organizations));
    for (String stage : Deployment.Stages.NAMES) {
      row.append(" %.3f |".formatted(stages.seconds(stage) * each));
      benchmark.figures.absolute(
          "growth." + organizations + "." + stage,
          stages.seconds(stage) * each,
          "ms",
          Figures.Better.LOWER);
    }
    row.append(" %.3f |".formatted(stages.all() * each));
    for (String function : new String[] {"Scheduler", "Reporter", "Recorder", "Verifier"}) {
      row.append(" %.3f |".formatted(used.functions().getOrDefault(function, 0.0) * each));
    }
    row.append(" %.3f |".formatted(used.database() * each));
    System.out.println(row);
    benchmark.figures.absolute(
        "growth." + organizations + ".cpu", used.product() * each, "ms", Figures.Better.LOWER);
  }
}
