package io.sensormeter.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.sensormeter.simulation.SimulatedRun.Result;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.TimeZone;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sequences of faults that nobody thought of: see docs/simulation.md. */
final class SimulationIT {
  private static final int DAYS = 3;
  private static final int FAULTS_PERCENT = 5;

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

  @ParameterizedTest
  @ValueSource(longs = {13, 15, 16})
  void everyReadingIsBilledOnceOrTold(long seed) {
    Result result = simulator.play(Scenario.of(seed, DAYS, FAULTS_PERCENT));

    assertThat(result.violations()).as(String.join("\n", result.story())).isEmpty();
    assertThat(result.faults()).hasSizeGreaterThan(20);
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
