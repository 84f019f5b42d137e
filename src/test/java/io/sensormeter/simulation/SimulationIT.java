package io.sensormeter.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.sensormeter.simulation.SimulatedRun.Result;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.EnumMap;
import java.util.Map;
import java.util.TimeZone;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Sequences of faults that nobody thought of: see docs/simulation.md. */
final class SimulationIT {
  private static final int WORLDS = 8;
  private static final int DAYS = 2;
  private static final int FAULTS_PERCENT = 15;

  private static final PrintStream OUT = System.out;
  private static Simulator simulator;

  @BeforeAll
  static void start() {
    // A metric line for each invocation.
    System.setOut(new PrintStream(OutputStream.nullOutputStream()));
    simulator = new Simulator();
  }

  @AfterAll
  static void stop() {
    simulator.close();
    System.setOut(OUT);
  }

  @Test
  void everyReadingIsBilledOnceOrTold() {
    Map<FaultKind, Integer> faults = new EnumMap<>(FaultKind.class);
    IntStream.rangeClosed(1, WORLDS)
        .mapToObj(seed -> simulator.play(Scenario.of(seed, DAYS, FAULTS_PERCENT)))
        .forEach(
            result -> {
              assertThat(result.violations())
                  .as("seed %d%n%s", result.scenario().seed(), String.join("\n", result.story()))
                  .isEmpty();
              result.faults().forEach((kind, count) -> faults.merge(kind, count, Integer::sum));
            });
    assertThat(faults).as("every fault strikes somewhere").containsOnlyKeys(FaultKind.values());
  }

  @Test
  void sameSeedGivesTheSameLogInAnyTimeZone() {
    TimeZone before = TimeZone.getDefault();
    try {
      Result first = simulator.play(Scenario.of(4711, 1, FAULTS_PERCENT));
      TimeZone.setDefault(TimeZone.getTimeZone("America/Caracas"));
      Result second = simulator.play(Scenario.of(4711, 1, FAULTS_PERCENT));

      assertThat(second.lastLines()).isEqualTo(first.lastLines());
      assertThat(second.digest()).isEqualTo(first.digest());
    } finally {
      TimeZone.setDefault(before);
    }
  }
}
