package io.sensormeter.ledger;

import io.sensormeter.meter.Hour;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What the ledger shows of itself at every tick. Reads only. */
public final class Gauges {

  private final Database database;

  public Gauges(Database database) {
    this.database = database;
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
      boolean captureDropped) {}

  private record Capture(long billable, BigDecimal total) {}

  /**
   * Measures at a tick.
   *
   * @param firstOwed the oldest hour that is owed at all; null in shadow
   */
  public Measured measure(Hour tick, @Nullable Hour firstOwed, Instant now) {
    return database.transaction(
        "measuring the ledger",
        connection -> {
          Optional<Capture> hour = capture(connection, tick);
          Optional<Capture> before = capture(connection, tick.minusHours(1));
          return new Measured(
              firstOwed == null ? Optional.empty() : uncaptured(connection, firstOwed, tick),
              oldest(connection, "pending"),
              oldest(connection, "accepted"),
              open(connection),
              newlyRejected(connection, now),
              newly(connection, ReportStatus.UNRESOLVED, now),
              newly(connection, ReportStatus.EXPIRED, now),
              hour.map(Capture::billable).orElse(0L),
              hour.map(Capture::total).orElse(BigDecimal.ZERO),
              hour.isPresent() && before.isPresent() && dropped(hour.get(), before.get()));
        });
  }

  private static boolean dropped(Capture hour, Capture before) {
    return hour.billable() * 2 < before.billable()
        || hour.total().multiply(BigDecimal.TWO).compareTo(before.total()) < 0;
  }

  private static Optional<Hour> uncaptured(Connection connection, Hour first, Hour tick)
      throws SQLException {
    return Sql.one(
        connection,
        row -> new Hour(Sql.presentInstant(row, "hour")),
        """
        select hour
        from generate_series(?::timestamptz, ?::timestamptz, interval '1 hour') as owed(hour)
        where not exists (select from metering.tick where tick.hour = owed.hour)
        order by hour limit 1
        """,
        first.start(),
        tick.start());
  }

  private static Optional<Hour> oldest(Connection connection, String status) throws SQLException {
    return Sql.one(
            connection,
            row -> Optional.ofNullable(Sql.instant(row, "hour")).map(Hour::new),
            "select min(hour) as hour from metering.meter_report where status = ?",
            status)
        .orElseThrow();
  }

  private static Map<ReportStatus, Long> open(Connection connection) throws SQLException {
    Map<ReportStatus, Long> open = new EnumMap<>(ReportStatus.class);
    for (ReportStatus status :
        new ReportStatus[] {
          ReportStatus.REJECTED,
          ReportStatus.UNRESOLVED,
          ReportStatus.DISCREPANCY,
          ReportStatus.EXPIRED
        }) {
      open.put(
          status,
          Sql.one(
                  connection,
                  row -> row.getLong(1),
                  "select count(*) from metering.meter_report where status = ?",
                  status.label())
              .orElseThrow());
    }
    return open;
  }

  /**
   * From the ledger, not from what this tick did: a tick that dies before it says so is no loss.
   */
  private static long newly(Connection connection, ReportStatus status, Instant now)
      throws SQLException {
    return Sql.one(
            connection,
            row -> row.getLong(1),
            """
            select count(*) from metering.meter_report
            where status = ? and settled_at > ?::timestamptz - interval '3 hours'
            """,
            status.label(),
            now)
        .orElseThrow();
  }

  /**
   * An exception that stands for days must not hide a new one: only the first hour of each counts.
   * And for three hours, because Stripe's answer may be older than an hour when the next tick reads
   * it: the ticks are not an hour apart to the second, and one may be missed.
   */
  private static long newlyRejected(Connection connection, Instant now) throws SQLException {
    return Sql.one(
            connection,
            row -> row.getLong(1),
            """
            select count(distinct (r.organization_id, r.meter))
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
            now)
        .orElseThrow();
  }

  private static Optional<Capture> capture(Connection connection, Hour hour) throws SQLException {
    return Sql.one(
        connection,
        row -> new Capture(row.getLong("billable"), row.getBigDecimal("total")),
        """
        select reports - rejected as billable, total
        from metering.tick where hour = ? and status <> 'skipped'
        """,
        hour.start());
  }
}
