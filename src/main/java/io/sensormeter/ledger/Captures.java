package io.sensormeter.ledger;

import io.sensormeter.database.Database;
import io.sensormeter.database.DatabaseException;
import io.sensormeter.database.SqlState;
import io.sensormeter.database.Transaction;
import io.sensormeter.meter.Hour;
import io.sensormeter.meter.MeterKind;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** From the source into the ledger: the capture of an hour, whole or of one organization. */
public final class Captures {

  /** A capture of a million organizations takes a minute; more means that something is wrong. */
  public static final Duration STATEMENT_TIMEOUT = Duration.ofMinutes(5);

  /** A reading taken later than this after its hour is marked estimated. */
  private static final Duration EXACT = Duration.ofMinutes(15);

  private final Database database;
  private final MeterKind kind;

  /**
   * @param kind frozen on every report captured from now on
   */
  public Captures(Database database, MeterKind kind) {
    this.database = database;
    this.kind = kind;
  }

  /**
   * What one capture did.
   *
   * @param reports rows written, rejected ones included
   * @param rejected how many of them cannot be billed
   * @param total sum of the values of the others
   * @param estimated read from the present state too long after the hour to be exact
   */
  public record Captured(
      Hour hour, int reports, int rejected, BigDecimal total, boolean estimated) {}

  /**
   * Captures an hour as a whole: its tick row and a report for each reading, in one transaction. A
   * crash before the commit leaves the hour owed; after it, the reports are pending and the tick
   * row tells the publisher where to go on.
   *
   * @param shadow captured for comparison only: no report of it is ever sent
   * @return empty if another scheduler has captured the hour; a {@code skipped} hour is captured
   * @throws DatabaseException if the source refuses or gives a row no report can hold; the hour
   *     stays owed
   */
  public Optional<Captured> hour(Hour hour, boolean shadow, Instant now) {
    Partitions.require(database, hour);
    return explained(
        hour,
        () ->
            database.transaction(
                "capturing " + hour,
                transaction -> {
                  lock(transaction, hour);
                  Optional<Optional<Instant>> tick = insertTick(transaction, hour, shadow, now);
                  if (tick.isEmpty()) {
                    return Optional.empty();
                  }
                  Captured captured =
                      insert(transaction, hour, shadow, now, tick.get().orElse(null), null);
                  transaction.update(
                      "update metering.tick set reports = ?, rejected = ?, total = ? where hour ="
                          + " ?",
                      captured.reports(),
                      captured.rejected(),
                      captured.total(),
                      hour);
                  return Optional.of(captured);
                }));
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
      Hour hour, String organizationId, boolean shadow, Instant now) {
    Partitions.require(database, hour);
    return explained(
        hour,
        () ->
            database.transaction(
                "capturing " + hour,
                transaction -> {
                  lock(transaction, hour);
                  boolean read =
                      transaction
                          .one(
                              _ -> true,
                              """
                              select from metering.billable_readings(?) where organization_id = ?
                              limit 1
                              """,
                              hour,
                              organizationId)
                          .isPresent();
                  return read
                      ? Optional.of(insert(transaction, hour, shadow, now, null, organizationId))
                      : Optional.empty();
                }));
  }

  /**
   * What {@link #hour} or {@link #organization} would write, without writing.
   *
   * @param organizationId null = all
   */
  public Captured preview(Hour hour, @Nullable String organizationId, Instant now) {
    return explained(
        hour,
        () ->
            database
                .readOnly()
                .transaction(
                    "previewing " + hour,
                    transaction ->
                        readings(
                            transaction,
                            CaptureSql.PREVIEW,
                            hour,
                            false,
                            now,
                            null,
                            organizationId)));
  }

  private interface Attempt<T> {
    T make();
  }

  private <T> T explained(Hour hour, Attempt<T> attempt) {
    try {
      return attempt.make();
    } catch (DatabaseException e) {
      throw SourceFunction.explained(database.readOnly(), hour, e);
    }
  }

  /**
   * One capture of an hour at a time, whole or single: the second sees what the first has written.
   */
  private static void lock(Transaction transaction, Hour hour) {
    transaction.lock("sensor-meter capture " + hour);
  }

  /**
   * The tick row's {@code send_before}, itself empty in shadow; empty if the hour has a tick row
   * that is not skipped.
   */
  private Optional<Optional<Instant>> insertTick(
      Transaction transaction, Hour hour, boolean shadow, Instant now) {
    return transaction.one(
        row -> Optional.ofNullable(row.instantOrNull("send_before")),
        """
        insert into metering.tick (hour, status, captured_at, send_before)
        select report.hour, case when shadow then 'shadow' else 'captured' end, clock.now,
          case when not shadow then %s end
        from (values (?::timestamptz, ?::boolean)) as clock(now, shadow),
          (values (?::text, ?::timestamptz, ?::timestamptz)) as report(kind, hour, captured_at)
        on conflict (hour) do update
          set status = excluded.status, captured_at = excluded.captured_at,
              send_before = excluded.send_before
          where tick.status = 'skipped'
        returning send_before
        """
            .formatted(SendLimit.SEND_BEFORE),
        now,
        shadow,
        kind.label(),
        hour,
        now);
  }

  private Captured insert(
      Transaction transaction,
      Hour hour,
      boolean shadow,
      Instant now,
      @Nullable Instant sendBefore,
      @Nullable String organizationId) {
    Captured captured =
        transaction.orOn(
            SqlState.UNIQUE_VIOLATION,
            t -> readings(t, CaptureSql.INSERT, hour, shadow, now, sendBefore, organizationId),
            t ->
                readings(
                    t, CaptureSql.INSERT_JUDGED, hour, shadow, now, sendBefore, organizationId));
    if (kind == MeterKind.LAST) {
      Settlements.supersede(transaction, hour, now);
    }
    return captured;
  }

  private Captured readings(
      Transaction transaction,
      String sql,
      Hour hour,
      boolean shadow,
      Instant now,
      @Nullable Instant sendBefore,
      @Nullable String organizationId) {
    return transaction
        .one(
            row ->
                new Captured(
                    hour,
                    row.integer("reports"),
                    row.integer("rejected"),
                    row.decimal("total"),
                    now.isAfter(hour.start().plus(EXACT))),
            sql,
            hour,
            hour.toString(),
            kind.label(),
            shadow,
            now,
            sendBefore,
            organizationId)
        .orElseThrow();
  }
}
