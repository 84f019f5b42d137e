package io.sensormeter.simulation;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Random;

/**
 * Chance: whether a fault strikes. Each kind has a chance of its own, so that one that is cut does
 * not move the others.
 */
final class Chaos {
  private final Scenario scenario;
  private final Story story;
  private final Map<FaultKind, Random> chances = new EnumMap<>(FaultKind.class);
  private final Map<FaultKind, Integer> counts = new EnumMap<>(FaultKind.class);
  private int struck;
  private boolean quiet;

  Chaos(Scenario scenario, Story story) {
    this.scenario = scenario;
    this.story = story;
    for (FaultKind kind : FaultKind.values()) {
      chances.put(kind, new Random(scenario.seed() * 1_000_003 + kind.name().hashCode()));
    }
  }

  /** From now on nothing strikes any more. */
  void end() {
    quiet = true;
  }

  boolean isQuiet() {
    return quiet;
  }

  /**
   * Whether the fault strikes now.
   *
   * @param weight how likely it is at one fault in a hundred, 1 = just so
   */
  boolean strikes(FaultKind kind, double weight) {
    boolean hit = of(kind).nextDouble() * 100 < weight * scenario.faultsPercent();
    if (!hit || quiet || struck >= scenario.faultsMost() || scenario.without().contains(kind)) {
      return false;
    }
    struck++;
    counts.merge(kind, 1, Integer::sum);
    story.line("fault " + struck + " " + kind);
    return true;
  }

  /** The chance that belongs to a kind: for what its fault looks like. */
  Random of(FaultKind kind) {
    return java.util.Objects.requireNonNull(chances.get(kind));
  }

  Duration between(FaultKind kind, Duration least, Duration most) {
    return least.plusSeconds(of(kind).nextLong(most.minus(least).toSeconds() + 1));
  }

  Map<FaultKind, Integer> counts() {
    return counts;
  }

  int struck() {
    return struck;
  }
}
