package io.sensormeter.tick;

import io.sensormeter.database.ReadOnly;
import io.sensormeter.database.Transaction;
import io.sensormeter.ledger.ReportStatus;
import io.sensormeter.ledger.Ticks;
import io.sensormeter.meter.Hour;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What the ledger shows of itself at every tick. Reads only. */
public final class Gauges {

  private final ReadOnly reads;

  public Gauges(ReadOnly reads) {
    this.reads = reads;
  }

  /**
   * A measurement.
   *
   * @param oldestUncaptured the oldest owed hour without a tick row
   * @param oldestPending the oldest hour with a report that has no outcome
   * @param oldestUnverified the oldest hour with an accepted report Stripe's summaries did not
   *     confirm
   * @param open open exceptions by status
   * @param newlyRejected organizations rejected in the last three hours that were not rejected the
   *     hour before
   * @param newlyUnresolved reports given up within the last three hours because nothing is known of
   *     them
   * @param newlyExpired reports given up within the last three hours because they are too old
   * @param billable reports of the hour that can be billed, as captured
   * @param total the sum of their values
   * @param captureDropped the hour's billable reports or total fell to less than half of the hour
   *     before
   */
  public record Measured(
      Optional<Hour> oldestUncaptured,
      Optional<Hour> oldestPending,
      Optional<Hour> oldestUnverified,
      Map<ReportStatus, Long> open,
      long newlyRejected,
      long newlyUnresolved,
      long newlyExpired,
      long billable,
      BigDecimal total,
      boolean captureDropped) {

    long count(ReportStatus status) {
      return open.getOrDefault(status, 0L);
    }
  }

  private record Capture(long billable, BigDecimal total) {

    private static final Capture NONE = new Capture(0, BigDecimal.ZERO);

    boolean isLessThanHalfOf(Capture before) {
      return billable * 2 < before.billable
          || total.multiply(BigDecimal.TWO).compareTo(before.total) < 0;
    }
  }

  /** Measures at a tick. */
  Measured measure(Hour tick, OwedHours owed, Instant now) {
    List<Hour> uncaptured =
        owed.shadow() ? List.of() : Ticks.owed(reads, owed.first(), owed.last());
    return reads.transaction(
        "measuring the ledger",
        transaction -> {
          Optional<Capture> hour = capture(transaction, tick);
          Optional<Capture> before = capture(transaction, tick.minusHours(1));
          return new Measured(
              uncaptured.isEmpty() ? Optional.empty() : Optional.of(uncaptured.getLast()),
              oldest(transaction, ReportStatus.PENDING),
              oldest(transaction, ReportStatus.ACCEPTED),
              open(transaction),
              newlyRejected(transaction, now),
              newly(transaction, ReportStatus.UNRESOLVED, now),
              newly(transaction, ReportStatus.EXPIRED, now),
              hour.orElse(Capture.NONE).billable(),
              hour.orElse(Capture.NONE).total(),
              hour.isPresent()
                  && before.filter(then -> hour.get().isLessThanHalfOf(then)).isPresent());
        });
  }

  private static Optional<Hour> oldest(Transaction transaction, ReportStatus status) {
    return transaction
        .one(
            row -> Optional.ofNullable(row.hourOrNull("hour")),
            "select min(hour) as hour from metering.meter_report where status = ?",
            status.label())
        .orElseThrow();
  }

  private static Map<ReportStatus, Long> open(Transaction transaction) {
    Map<ReportStatus, Long> open = new EnumMap<>(ReportStatus.class);
    transaction.list(
        row -> open.put(ReportStatus.valueOf(row.text("status")), row.number("reports")),
        """
        select upper(status) as status, count(*) as reports from metering.meter_report
        where status in ('rejected', 'unresolved', 'discrepancy', 'expired')
        group by status
        """);
    return open;
  }

  /**
   * From the ledger, not from what this tick did: a tick that dies before it says so is no loss.
   */
  private static long newly(Transaction transaction, ReportStatus status, Instant now) {
    return count(
        transaction,
        """
        select count(*) as count from metering.meter_report
        where status = ? and settled_at > ?::timestamptz - interval '3 hours'
        """,
        status.label(),
        now);
  }

  /**
   * An exception that stands for days must not hide a new one: only the first hour of each counts.
   * And for three hours, because Stripe's answer may be older than an hour when the next tick reads
   * it: the ticks are not an hour apart to the second, and one may be missed.
   */
  private static long newlyRejected(Transaction transaction, Instant now) {
    return count(
        transaction,
        """
        select count(distinct (r.organization_id, r.meter)) as count
        from metering.meter_report as r
        where r.status = 'rejected'
          and r.hour > ?::timestamptz - interval '48 hours'
          and r.settled_at > ?::timestamptz - interval '3 hours'
          and not exists (
            select from metering.meter_report as before
            where before.hour = r.hour - interval '1 hour'
              and before.organization_id = r.organization_id and before.meter = r.meter
              and before.status = 'rejected')
        """,
        now,
        now);
  }

  private static long count(Transaction transaction, String sql, Object... arguments) {
    return transaction.one(row -> row.number("count"), sql, arguments).orElseThrow();
  }

  private static Optional<Capture> capture(Transaction transaction, Hour hour) {
    return transaction.one(
        row -> new Capture(row.number("billable"), row.decimal("total")),
        """
        select reports - rejected as billable, total
        from metering.tick where hour = ? and status <> 'skipped'
        """,
        hour);
  }
}
