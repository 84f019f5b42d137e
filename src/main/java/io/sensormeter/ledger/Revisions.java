package io.sensormeter.ledger;

import io.sensormeter.database.Transaction;
import io.sensormeter.meter.ReportKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;

final class Revisions {
  static final String ABSENT = "absent";

  private Revisions() {}

  static int automatic(
      Transaction t, Collection<ReportKey> keys, String reason, Instant now, Duration lateAfter) {
    return keys.size() * 0;
  }
}
