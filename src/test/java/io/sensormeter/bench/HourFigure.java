package io.sensormeter.bench;

import io.sensormeter.local.Option;
import io.sensormeter.meter.Hour;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Whole hours, from the tick to the last outcome recorded, at 50 ms of Stripe's latency and a pace
 * above what is possible: five in a row, of which the last three count.
 */
final class HourFigure {
  private static final Hour FIRST = Hour.parse("2026-11-22T00Z");
  private static final Duration LATENCY = Duration.ofMillis(50);
  private static final int HOURS = 5;
  private static final int COUNTED = 3;

  private HourFigure() {}

  static void measure(Benchmark benchmark) {
    int organizations = Option.ORGANIZATIONS.number();
    try (Deployment all =
        new Deployment(
            benchmark, organizations, FIRST, Map.of("STRIPE_CALLS_PER_SECOND", "10000"))) {
      all.stripe.latency(LATENCY);
      List<Deployment.Stages> hours = new ArrayList<>();
      Usage started = Usage.of(all);
      Usage start = started;
      for (int i = 0; i < HOURS; i++) {
        if (i == HOURS - COUNTED) {
          start = Usage.of(all);
        }
        hours.add(all.hour(FIRST.plusHours(i)));
      }
      Usage counted = Usage.of(all).minus(start);
      print(benchmark, organizations, hours, counted);
      System.out.printf(
          "hour      processor time of the starts: %s; of the first %d hours: %s%n",
          started.productText(1, "s"), HOURS - COUNTED, start.minus(started).productText(1, "s"));
    }
  }

  private static void print(
      Benchmark benchmark, int organizations, List<Deployment.Stages> hours, Usage counted) {
    System.out.printf(
        "hour      %,d organizations at %d ms: hours 1 to %d at %s reports/s%n",
        organizations,
        LATENCY.toMillis(),
        HOURS,
        String.join(", ", hours.stream().map(h -> Pairs.number(organizations / h.all())).toList()));
    List<Deployment.Stages> last = hours.subList(HOURS - COUNTED, HOURS);
    double rate =
        organizations / Pairs.median(last.stream().mapToDouble(Deployment.Stages::all).toArray());
    benchmark.figures.absolute("hour.rate", rate, "reports/s", Figures.Better.HIGHER);
    for (String stage : Deployment.Stages.NAMES) {
      double seconds =
          Pairs.median(last.stream().mapToDouble(hour -> hour.seconds(stage)).toArray());
      System.out.printf("hour      %s %s s%n", stage, Pairs.number(seconds));
      benchmark.figures.absolute("hour." + stage, seconds, "s", Figures.Better.LOWER);
    }
    double reports = (double) organizations * COUNTED;
    System.out.printf(
        "hour      %s reports/s; processor time an organization: %s%n",
        Pairs.number(rate), counted.text(1e3 / reports, "ms"));
    benchmark.figures.absolute(
        "hour.cpu", counted.product() * 1e3 / reports, "ms", Figures.Better.LOWER);
    counted
        .functions()
        .forEach(
            (function, seconds) ->
                benchmark.figures.absolute(
                    "hour.cpu." + function, seconds * 1e3 / reports, "ms", Figures.Better.LOWER));
  }
}
