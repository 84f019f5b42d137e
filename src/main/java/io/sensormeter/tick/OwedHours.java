package io.sensormeter.tick;

import io.sensormeter.config.SchedulerSettings;
import io.sensormeter.ledger.CaptureTerms;
import io.sensormeter.meter.Hour;
import java.util.Optional;

/**
 * Which hours a tick answers for.
 *
 * @param first the oldest hour that is captured if it has no tick row
 * @param last the tick's hour
 * @param skipFrom from here to before {@code first}, hours without a tick row are too old: skipped;
 *     empty if there are none
 */
record OwedHours(Hour first, Hour last, Optional<Hour> skipFrom) {

  /**
   * From max({@code liveFrom}, {@code now} − CATCH_UP_HOURS) to the tick, whatever BILL_FROM says
   * by now. Before anything was billed only the tick's hour; the first tick that bills answers for
   * the hours before it, too.
   *
   * @param liveFrom the first hour owed; empty = nothing was ever billed
   */
  static OwedHours of(Hour tick, Hour now, SchedulerSettings settings, Optional<Hour> liveFrom) {
    Optional<Hour> from =
        liveFrom.or(
            () ->
                settings.inShadow(tick)
                    ? Optional.empty()
                    : settings.billFrom().map(first -> CaptureTerms.goingLive(tick, first)));
    if (from.isEmpty() || tick.isBefore(from.get())) {
      return new OwedHours(tick, tick, Optional.empty());
    }
    Hour oldest =
        now.minusHours(Math.min(settings.catchUpHours(), SchedulerSettings.CAPTURE_HOURS_MAX));
    return from.get().isBefore(oldest)
        ? new OwedHours(oldest, tick, from)
        : new OwedHours(from.get(), tick, Optional.empty());
  }
}
