package io.sensormeter.operator;

import io.sensormeter.config.SchedulerSettings;
import io.sensormeter.ledger.Inspection;
import io.sensormeter.ledger.Inspection.Schema;
import io.sensormeter.ledger.Inspection.Ticks;
import io.sensormeter.meter.Hour;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Which hours are owed now, and which will stay unbilled. */
final class HourProbe {

  private static final String ITEM = "hours";

  private final SchedulerSettings settings;
  private final Hour now;

  HourProbe(SchedulerSettings settings, Hour now) {
    this.settings = settings;
    this.now = now;
  }

  Finding hours(Inspection inspection) {
    if (settings.billFrom().isEmpty() || now.isBefore(settings.billFrom().get())) {
      return Finding.good(ITEM, "none is owed: each tick captures its own hour, in shadow");
    }
    Hour from = settings.billFrom().get();
    Hour first = later(from, now.minusHours(settings.catchUpHours()));
    boolean ledger = inspection.schema().map(Schema::ledger).orElse(false);
    Ticks owed = ticks(inspection, ledger, first);
    Ticks all = ticks(inspection, ledger, from);
    List<String> unbilled = new ArrayList<>();
    if (all.shadow() > 0) {
      unbilled.add(
          "%,d hour(s) since BILL_FROM were captured in shadow, before it was set"
              .formatted(all.shadow()));
    }
    if (all.skipped() > 0) {
      unbilled.add("%,d were skipped as too old".formatted(all.skipped()));
    }
    if (all.owed() > owed.owed()) {
      unbilled.add(
          "%,d are older than CATCH_UP_HOURS=%d and will be skipped"
              .formatted(all.owed() - owed.owed(), settings.catchUpHours()));
    }
    String says = says(owed);
    return unbilled.isEmpty()
        ? Finding.good(ITEM, says)
        : Finding.warning(
            ITEM,
            says
                + ". These stay unbilled: "
                + String.join("; ", unbilled)
                + ". Bill shadow hours by an invoice item, or set BILL_FROM after them; a skipped"
                + " hour can be captured by backfill");
  }

  private String says(Ticks owed) {
    return owed.oldestOwed()
        .map(
            oldest ->
                "%,d hour(s) are owed, the oldest %s: the next tick captures and bills them%s"
                    .formatted(
                        owed.owed(),
                        oldest,
                        oldest.isBefore(now)
                            ? ", past ones from the present state of the application (estimated)"
                            : ""))
        .orElse("none is owed: every hour has been captured");
  }

  /** Without a ledger every hour is owed. */
  private Ticks ticks(Inspection inspection, boolean ledger, Hour first) {
    return ledger
        ? inspection.ticks(first, now)
        : new Ticks(first.hoursUntil(now) + 1, Optional.of(first), 0, 0);
  }

  private static Hour later(Hour one, Hour other) {
    return one.isBefore(other) ? other : one;
  }
}
