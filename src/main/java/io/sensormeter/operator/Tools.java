package io.sensormeter.operator;

import io.sensormeter.config.SchedulerSettings;
import io.sensormeter.database.ReadOnly;
import io.sensormeter.lambda.Time;
import io.sensormeter.ledger.Captures;
import io.sensormeter.ledger.Journal;
import io.sensormeter.ledger.Releases;
import io.sensormeter.ledger.Stacks;
import io.sensormeter.meter.Hour;
import io.sensormeter.tick.Publisher;

/** What the commands are carried out with. */
public record Tools(
    SchedulerSettings settings,
    Captures captures,
    Releases releases,
    Stacks stacks,
    Journal journal,
    Publisher publisher,
    ReadOnly reads,
    Time time) {

  Hour currentHour() {
    return Hour.floor(time.now());
  }

  /** The ledger's stack, if it is this one. */
  Stacks.Stack stack(boolean dryRun) {
    return dryRun ? stacks.look(reads) : stacks.enter(time.now());
  }
}
