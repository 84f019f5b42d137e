package io.sensormeter.operator;

import io.sensormeter.config.SchedulerSettings;
import io.sensormeter.database.ReadOnly;
import io.sensormeter.lambda.Time;
import io.sensormeter.ledger.Captures;
import io.sensormeter.meter.Hour;
import io.sensormeter.tick.Publisher;

/** What the commands are carried out with. */
public record Tools(
    SchedulerSettings settings, Captures captures, Publisher publisher, ReadOnly reads, Time time) {

  Hour currentHour() {
    return Hour.floor(time.now());
  }
}
