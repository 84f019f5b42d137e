package io.sensormeter.ledger;

import io.sensormeter.database.Database;
import io.sensormeter.database.DatabaseException;
import io.sensormeter.database.Row;
import io.sensormeter.database.SqlState;
import io.sensormeter.database.Transaction;
import io.sensormeter.meter.Hour;
import io.sensormeter.meter.MeterKind;
import io.sensormeter.meter.Meters;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** From the source into the ledger: the capture of an hour, whole or of one organization. */
public final class Captures {

  /** A capture of a million organizations takes a minute; more means that something is wrong. */
  public static final Duration STATEMENT_TIMEOUT = Duration.ofMinutes(5);

  /** A gauge read later than this after its hour is marked estimated. */
  public static final Duration EXACT = Duration.ofMinutes(15);

  private final Database database;
  private final Meters meters;

  public Captures(Database database, Meters meters) {
    this.database = database;
    this.meters = meters;
  }

  /**
   * Captures an hour as a whole: its tick row and a report for each reading, in one transaction. A
   * crash before the commit leaves the hour owed; after it, the reports are pending and the tick
   * row tells the publisher where to go on.
   *
   * @return empty if another scheduler has captured the hour; a {@code skipped} hour is captured
   * @throws DatabaseException if the source refuses; the hour stays owed
   */
  public Optional<Captured> hour(Hour hour, CaptureTerms terms) {
    Partitions.require(database, hour);
    return explained(
        hour,
        () ->
            database.transaction(
                "capturing " + hour,
                transaction -> {
                  lock(transaction, hour);
                  if (!insertTick(transaction, hour, terms)) {
                    return Optional.empty();
                  }
                  Given given = insert(transaction, hour, terms, null);
                  Ticks.note(transaction, given.captured(), given.sendBefore());
                  return Optional.of(given.captured());
                }));
  }

  /** Makes room for a month before its first hour comes: a capture need not. */
  public void prepare(Hour tick) {
    Partitions.prepare(database, tick);
  }

  /**
   * Captures one organization's readings of an hour, pending but not yet published: {@link
   * Sweeps#takeOverdue} takes them, at once or, after a crash, at the next sweep. Writes no tick
   * row: the hour stays owed if it was, and its capture will pass over what stands here.
   *
   * @return empty if the source gives no reading for the organization; {@code reports} is 0 if each
   *     of its readings has a report already
   */
  public Optional<Captured> organization(Hour hour, String organizationId, CaptureTerms terms) {
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
                      ? Optional.of(insert(transaction, hour, terms, organizationId).captured())
                      : Optional.empty();
                }));
  }

  /**
   * What {@link #hour} or {@link #organization} would write, without writing.
   *
   * @param organizationId null = all
   */
  public Captured preview(Hour hour, @Nullable String organizationId, CaptureTerms terms) {
    return explained(
        hour,
        () ->
            database
                .readOnly()
                .transaction(
                    "previewing " + hour,
                    transaction ->
                        readings(transaction, CaptureSql.PREVIEW, hour, terms, organizationId)
                            .captured()));
  }

  /**
   * What was captured.
   *
   * @param copies how many could leave now, were it not for the pace
   * @param sendBefore the latest expiry of its copies; null if none is to leave now
   */
  private record Given(Captured captured, long copies, @Nullable Instant sendBefore) {}

  private record Share(Captured.OfMeter meter, long copies, @Nullable Instant sendBefore) {}

  private <T> T explained(Hour hour, Supplier<T> attempt) {
    try {
      return attempt.get();
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

  /** Whether the hour had no tick row, or a skipped one. */
  private boolean insertTick(Transaction transaction, Hour hour, CaptureTerms terms) {
    return transaction.update(
            """
            insert into metering.tick (hour, status, captured_at, captured_by)
            select ?, ?, ?, ?
            on conflict (hour) do update
              set status = excluded.status, captured_at = excluded.captured_at,
                  captured_by = excluded.captured_by, %s
              where tick.status = 'skipped'
            """
                .formatted(Exceptions.ANEW),
            hour,
            meters.list().stream().anyMatch(meter -> meter.isBilled(hour, terms.billFrom()))
                ? "captured"
                : "shadow",
            terms.now(),
            terms.run())
        == 1;
  }

  private Given insert(
      Transaction transaction, Hour hour, CaptureTerms terms, @Nullable String organizationId) {
    Given given =
        transaction.orOn(
            SqlState.UNIQUE_VIOLATION,
            t -> readings(t, CaptureSql.INSERT, hour, terms, organizationId),
            t -> readings(t, CaptureSql.INSERT_JUDGED, hour, terms, organizationId));
    if (given.copies() > terms.allowance()) {
      transaction.update(CaptureSql.LATER, hour, terms.now(), terms.allowance());
    }
    HeldReports.askFirst(transaction, hour, terms.now());
    for (Captured.OfMeter meter : given.captured().meters()) {
      if (meter.billed() && meter.reports() > 0) {
        Stacks.goLive(
            transaction,
            meters.find(meter.meter()).orElseThrow(),
            hour,
            terms,
            meter.reports() > meter.rejected());
      }
    }
    if (meters.list().stream().anyMatch(meter -> meter.kind() == MeterKind.LAST)) {
      Overtaking.supersede(transaction, hour, terms.now());
      Sweeps.withhold(transaction, hour, terms.now());
    }
    return given;
  }

  private Given readings(
      Transaction transaction,
      String sql,
      Hour hour,
      CaptureTerms terms,
      @Nullable String organizationId) {
    List<Share> shares =
        transaction.list(
            Captures::share,
            sql,
            hour,
            hour.toString(),
            terms.now(),
            organizationId,
            terms.allowance(),
            DeclaredMeters.json(meters, hour, terms.billFrom()));
    boolean estimated =
        terms.now().isAfter(hour.start().plus(EXACT))
            && meters.list().stream().anyMatch(meter -> !meter.pastHour());
    return new Given(
        Captured.of(hour, estimated, shares.stream().map(Share::meter).toList()),
        shares.stream().mapToLong(Share::copies).sum(),
        shares.stream()
            .map(Share::sendBefore)
            .filter(Objects::nonNull)
            .max(Instant::compareTo)
            .orElse(null));
  }

  private static Share share(Row row) {
    return new Share(
        new Captured.OfMeter(
            row.text("meter"),
            row.flag("billed"),
            row.integer("reports"),
            row.integer("rejected"),
            row.decimal("total")),
        row.number("copies"),
        row.instantOrNull("send_before"));
  }
}
