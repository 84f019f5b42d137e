package io.sensormeter.ledger;

import io.sensormeter.meter.Hour;
import io.sensormeter.meter.MeterKind;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** From the source into the ledger: which hours are owed, and their capture. */
public final class Captures {

  /** A reading taken later than this after its hour is marked estimated. */
  static final Duration EXACT = Duration.ofMinutes(15);

  /** A capture of a million organizations takes a minute; more means that something is wrong. */
  public static final Duration STATEMENT_TIMEOUT = Duration.ofMinutes(5);

  private final Database database;

  public Captures(Database database) {
    this.database = database;
  }

  /**
   * What one capture did.
   *
   * @param at when the source was read
   * @param reports rows written, rejected ones included
   * @param rejected how many of them cannot be billed
   * @param total sum of the values of the others
   */
  public record Captured(Hour hour, Instant at, int reports, int rejected, BigDecimal total) {

    /** Read from the present state too long after the hour to be exact. */
    public boolean estimated() {
      return at.isAfter(hour.start().plus(EXACT));
    }

    public Map<String, Object> fields() {
      return Map.of(
          "hour", hour.toString(),
          "reports", reports,
          "rejected", rejected,
          "total", total,
          "estimated", estimated());
    }
  }

  /**
   * The hours from {@code first} to {@code last}, both included, that have no tick row, newest
   * first.
   */
  public List<Hour> owed(Hour first, Hour last) {
    return without("", first, last);
  }

  /** As {@link #owed}, and the skipped ones: what a person may backfill. */
  public List<Hour> uncaptured(Hour first, Hour last) {
    return without(" and tick.status <> 'skipped'", first, last);
  }

  private List<Hour> without(String condition, Hour first, Hour last) {
    return database.transaction(
        "looking for owed hours",
        c ->
            Sql.list(
                c,
                row -> new Hour(Sql.presentInstant(row, "hour")),
                """
                select hour
                from generate_series(?::timestamptz, ?::timestamptz, interval '1 hour') as owed(hour)
                where not exists (
                  select from metering.tick where tick.hour = owed.hour%s)
                order by hour desc
                """
                    .formatted(condition),
                first.start(),
                last.start()));
  }

  /**
   * Gives each hour of the range that has no tick row one that says {@code skipped}: too old to be
   * captured by itself. A person may still {@code backfill} it.
   *
   * @return the hours newly skipped
   */
  public List<Hour> skip(Hour first, Hour lastExclusive, Instant now) {
    return database.transaction(
        "skipping hours out of range",
        c ->
            Sql.list(
                c,
                row -> new Hour(Sql.presentInstant(row, "hour")),
                """
                insert into metering.tick (hour, status, captured_at)
                select hour, 'skipped', ?
                from generate_series(?::timestamptz, ?::timestamptz - interval '1 hour',
                                     interval '1 hour') as owed(hour)
                on conflict (hour) do nothing
                returning hour
                """,
                now,
                first.start(),
                lastExclusive.start()));
  }

  /**
   * Captures an hour as a whole: its tick row and a report for each reading, in one transaction. A
   * crash before the commit leaves the hour owed; after it, the reports are pending and the tick
   * row tells the publisher where to go on.
   *
   * @param shadow captured for comparison only: no report of it is ever sent
   * @return empty if another scheduler has captured the hour; a {@code skipped} hour is captured
   * @throws LedgerException if the source refuses or gives a row no report can hold; the hour stays
   *     owed
   */
  public Optional<Captured> hour(Hour hour, MeterKind kind, boolean shadow, Instant now) {
    Partitions.require(database, hour);
    return transaction(
        hour,
        connection -> {
          Optional<Instant> sendBefore = insertTick(connection, hour, kind, shadow, now);
          if (sendBefore.isEmpty()) {
            return Optional.empty();
          }
          Captured captured =
              insert(connection, new Argument(hour, kind, shadow, now, sendBefore.get(), null));
          if (kind == MeterKind.LAST) {
            supersede(connection, hour, now);
          }
          Sql.update(
              connection,
              "update metering.tick set reports = ?, rejected = ?, total = ? where hour = ?",
              captured.reports(),
              captured.rejected(),
              captured.total(),
              hour.start());
          return Optional.of(captured);
        });
  }

  /**
   * Captures one organization's readings of an hour, pending but not yet published: {@link
   * Publications#takeOverdue} takes them, at once or, after a crash, at the next sweep. Writes no
   * tick row: the hour stays owed if it was, and its capture will pass over what stands here.
   *
   * @return empty if the source gives no reading for the organization; {@code reports} is 0 if each
   *     of its readings has a report already
   */
  public Optional<Captured> organization(
      Hour hour, String organizationId, MeterKind kind, boolean shadow, Instant now) {
    Partitions.require(database, hour);
    return transaction(
        hour,
        connection -> {
          lock(connection, hour);
          boolean read =
              Sql.one(
                      connection,
                      row -> row.getBoolean(1),
                      """
                      select exists (
                        select from metering.billable_readings(?) where organization_id = ?)
                      """,
                      hour.start(),
                      organizationId)
                  .orElseThrow();
          if (!read) {
            return Optional.empty();
          }
          Captured captured =
              insert(connection, new Argument(hour, kind, shadow, now, null, organizationId));
          if (kind == MeterKind.LAST) {
            supersede(connection, hour, now);
          }
          return Optional.of(captured);
        });
  }

  /**
   * What {@link #hour} or {@link #organization} would write, without writing.
   *
   * @param organizationId null = all
   */
  public Captured preview(Hour hour, @Nullable String organizationId, MeterKind kind, Instant now) {
    return transaction(
        "previewing " + hour,
        hour,
        connection ->
            readings(
                connection,
                CaptureSql.PREVIEW,
                new Argument(hour, kind, false, now, null, organizationId)));
  }

  private <T> T transaction(Hour hour, Database.Work<T> work) {
    return transaction("capturing " + hour, hour, work);
  }

  private <T> T transaction(String what, Hour hour, Database.Work<T> work) {
    try {
      return database.transaction(what, work);
    } catch (LedgerException e) {
      if (e.sqlState().startsWith(SqlState.CLASS_SYNTAX_OR_ACCESS)
          || e.sqlState().startsWith(SqlState.CLASS_DATA)) {
        requireSource(what, e);
      }
      if (e.sqlState().equals(SqlState.NOT_NULL_VIOLATION)
          || e.sqlState().equals(SqlState.CHECK_VIOLATION)) {
        throw new LedgerException(
            "capturing %s: metering.billable_readings gave a row that no report can hold (each needs an organization_id of 1 to 200 characters and a meter of [a-z0-9_]{1,40}); nothing was captured, the hour stays owed: %s"
                .formatted(hour, e.getMessage()),
            e);
      }
      throw e;
    }
  }

  private void requireSource(String what, LedgerException failure) {
    Optional<String> problem =
        database.transaction("reading the source's signature", SourceFunction::problem);
    if (problem.isPresent()) {
      throw new LedgerException(
          "%s: %s; nothing was captured, the hour stays owed: %s"
              .formatted(what, problem.get(), failure.getMessage()),
          failure);
    }
  }

  /**
   * One capture of an hour at a time, whole or single: the second sees what the first has written.
   */
  private static void lock(Connection connection, Hour hour) throws SQLException {
    Sql.list(
        connection,
        row -> "",
        "select pg_advisory_xact_lock(hashtextextended('sensor-meter capture ' || ?, 0))",
        hour.toString());
  }

  /**
   * The tick row's {@code send_before}, or empty if the hour has a tick row that is not skipped.
   */
  private static Optional<Instant> insertTick(
      Connection connection, Hour hour, MeterKind kind, boolean shadow, Instant now)
      throws SQLException {
    lock(connection, hour);
    Instant sendBefore = sendBefore(connection, hour, kind, now);
    int written =
        Sql.update(
            connection,
            """
            insert into metering.tick (hour, status, captured_at, send_before)
            values (?, ?, ?, ?)
            on conflict (hour) do update
              set status = excluded.status, captured_at = excluded.captured_at,
                  send_before = excluded.send_before
              where tick.status = 'skipped'
            """,
            hour.start(),
            shadow ? "shadow" : "captured",
            now,
            shadow ? null : sendBefore);
    return written == 0 ? Optional.empty() : Optional.of(sendBefore);
  }

  private static Instant sendBefore(Connection connection, Hour hour, MeterKind kind, Instant now)
      throws SQLException {
    return Sql.one(
            connection,
            row -> Sql.presentInstant(row, "send_before"),
            "select "
                + Publications.SEND_BEFORE
                + """
                 as send_before
                from (values (?::timestamptz)) as clock(now),
                     (values (?::text, ?::timestamptz, ?::timestamptz))
                       as report(kind, hour, captured_at)
                """,
            now,
            kind.label(),
            hour.start(),
            now)
        .orElseThrow();
  }

  private record Argument(
      Hour hour,
      MeterKind kind,
      boolean shadow,
      Instant capturedAt,
      @Nullable Instant sendBefore,
      @Nullable String organizationId) {}

  private static Captured insert(Connection connection, Argument argument) throws SQLException {
    Savepoint before = connection.setSavepoint();
    try {
      return readings(connection, CaptureSql.INSERT, argument);
    } catch (SQLException e) {
      if (!SqlState.UNIQUE_VIOLATION.equals(e.getSQLState())) {
        throw e;
      }
      connection.rollback(before);
      return readings(connection, CaptureSql.INSERT_JUDGED, argument);
    }
  }

  private static Captured readings(Connection connection, String sql, Argument argument)
      throws SQLException {
    Hour hour = argument.hour();
    return Sql.one(
            connection,
            row ->
                new Captured(
                    hour,
                    argument.capturedAt(),
                    row.getInt("reports"),
                    row.getInt("rejected"),
                    row.getBigDecimal("total")),
            sql,
            hour.start(),
            hour.toString(),
            argument.kind().label(),
            argument.shadow(),
            argument.capturedAt(),
            argument.sendBefore(),
            argument.organizationId())
        .orElseThrow();
  }

  /**
   * On a {@code last} meter a later hour's event must stand last: what is still pending when a
   * later hour has a report is never sent.
   */
  private static void supersede(Connection connection, Hour hour, Instant now) throws SQLException {
    Sql.update(
        connection,
        """
        update metering.meter_report as earlier
        set status = 'superseded', settled_at = ?
        where earlier.kind = 'last' and earlier.status = 'pending'
          and earlier.hour <= ?
          and exists (
            select from metering.meter_report as later
            where later.organization_id = earlier.organization_id
              and later.meter = earlier.meter
              and later.hour > earlier.hour and later.hour >= ?
              and later.status in ('pending', 'accepted', 'verified', 'unresolved', 'discrepancy'))
        """,
        now,
        hour.start(),
        hour.start());
  }
}
