package io.sensormeter.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.sensormeter.simulation.SimulatedRun.Result;
import io.sensormeter.simulation.oracle.Diagram;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.TimeZone;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/** Sequences of faults that nobody thought of: see docs/simulation.md. It reads the whole log. */
@Isolated
final class SimulationIT {
  private static final int DAYS = 2;
  private static final int FAULTS_PERCENT = 5;
  private static final int MANY_PERCENT = 12;

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

  /**
   * World 1 released an hour of a last meter while a later hour's copy could still be sent, whose
   * report had been refused. World 4 mended a mistyped customer to one that another had meanwhile.
   */
  @Test
  void everyReadingIsBilledOnceOrTold() {
    Coverage coverage = new Coverage();
    Stream.of(
            Scenario.of(1, DAYS, 15),
            Scenario.of(2, DAYS, MANY_PERCENT),
            Scenario.of(4, DAYS, MANY_PERCENT),
            Scenario.sleeping(1, FAULTS_PERCENT))
        .map(simulator::play)
        .forEach(
            result -> {
              assertThat(result.violations())
                  .as(result.scenario() + "\n" + String.join("\n", result.story()))
                  .isEmpty();
              coverage.add(result);
            });
    OUT.print(coverage.table());

    assertThat(coverage.rarerThan(1).keySet()).isSubsetOf(Diagram.RARE);
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
