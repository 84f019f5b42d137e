package io.sensormeter.ledger;

import io.sensormeter.database.Database;
import io.sensormeter.database.ReadOnly;
import io.sensormeter.database.Transaction;
import io.sensormeter.meter.Hour;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The tick rows: which hours were captured as a whole, and which are owed. */
public final class Ticks {

  private final Database database;

  public Ticks(Database database) {
    this.database = database;
  }

  /**
   * The hours from {@code first} to {@code last}, both included, that have no tick row, newest
   * first.
   */
  public static List<Hour> owed(ReadOnly reads, Hour first, Hour last) {
    return without(reads, "", first, last);
  }

  /** As {@link #owed}, and the skipped ones: what a person may backfill. */
  public static List<Hour> uncaptured(ReadOnly reads, Hour first, Hour last) {
    return without(reads, " and tick.status <> 'skipped'", first, last);
  }

  private static List<Hour> without(ReadOnly reads, String condition, Hour first, Hour last) {
    return reads.list(
        "looking for owed hours",
        row -> row.hour("hour"),
        """
        select hour
        from generate_series(?::timestamptz, ?::timestamptz, interval '1 hour') as owed(hour)
        where not exists (
          select from metering.tick where tick.hour = owed.hour%s)
        order by hour desc
        """
            .formatted(condition),
        first,
        last);
  }

  /**
   * Gives each hour of the range that has no tick row one that says {@code skipped}: too old to be
   * captured by itself. A person may still {@code backfill} it.
   *
   * @param run the invocation that gives up
   * @return the hours newly skipped
   */
  public List<Hour> skip(Hour first, Hour lastExclusive, Instant now, String run) {
    return database.list(
        "skipping hours out of range",
        row -> row.hour("hour"),
        """
        insert into metering.tick (hour, status, captured_at, captured_by)
        select hour, 'skipped', ?, ?
        from generate_series(?::timestamptz, ?::timestamptz - interval '1 hour',
                             interval '1 hour') as owed(hour)
        on conflict (hour) do nothing
        returning hour
        """,
        now,
        run,
        first,
        lastExclusive);
  }

  /**
   * What the capture of an hour as a whole gave, by meter.
   *
   * @param sendBefore the latest expiry of its copies; null if none is to leave now
   */
  static void note(Transaction transaction, Captured captured, @Nullable Instant sendBefore) {
    transaction.update(
        "update metering.tick set reports = ?, rejected = ?, total = ?, send_before = ? where hour"
            + " = ?",
        captured.reports(),
        captured.rejected(),
        captured.total(),
        sendBefore,
        captured.hour());
    for (Captured.OfMeter meter : captured.meters()) {
      transaction.update(
          """
          insert into metering.tick_meter (hour, meter, status, reports, rejected, total)
          values (?, ?, ?, ?, ?, ?)
          """,
          captured.hour(),
          meter.meter(),
          meter.billed() ? "captured" : "shadow",
          meter.reports(),
          meter.rejected(),
          meter.total());
    }
  }
}
