package io.sensormeter.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.sensormeter.simulation.SimulatedRun.Result;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.TimeZone;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Sequences of faults that nobody thought of: see docs/simulation.md. */
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

  @Test
  void everyReadingIsBilledOnceOrTold() {
    Coverage coverage = new Coverage();
    Stream.concat(
            LongStream.rangeClosed(2, 4).mapToObj(seed -> Scenario.of(seed, DAYS, MANY_PERCENT)),
            LongStream.rangeClosed(1, 2).mapToObj(seed -> Scenario.sleeping(seed, FAULTS_PERCENT)))
        .map(simulator::play)
        .forEach(
            result -> {
              assertThat(result.violations())
                  .as(result.scenario() + "\n" + String.join("\n", result.story()))
                  .isEmpty();
              coverage.add(result);
            });
    OUT.print(coverage.table());

    assertThat(coverage.rarerThan(1)).isEmpty();
  }

  /** Released while a later hour's copy could still be sent, whose report had been refused. */
  @Test
  void noEarlierHourOfALastMeterLeavesBesideARefusedLaterOne() {
    Result result = simulator.play(Scenario.of(1, 2, 15));

    assertThat(result.violations()).as(String.join("\n", result.story())).isEmpty();
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
