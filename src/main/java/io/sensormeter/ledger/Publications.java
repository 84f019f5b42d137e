package io.sensormeter.ledger;

import io.sensormeter.meter.Copy;
import io.sensormeter.meter.Hour;
import io.sensormeter.meter.Identifier;
import io.sensormeter.meter.MeterKind;
import io.sensormeter.meter.ReportKey;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * From the ledger to the reports queue: which copies may leave, and until when they may be sent. A
 * report's {@code send_before} is always committed before a copy that carries it leaves.
 */
public final class Publications {

  /** How long a copy lives: past it at the second tick, so that silence costs two hours at most. */
  public static final int COPY_MINUTES = 110;

  /** Sends no hour older than 34 days: Stripe takes timestamps of up to 35 days. */
  public static final int SEND_HOURS_MAX = 816;

  /** Additive: the last send lies inside Stripe's 24 hours of identifier uniqueness. */
  public static final int ADDITIVE_SEND_HOURS = 23;

  /**
   * On a {@code last} meter a copy expires this far into the clock's hour: a tick may come five
   * minutes early, and a copy of its hour may never be on its way beside one of an earlier hour,
   * since Stripe does not say whether the latest timestamp or the latest receipt counts.
   */
  static final int LAST_SEND_MINUTES = 55;

  /**
   * The limit of {@code report} at {@code clock.now}, past which no copy of it is sent; what is
   * pending on a {@code last} meter gets another one in the next hour, unless superseded.
   */
  private static final String LIMIT =
      """
      case report.kind
        when 'sum-hourly' then report.hour + interval '%d hours'
        when 'last' then least(
          report.captured_at + interval '%d hours',
          greatest(report.hour, date_trunc('hour', clock.now, 'UTC')) + interval '%d minutes')
        else report.captured_at + interval '%2$d hours'
      end
      """
          .formatted(SEND_HOURS_MAX, ADDITIVE_SEND_HOURS, LAST_SEND_MINUTES);

  /** A new {@code send_before} for {@code report} at {@code clock.now}. */
  static final String SEND_BEFORE =
      "least(clock.now + interval '%d minutes', %s)".formatted(COPY_MINUTES, LIMIT);

  private static final String COPY_COLUMNS =
      """
      report.meter, report.organization_id, report.revision, report.kind, report.value,
      report.stripe_customer_id, report.identifier
      """;

  private final Database database;

  public Publications(Database database) {
    this.database = database;
  }

  /** A place in the order of publishing. */
  public record Position(String organizationId, String meter) {

    static Position of(Copy copy) {
      return new Position(copy.key().organizationId(), copy.key().meter());
    }
  }

  /**
   * The right to publish an hour alone.
   *
   * @param sendBefore what its copies carry
   * @param after where an earlier publisher stopped; null = at the start
   * @param until when the right ends unless moved on
   */
  public record Claim(Hour hour, Instant sendBefore, @Nullable Position after, Instant until) {

    /** The same right, read on behind {@code copy}; the ledger knows nothing of it yet. */
    public Claim behind(Copy copy) {
      return new Claim(hour, sendBefore, Position.of(copy), until);
    }
  }

  /**
   * Takes the newest captured hour that is not published, nobody is publishing, and whose copies
   * have not expired. A crash leaves it to the next claim once {@code until} has passed.
   */
  public Optional<Claim> claim(Instant now, Instant until) {
    return database.transaction(
        "claiming an hour to publish",
        connection ->
            Sql.one(
                connection,
                Publications::claim,
                """
                update metering.tick set publisher_until = ?
                where hour = (
                  select hour from metering.tick
                  where status = 'captured' and published_at is null and send_before > ?
                    and (publisher_until is null or publisher_until <= ?)
                  order by hour desc limit 1
                  for update skip locked)
                returning hour, send_before, published_through, publisher_until
                """,
                until,
                now,
                now));
  }

  /** The newest captured hour that is not published, claimed or not, and may still be. */
  public Optional<Hour> unpublished(Instant now) {
    return database.transaction(
        "looking for unpublished hours",
        connection ->
            Sql.one(
                connection,
                row -> new Hour(Sql.presentInstant(row, "hour")),
                """
                select hour from metering.tick
                where status = 'captured' and published_at is null and send_before > ?
                order by hour desc limit 1
                """,
                now));
  }

  /**
   * The next copies of a claimed hour in order of publishing: what is pending and was captured with
   * it.
   */
  public List<Copy> page(Claim claim, int size) {
    Position after = claim.after() == null ? new Position("", "") : claim.after();
    return database.transaction(
        "reading reports of " + claim.hour(),
        connection ->
            Sql.list(
                connection,
                row -> copy(row, claim.hour(), claim.sendBefore()),
                "select "
                    + COPY_COLUMNS
                    + """
                    from metering.meter_report as report
                    where report.hour = ? and (report.organization_id, report.meter) > (?, ?)
                      and report.status = 'pending' and report.send_before = ?
                    order by report.organization_id, report.meter
                    limit ?
                    """,
                claim.hour().start(),
                after.organizationId(),
                after.meter(),
                claim.sendBefore(),
                size));
  }

  /**
   * Notes that every copy up to {@code through} was acknowledged, and keeps the hour until {@code
   * until}.
   *
   * @return the claim as it stands now; empty if another publisher has taken the hour over
   *     meanwhile
   */
  public Optional<Claim> advance(Claim claim, Copy through, Instant until) {
    Position position = Position.of(through);
    return database.transaction(
        "noting how far " + claim.hour() + " is published",
        connection ->
            Sql.one(
                connection,
                Publications::claim,
                """
                update metering.tick set published_through = ?, publisher_until = ?
                where hour = ? and publisher_until = ? and published_at is null
                returning hour, send_before, published_through, publisher_until
                """,
                new String[] {position.organizationId(), position.meter()},
                until,
                claim.hour().start(),
                claim.until()));
  }

  /** Gives the hour back: published as a whole, or left for the next claim. */
  public void release(Claim claim, boolean published, Instant now) {
    database.transaction(
        "closing the publishing of " + claim.hour(),
        connection ->
            Sql.update(
                connection,
                """
                update metering.tick set publisher_until = null, published_at = ?
                where hour = ? and publisher_until = ?
                """,
                published ? now : null,
                claim.hour().start(),
                claim.until()));
  }

  /** The hours with pending reports whose every copy has expired, newest first. */
  public List<Hour> overdueHours(Instant now) {
    return database.transaction(
        "looking for overdue reports",
        connection ->
            Sql.list(
                connection,
                row -> new Hour(Sql.presentInstant(row, "hour")),
                """
                select distinct report.hour
                from metering.meter_report as report, (values (?::timestamptz)) as clock(now)
                where report.status = 'pending'
                  and (report.send_before is null or report.send_before <= clock.now)
                  and clock.now < %s
                order by report.hour desc
                """
                    .formatted(LIMIT),
                now));
  }

  /**
   * Takes overdue reports of an hour for publishing: gives them a new {@code send_before} and
   * returns them, in one statement. A crash right after leaves them pending until that instant has
   * passed.
   *
   * @param organizationId only this organization's; null = all
   */
  public List<Copy> takeOverdue(Hour hour, @Nullable String organizationId, Instant now, int size) {
    return database.transaction(
        "taking overdue reports of " + hour,
        connection ->
            Sql.list(
                connection,
                row -> copy(row, hour, Sql.presentInstant(row, "send_before")),
                """
                with clock as (select ?::timestamptz as now), due as (
                  select report.organization_id, report.meter, report.revision, %s as send_before
                  from metering.meter_report as report, clock
                  where report.hour = ? and report.status = 'pending'
                    and (?::text is null or report.organization_id = ?)
                    and (report.send_before is null or report.send_before <= clock.now)
                    and clock.now < %s
                  order by report.organization_id, report.meter
                  limit ?
                  for update of report skip locked)
                update metering.meter_report as report set send_before = due.send_before
                from due
                where report.hour = ? and report.organization_id = due.organization_id
                  and report.meter = due.meter and report.revision = due.revision
                returning %s, report.send_before
                """
                    .formatted(SEND_BEFORE, LIMIT, COPY_COLUMNS),
                now,
                hour.start(),
                organizationId,
                organizationId,
                size,
                hour.start()));
  }

  /** What {@link #settle} changed. */
  public record Settled(int expired, int unresolved, int closedHours) {}

  /**
   * Gives up what may not be sent any more, and closes hours whose first publishing was never
   * finished but whose copies have expired: the sweep has them.
   *
   * <p>pending → expired: the hour is older than Stripe's limit. pending → unresolved: additive and
   * without an outcome 24 hours after capture; nothing is sent until the summaries were asked.
   */
  public Settled settle(Instant now) {
    return database.transaction(
        "settling overdue reports",
        connection -> {
          int expired =
              Sql.update(
                  connection,
                  """
                  update metering.meter_report set status = 'expired', settled_at = ?
                  where status = 'pending' and hour <= ?::timestamptz - interval '%d hours'
                  """
                      .formatted(SEND_HOURS_MAX),
                  now,
                  now);
          int unresolved =
              Sql.update(
                  connection,
                  """
                  update metering.meter_report set status = 'unresolved', settled_at = ?
                  where status = 'pending' and kind <> 'sum-hourly'
                    and captured_at <= ?::timestamptz - interval '24 hours'
                    and (send_before is null or send_before <= ?)
                  """,
                  now,
                  now,
                  now);
          int closed =
              Sql.update(
                  connection,
                  """
                  update metering.tick set published_at = ?
                  where status = 'captured' and published_at is null and send_before <= ?
                  """,
                  now,
                  now);
          return new Settled(expired, unresolved, closed);
        });
  }

  private static Claim claim(ResultSet row) throws SQLException {
    java.sql.Array through = row.getArray("published_through");
    String[] parts = through == null ? null : (String[]) through.getArray();
    return new Claim(
        new Hour(Sql.presentInstant(row, "hour")),
        Sql.presentInstant(row, "send_before"),
        parts == null ? null : new Position(parts[0], parts[1]),
        Sql.presentInstant(row, "publisher_until"));
  }

  private static Copy copy(ResultSet row, Hour hour, Instant sendBefore) throws SQLException {
    return new Copy(
        new ReportKey(
            hour, row.getString("meter"), row.getString("organization_id"), row.getInt("revision")),
        MeterKind.parse(row.getString("kind")),
        row.getLong("value"),
        row.getString("stripe_customer_id"),
        new Identifier(row.getString("identifier")),
        sendBefore);
  }
}
