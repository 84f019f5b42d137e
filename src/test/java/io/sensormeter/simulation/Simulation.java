package io.sensormeter.simulation;

import io.sensormeter.local.Option;
import io.sensormeter.simulation.SimulatedRun.Result;
import io.sensormeter.simulation.oracle.Diagram;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * {@code mvn -q -Psimulate}: worlds until a minute is over; with {@code -Dseed} one, line by line;
 * with {@code -Dseeds} so many. Ends with 1 if something is wrong.
 */
final class Simulation {
  private static final long MINUTE = 60_000_000_000L;

  private final Simulator simulator;
  private final Map<FaultKind, Integer> faults = new EnumMap<>(FaultKind.class);
  private final Map<String, Integer> arrows = new TreeMap<>();
  private final long beganNanos = System.nanoTime();
  private int seeds;
  private double days;
  private long events;

  private Simulation(Simulator simulator) {
    this.simulator = simulator;
  }

  public static void main(String[] arguments) {
    int seed = Option.SEED.number();
    int days = Option.DAYS.number();
    int percent = Option.FAULTS.number();
    boolean passed;
    try (Simulator simulator = new Simulator()) {
      Simulation simulation = new Simulation(simulator);
      passed =
          seed > 0
              ? simulation.one(Scenario.of(seed, days, percent))
              : simulation.many(days, percent) && simulation.covered(Option.LEAST.number());
    }
    System.exit(passed ? 0 : 1);
  }

  private boolean one(Scenario scenario) {
    Result result = simulator.play(scenario, System.out::println);
    add(result);
    tell(result);
    figures();
    return !result.failed();
  }

  private boolean many(int days, int percent) {
    int first = Option.FIRST.number();
    int most = Option.SEEDS.number();
    for (int seed = first; most > 0 ? seed < first + most : isTime(); seed++) {
      Result result = simulator.play(Scenario.of(seed, days, percent));
      add(result);
      tell(result);
      if (result.failed()) {
        if (Boolean.parseBoolean(System.getProperty("shrink", "true"))) {
          System.out.println("shrunk:");
          tell(simulator.shrink(result));
        }
        figures();
        return false;
      }
    }
    figures();
    return true;
  }

  private boolean isTime() {
    return System.nanoTime() - beganNanos < MINUTE;
  }

  private void add(Result result) {
    seeds++;
    days += result.days();
    events += result.events();
    result.faults().forEach((kind, count) -> faults.merge(kind, count, Integer::sum));
    result.arrows().forEach((arrow, count) -> arrows.merge(arrow, count, Integer::sum));
  }

  private static void tell(Result result) {
    Consumer<String> out = System.out::println;
    Scenario scenario = result.scenario();
    out.accept(
        "seed %d, %d days, %d %%: %s, %d faults, log %s"
            .formatted(
                scenario.seed(),
                scenario.days(),
                scenario.faultsPercent(),
                result.failed() ? "FAILED" : "passed",
                result.struck(),
                result.digest()));
    result.violations().stream().limit(3).forEach(each -> out.accept("  " + each));
    if (result.failed()) {
      out.accept("  faults: " + result.faults());
      result.story().forEach(line -> out.accept("  " + line));
    }
  }

  private void figures() {
    double seconds = (System.nanoTime() - beganNanos) / 1e9;
    System.out.printf(
        "%d seeds, %.1f simulated days, %d events in %.1f s: %.0f events a second, %.2f s a day%n",
        seeds, days, events, seconds, events / seconds, seconds / days);
  }

  /** Every fault kind and every arrow so often; prints how often. */
  private boolean covered(int least) {
    boolean covered = true;
    for (FaultKind kind : FaultKind.values()) {
      covered &= row(kind.toString(), faults.getOrDefault(kind, 0), least);
    }
    for (String arrow : Diagram.ARROWS.stream().sorted().toList()) {
      covered &= row(arrow, arrows.getOrDefault(arrow, 0), least);
    }
    return covered;
  }

  private static boolean row(String what, int count, int least) {
    System.out.printf("%6d  %s%s%n", count, what, count < least ? "  FEWER THAN " + least : "");
    return count >= least;
  }
}
