package io.sensormeter.ledger;

import io.sensormeter.database.Database;
import io.sensormeter.database.DatabaseException;
import io.sensormeter.database.ReadOnly;
import io.sensormeter.database.Row;
import io.sensormeter.database.SqlState;
import io.sensormeter.database.Transaction;
import io.sensormeter.meter.CalendarMonth;
import io.sensormeter.meter.Hour;
import java.time.Instant;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Old months leave the ledger, each as a whole: a partition is dropped, and no row is deleted. What
 * was captured of its hours, and how many reports went, stays.
 */
public final class Pruning {

  private static final Logger LOG = LoggerFactory.getLogger(Pruning.class);

  private final Database database;

  public Pruning(Database database) {
    this.database = database;
  }

  /**
   * A month in the ledger.
   *
   * @param bytes of its partition, indexes included
   */
  public record Held(CalendarMonth month, long bytes) {

    private static Held of(Row row) {
      return new Held(CalendarMonth.parse(row.text("month")), row.number("bytes"));
    }
  }

  /**
   * What keeps a month.
   *
   * @param what {@code owed} or {@code skipped} hours, or reports by their status; {@code
   *     unverified} = accepted, and Stripe was not seen to hold them
   * @param count hours or reports
   * @param since the hour of the first one's tick
   */
  public record Open(String what, long count, Hour since) {

    private static Open of(Row row) {
      return new Open(row.text("what"), row.number("count"), row.hour("since"));
    }
  }

  /** The months that have a partition, oldest first. */
  public static List<Held> held(ReadOnly reads) {
    return reads.list(
        "looking for the ledger's months",
        Held::of,
        """
        select replace(substr(part.relname, 14), '_', '-') as month,
          pg_total_relation_size(part.oid) as bytes
        from pg_inherits join pg_class as part on part.oid = pg_inherits.inhrelid
        where pg_inherits.inhparent = 'metering.meter_report'::regclass
          and part.relname ~ '^meter_report_[0-9]{4}_[0-9]{2}$'
        order by part.relname
        """);
  }

  /** How many reports a month holds, all revisions: as many as a copy of it has lines. */
  public static long reports(ReadOnly reads, CalendarMonth month) {
    return reads
        .one(
            "counting the reports of " + month,
            row -> row.number("reports"),
            "select count(*) as reports from metering." + Partitions.name(month))
        .orElseThrow();
  }

  /** What keeps a month; nothing, if every hour and report of it is settled. */
  public static List<Open> open(ReadOnly reads, CalendarMonth month, Instant now) {
    return reads.transaction("looking for what is open of " + month, t -> open(t, month, now));
  }

  /**
   * Ticks of the month that were not captured, and of its partition's reports those that are not
   * settled, by what they are. The hour that a flow's first tick of the month bills is of the month
   * before, and counts here.
   */
  private static List<Open> open(Transaction transaction, CalendarMonth month, Instant now) {
    return transaction.list(
        Open::of,
        """
        with argument as (
          select ?::timestamptz as first, ?::timestamptz as ends, ?::timestamptz as now)
        select coalesce(tick.status, 'owed') as what, count(*) as count, min(since.hour) as since
        from %2$s and stack.live_from is not null
        group by 1
        union all
        select case r.status when 'accepted' then 'unverified' else r.status end, count(*),
          min(r.hour)
        from metering.%1$s as r
        where r.status in ('pending', 'accepted', 'rejected', 'unresolved', 'discrepancy', 'expired')
          and %3$s
        group by r.status
        union all
        select 'shadow', count(*), min(r.hour)
        from metering.%1$s as r join metering.meter as noted on noted.meter = r.meter
        where r.status = 'shadow' and r.acknowledged_at is null
          and coalesce(r.event_time, r.hour) >= noted.live_from
        having count(*) > 0
        order by 1
        """
            .formatted(Partitions.name(month), CompleteMonths.UNCAPTURED, CompleteMonths.UNSETTLED),
        month.first(),
        month.end(),
        now);
  }

  /**
   * Takes a month away, and notes it: in one transaction, so that a death anywhere leaves it as it
   * was. Nobody reads or writes a report meanwhile, which is why it waits two seconds for that and
   * looks ten seconds at most; the server removes the files after it has let everybody go on.
   *
   * @param reports how many it holds, for the note
   * @return what has become open since; then nothing was taken
   * @throws DatabaseException if another transaction uses the ledger; nothing was taken
   */
  public List<Open> drop(Held held, long reports, String by, Instant now) {
    String partition = Partitions.name(held.month());
    try {
      List<Open> open =
          database.transaction(
              "pruning " + held.month(),
              transaction -> {
                transaction.update("set local lock_timeout = '2s'");
                transaction.update("set local statement_timeout = '10s'");
                transaction.lock(Partitions.LOCK);
                transaction.update(
                    "lock table only metering.meter_report, metering.%s in access exclusive mode"
                        .formatted(partition));
                List<Open> since = open(transaction, held.month(), now);
                if (since.isEmpty()) {
                  note(transaction, held, reports, by, now);
                  transaction.update("drop table metering." + partition);
                }
                return since;
              });
      if (open.isEmpty()) {
        LOG.info("Pruned {}: {} reports, {} bytes", held.month(), reports, held.bytes());
      }
      return open;
    } catch (DatabaseException e) {
      if (SqlState.isLockNotAvailable(e)) {
        throw new DatabaseException(
            "pruning %s gave up after two seconds, so that no tick queues behind it: another transaction, such as a long query, a dump or a vacuum, uses the ledger. %1$s is as it was; ask again when that has ended (the oldest xact_start in pg_stat_activity)"
                .formatted(held.month()),
            e);
      }
      throw e;
    }
  }

  private static void note(
      Transaction transaction, Held held, long reports, String by, Instant now) {
    transaction.update(
        """
        insert into metering.pruned_month (month, pruned_at, pruned_by, reports, bytes)
        values (?, ?, ?, ?, ?)
        """,
        held.month().first(),
        now,
        by,
        reports,
        held.bytes());
  }
}
