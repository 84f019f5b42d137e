package io.sensormeter.queue;

import io.sensormeter.meter.MeterRefusal;
import io.sensormeter.meter.Outcome;
import java.util.List;

/**
 * What a batch of the reporter came to, as it travels to the ledger.
 *
 * @param outcomes at most one of each report
 * @param refusedMeters at most one of each meter
 */
public record OutcomeMessage(List<Outcome> outcomes, List<MeterRefusal> refusedMeters) {

  /** Whether it says nothing. */
  boolean isEmpty() {
    return outcomes.isEmpty() && refusedMeters.isEmpty();
  }
}
