package io.sensormeter.simulation;

import java.util.Set;

/**
 * Everything that a run follows from.
 *
 * @param seed of all chance
 * @param days in which faults strike; quiet ones follow, in which all must settle
 * @param faultsPercent how often they strike, 0 to 100
 * @param faultsMost how many strike at most: what comes after does not
 * @param without kinds that never strike
 */
record Scenario(long seed, int days, int faultsPercent, int faultsMost, Set<FaultKind> without) {

  static Scenario of(long seed, int days, int faultsPercent) {
    return new Scenario(seed, days, faultsPercent, Integer.MAX_VALUE, Set.of());
  }

  Scenario atMost(int faults) {
    return new Scenario(seed, days, faultsPercent, faults, without);
  }

  Scenario without(Set<FaultKind> kinds) {
    return new Scenario(seed, days, faultsPercent, faultsMost, kinds);
  }
}
