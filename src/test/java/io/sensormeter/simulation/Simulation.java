package io.sensormeter.simulation;

import io.sensormeter.local.Option;
import io.sensormeter.simulation.SimulatedRun.Result;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * {@code mvn -q -Psimulate}: worlds until a minute is over; with {@code -Dseed} one, line by line;
 * with {@code -Dseeds} so many. Ends with 1 if something is wrong.
 */
final class Simulation {
  private static final long MINUTE = 60_000_000_000L;
  private static final Pattern FAULT = Pattern.compile("Z fault \\d+ ");

  private final Simulator simulator;
  private final Coverage coverage = new Coverage();
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
              ? simulation.one(scenario(seed, days, percent))
              : simulation.many(days, percent) && simulation.covered(Option.LEAST.number());
    }
    System.exit(passed ? 0 : 1);
  }

  private static Scenario scenario(int seed, int days, int percent) {
    return Boolean.parseBoolean(Option.SLEEPS.text())
        ? Scenario.sleeping(seed, percent)
        : Scenario.of(seed, days, percent);
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
    boolean passed = true;
    for (int seed = first; passed && (most > 0 ? seed < first + most : isTime()); seed++) {
      passed = worlds(scenario(seed, days, percent)).allMatch(this::passes);
    }
    figures();
    return passed;
  }

  /**
   * What is said after a month of silence comes rarely: in a world that sleeps it is all there is.
   */
  private static Stream<Scenario> worlds(Scenario scenario) {
    int percent = scenario.faultsPercent();
    return scenario.isLong()
        ? Stream.of(
            scenario,
            Scenario.sleeping(scenario.seed() * 2 - 1, percent),
            Scenario.sleeping(scenario.seed() * 2, percent))
        : Stream.of(scenario);
  }

  private boolean passes(Scenario scenario) {
    Result result = simulator.play(scenario);
    add(result);
    tell(result);
    if (result.failed() && Boolean.parseBoolean(System.getProperty("shrink", "true"))) {
      System.out.println("shrunk:");
      Result shrunk = simulator.shrink(result);
      tell(shrunk);
      simulator.play(shrunk.scenario(), Simulation::tellFault);
    }
    return !result.failed();
  }

  private boolean isTime() {
    return System.nanoTime() - beganNanos < MINUTE;
  }

  private void add(Result result) {
    seeds++;
    days += result.days();
    events += result.events();
    coverage.add(result);
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
      out.accept(
          "  again, to the log line: mvn -q -Psimulate -Dseed=%d -Ddays=%d -Dfaults=%d%s"
              .formatted(
                  scenario.seed(),
                  scenario.days(),
                  scenario.faultsPercent(),
                  scenario.sleeps() ? " -Dsleeps" : ""));
      out.accept("  faults: " + result.faults());
      result.story().forEach(line -> out.accept("  " + line));
    }
  }

  private static void tellFault(String line) {
    if (FAULT.matcher(line).find()) {
      System.out.println("  " + line);
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
    System.out.print(coverage.table());
    coverage
        .rarerThan(least)
        .forEach((what, count) -> System.out.printf("fewer than %d: %s%n", least, what));
    return coverage.rarerThan(least).isEmpty();
  }
}
