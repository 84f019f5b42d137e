package io.sensormeter.simulation;

import java.time.Instant;
import java.util.Set;

/**
 * Everything that a run follows from.
 *
 * @param seed of all chance
 * @param days in which faults strike; quiet ones follow, in which all must settle
 * @param faultsPercent how often they strike, 0 to 100
 * @param faultsMost how many strike at most: what comes after does not
 * @param without kinds that never strike
 * @param stop when nothing more is looked at; what is judged at the world's end is not, before that
 * @param sleeps whether nobody runs anything for a month
 */
record Scenario(
    long seed,
    int days,
    int faultsPercent,
    int faultsMost,
    Set<FaultKind> without,
    Instant stop,
    boolean sleeps) {

  static Scenario of(long seed, int days, int faultsPercent) {
    return new Scenario(seed, days, faultsPercent, Integer.MAX_VALUE, Set.of(), Instant.MAX, false);
  }

  /** Nobody runs anything for a month, see {@link LongSleep}. */
  static Scenario sleeping(long seed, int faultsPercent) {
    return new Scenario(
        seed, LongSleep.DAYS, faultsPercent, Integer.MAX_VALUE, Set.of(), Instant.MAX, true);
  }

  /** Long enough that a customer may not be answered for 35 days. */
  boolean isLong() {
    return days >= 40;
  }

  Scenario atMost(int faults) {
    return new Scenario(seed, days, faultsPercent, faults, without, stop, sleeps);
  }

  Scenario without(Set<FaultKind> kinds) {
    return new Scenario(seed, days, faultsPercent, faultsMost, kinds, stop, sleeps);
  }

  Scenario until(Instant instant) {
    return new Scenario(seed, days, faultsPercent, faultsMost, without, instant, sleeps);
  }
}
