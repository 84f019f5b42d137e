package io.sensormeter.operator;

import io.sensormeter.config.SchedulerSettings;
import io.sensormeter.database.ReadOnly;
import io.sensormeter.inspection.Terms;
import io.sensormeter.lambda.Time;
import io.sensormeter.ledger.Acknowledgements;
import io.sensormeter.ledger.Captures;
import io.sensormeter.ledger.Corrections;
import io.sensormeter.ledger.Journal;
import io.sensormeter.ledger.Pruning;
import io.sensormeter.ledger.Releases;
import io.sensormeter.ledger.Retries;
import io.sensormeter.ledger.Stacks;
import io.sensormeter.meter.Hour;
import io.sensormeter.tick.Asker;
import io.sensormeter.tick.Publisher;

/** What the commands are carried out with. */
public record Tools(
    SchedulerSettings settings,
    Captures captures,
    Releases releases,
    Retries retries,
    Corrections corrections,
    Acknowledgements acknowledgements,
    Pruning pruning,
    Stacks stacks,
    Journal journal,
    Publisher publisher,
    Asker asker,
    ReadOnly reads,
    Time time) {

  Hour currentHour() {
    return Hour.floor(time.now());
  }

  /** For a look at the ledger. */
  Terms terms() {
    return new Terms(
        reads,
        time.now(),
        settings.verifyEveryHours(),
        settings.billFrom(),
        settings.shippedSource());
  }

  /** The ledger's stack, if it is this one. */
  Stacks.Stack stack(boolean dryRun) {
    return dryRun ? stacks.look(reads) : stacks.enter(time.now());
  }

  /** Whoever changes what is billed says who it is. */
  String requireBy(Command command) {
    if (command.writes() && command.by().isEmpty()) {
      throw new IllegalArgumentException(
          "say who does it, for the journal: add \"by\": \"<who>\"; nothing was done");
    }
    return command.by().orElse("");
  }

  /** Why what a person has settled is left alone. */
  static String acknowledged(String byAndNote) {
    return "it was acknowledged by %s; if it is not billed by other means, add \"acknowledged\": true"
        .formatted(byAndNote);
  }

  /**
   * That {@code from} may be billed.
   *
   * @throws IllegalArgumentException if nothing is billed, or it lies before the first hour billed
   *     and nobody says that it may
   */
  void requireBilled(Command command, Hour from, boolean beforeBillFrom) {
    String name = CommandReader.name(command.getClass());
    if (settings.billFrom().isEmpty()) {
      throw new IllegalArgumentException(
          "%s bills, but BILL_FROM is blank and nothing is ever sent; set BILL_FROM first; nothing was done"
              .formatted(name));
    }
    Hour liveFrom =
        stack(!command.writes())
            .liveFrom()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "nothing was ever billed, so that nothing can have been left out: once"
                            + " BILL_FROM has come, the next tick goes live; nothing was done"));
    if (from.isBefore(liveFrom) && !beforeBillFrom) {
      throw new IllegalArgumentException(
          "%s from %s lies before %s, the first hour billed; if another system has not billed it, add \"beforeBillFrom\": true; nothing was done"
              .formatted(name, from, liveFrom));
    }
  }
}
