package io.sensormeter.tick;

import io.sensormeter.ledger.Exceptions;
import io.sensormeter.ledger.GivingUp.GivenUp;
import io.sensormeter.meter.Hour;
import io.sensormeter.tick.Gauges.Measured;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What a tick emits, for the tests of the template. */
public final class TickMetrics {

  private TickMetrics() {}

  public static Set<String> names() {
    Instant now = Instant.parse("2026-11-22T14:00:03Z");
    Measured measured =
        new Measured(
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Map.of(),
            new Exceptions.Shown(0, 0, 0, 0, 0, 0, 0, 0),
            0,
            0,
            false,
            Optional.empty(),
            Optional.empty(),
            List.of());
    TickSummary summary =
        new TickSummary(
            new TickSummary.Done(
                Hour.floor(now),
                false,
                List.of(),
                List.of(),
                0,
                0,
                0,
                new GivenUp(0, 0),
                List.of()),
            measured,
            Optional.of(0L));
    return summary.metrics(now).keySet();
  }
}
