package io.sensormeter.ledger;

import io.sensormeter.database.Transaction;
import io.sensormeter.meter.CalendarMonth;
import java.time.Instant;

/**
 * Of which months a tick has told that they are complete: noted beside the hour after their last.
 */
public final class CompleteMonths {

  private CompleteMonths() {}

  /** Whether a tick has told so, or the hour after the month is not captured yet. */
  public static boolean isTold(Transaction transaction, CalendarMonth month) {
    return transaction
        .one(
            row -> row.flag("told"),
            "select month_complete_at is not null as told from metering.tick where hour = ?",
            month.end())
        .orElse(true);
  }

  /** Notes that a tick tells so; false if another has meanwhile. */
  public static boolean tell(Transaction transaction, CalendarMonth month, Instant now) {
    return transaction.update(
            "update metering.tick set month_complete_at = ? where hour = ? and month_complete_at is"
                + " null",
            now,
            month.end())
        == 1;
  }
}
