package io.sensormeter.simulation;

import io.sensormeter.local.postgres.LocalPostgres;
import io.sensormeter.simulation.SimulatedRun.Result;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/** Plays scenarios one after another, each in a world of its own, on one database. */
final class Simulator implements AutoCloseable {
  // Each statement has the same plan in every run: without statistics, without what a server comes
  // to know of a statement, and for reports that are looked up, as if there were many.
  private static final Map<String, String> SERVER =
      Map.of(
          "autovacuum", "off",
          "jit", "off",
          "plan_cache_mode", "force_generic_plan",
          "enable_hashjoin", "off",
          "enable_mergejoin", "off",
          "random_page_cost", "1",
          "max_parallel_workers_per_gather", "0");

  private final LocalPostgres postgres = LocalPostgres.start(SERVER);
  private final SimulationDatabase database = new SimulationDatabase(postgres.newDatabase());
  private final String attempts = System.getProperty("aws.maxAttempts", "");

  Simulator() {
    // The client's own retries would wait for real.
    System.setProperty("aws.maxAttempts", "1");
    database.arrange();
    try (SimulatedRun run = new SimulatedRun(Scenario.of(0, 0, 0), database, _ -> {})) {
      run.migrate();
    }
    database.listen();
  }

  Result play(Scenario scenario) {
    return play(scenario, _ -> {});
  }

  /**
   * Plays.
   *
   * @param listener hears each line of the log
   */
  Result play(Scenario scenario, Consumer<String> listener) {
    database.empty();
    try (SimulatedRun run = new SimulatedRun(scenario, database, listener)) {
      return run.play();
    }
  }

  /** The shortest failing prefix of the faults that is found, and of it the fewest kinds. */
  Result shrink(Result failed) {
    // What went wrong amid the world would have gone wrong by then: its rest need not be played.
    Scenario scenario =
        failed.atEnd()
            ? failed.scenario()
            : failed.scenario().until(failed.violations().getFirst().at().plusSeconds(7200));
    Result shortest = failed;
    int passes = 0;
    int fails = failed.struck();
    while (fails - passes > 1) {
      int middle = (passes + fails) / 2;
      Result tried = play(scenario.atMost(middle));
      if (tried.failed()) {
        shortest = tried;
        fails = Math.min(middle, tried.struck());
      } else {
        passes = middle;
      }
    }
    for (FaultKind kind : List.copyOf(shortest.faults().keySet())) {
      Set<FaultKind> without = EnumSet.of(kind);
      without.addAll(shortest.scenario().without());
      Result tried = play(shortest.scenario().until(scenario.stop()).without(without));
      if (tried.failed()) {
        shortest = tried;
      }
    }
    return shortest;
  }

  @Override
  public void close() {
    if (attempts.isEmpty()) {
      System.clearProperty("aws.maxAttempts");
    } else {
      System.setProperty("aws.maxAttempts", attempts);
    }
    database.close();
    postgres.close();
  }
}
