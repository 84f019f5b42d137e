package io.sensormeter.check;

import io.sensormeter.config.SchedulerSettings;
import io.sensormeter.database.ReadOnly;
import io.sensormeter.ledger.Stacks;
import io.sensormeter.meter.Hour;
import java.util.Optional;

/** Whose the ledger is. */
record StackProbe(SchedulerSettings settings, ReadOnly reads) {

  private static final String ITEM = "stack";

  Finding owner() {
    if (!known()) {
      return Finding.good(
          ITEM,
          "the first tick makes %s the ledger's owner, in Stripe's %s mode for good"
              .formatted(settings.stack(), settings.stripeMode().label()));
    }
    try {
      Stacks.Stack stack = Stacks.look(reads, settings.stack(), settings.stripeMode());
      return Finding.good(
          ITEM,
          "the ledger is %s's, in Stripe's %s mode%s"
              .formatted(
                  stack.owner(),
                  stack.mode(),
                  stack.liveFrom().map(first -> "; live from " + first).orElse("; not yet live")));
    } catch (IllegalStateException e) {
      return Finding.bad(ITEM, String.valueOf(e.getMessage()));
    }
  }

  /** The first hour owed; empty before anything was billed. */
  Optional<Hour> liveFrom() {
    return known()
        ? reads
            .one(
                "looking since when the ledger is live",
                row -> Optional.ofNullable(row.hourOrNull("live_from")),
                "select live_from from metering.stack")
            .flatMap(first -> first)
        : Optional.empty();
  }

  private boolean known() {
    return reads
        .one(
            "looking for the ledger's stack",
            row -> row.flag("made"),
            "select to_regclass('metering.stack') is not null as made")
        .orElseThrow();
  }
}
