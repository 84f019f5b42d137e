package io.sensormeter.tick;

import io.sensormeter.meter.Hour;
import java.util.Optional;

/**
 * Which hours a tick answers for.
 *
 * @param first the oldest hour that is captured if it has no tick row
 * @param last the tick's hour
 * @param shadow nothing of these hours is ever sent
 * @param skipFrom from here to before {@code first}, hours without a tick row are too old: skipped;
 *     empty if there are none
 */
record OwedHours(Hour first, Hour last, boolean shadow, Optional<Hour> skipFrom) {

  /**
   * From max({@code billFrom}, now − {@code catchUpHours}) to the tick; before {@code billFrom}, or
   * without one, only the tick's hour, in shadow.
   */
  static OwedHours of(Hour tick, Hour now, Optional<Hour> billFrom, int catchUpHours) {
    if (billFrom.isEmpty() || tick.isBefore(billFrom.get())) {
      return new OwedHours(tick, tick, true, Optional.empty());
    }
    Hour oldest = now.minusHours(catchUpHours);
    if (!billFrom.get().isBefore(oldest)) {
      return new OwedHours(billFrom.get(), tick, false, Optional.empty());
    }
    return new OwedHours(oldest, tick, false, billFrom);
  }
}
