package io.sensormeter.ledger;

import io.sensormeter.local.Pipeline;
import io.sensormeter.local.Services;
import io.sensormeter.local.SettableClock;
import io.sensormeter.local.postgres.LocalDatabase;
import io.sensormeter.local.stripe.FakeStripe;
import io.sensormeter.meter.Hour;
import java.util.Map;

/** Ledgers as SchedulerFunction leaves them. */
final class Ledgers {
  private Ledgers() {}

  /** Migrated, and captured by one tick in shadow. */
  static void tick(LocalDatabase database, Hour hour, Map<String, String> settings) {
    SettableClock clock = new SettableClock(hour.start());
    try (FakeStripe stripe = FakeStripe.start(clock);
        Pipeline pipeline =
            new Pipeline(database, Services.sqs(), Services.secrets(), stripe, clock, settings)) {
      pipeline.invoke(pipeline.newScheduler(), "{\"command\":\"tick\"}");
    }
  }
}
