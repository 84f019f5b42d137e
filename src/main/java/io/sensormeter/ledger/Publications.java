package io.sensormeter.ledger;

import io.sensormeter.database.Database;
import io.sensormeter.database.ReadOnly;
import io.sensormeter.database.Row;
import io.sensormeter.meter.Copy;
import io.sensormeter.meter.Hour;
import io.sensormeter.meter.Identifier;
import io.sensormeter.meter.MeterKind;
import io.sensormeter.meter.ReportKey;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * From the ledger to the reports queue: which copies may leave, and until when they may be sent. A
 * report's {@code send_before} is always committed before a copy that carries it leaves.
 */
public final class Publications {

  private static final String COPY_COLUMNS =
      """
      report.meter, report.organization_id, report.revision, report.kind, report.value,
      report.stripe_customer_id, report.identifier, report.captured_at
      """;

  private static final String UNPUBLISHED =
      "status = 'captured' and published_at is null and send_before > ?";

  private final Database database;

  public Publications(Database database) {
    this.database = database;
  }

  /** A place in the order of publishing. */
  public record Position(String organizationId, String meter) {

    private static final Position START = new Position("", "");

    @Override
    public String toString() {
      return equals(START) ? "nothing" : organizationId;
    }
  }

  /**
   * The right to publish an hour alone.
   *
   * @param sendBefore what its copies carry
   * @param after where an earlier publisher stopped
   * @param until when the right ends unless moved on
   */
  public record Claim(Hour hour, Instant sendBefore, Position after, Instant until) {

    /** The same right, read on behind {@code copy}; the ledger knows nothing of it yet. */
    public Claim behind(Copy copy) {
      Position behind = new Position(copy.key().organizationId(), copy.key().meter());
      return new Claim(hour, sendBefore, behind, until);
    }
  }

  /**
   * Takes the newest captured hour that is not published, nobody is publishing, and whose copies
   * have not expired. A crash leaves it to the next claim once {@code until} has passed.
   */
  public Optional<Claim> claim(Instant now, Instant until) {
    return database.one(
        "claiming an hour to publish",
        Publications::claim,
        """
        update metering.tick set publisher_until = ?
        where hour = (
          select hour from metering.tick
          where %s and (publisher_until is null or publisher_until <= ?)
          order by hour desc limit 1
          for update skip locked)
        returning hour, send_before, published_through, publisher_until
        """
            .formatted(UNPUBLISHED),
        until,
        now,
        now);
  }

  /** The captured hours that are not published, claimed or not, and may still be, newest first. */
  public static List<Hour> unpublishedHours(ReadOnly reads, Instant now) {
    return reads.list(
        "looking for unpublished hours",
        row -> row.hour("hour"),
        "select hour from metering.tick where %s order by hour desc".formatted(UNPUBLISHED),
        now);
  }

  /**
   * The next copies of a claimed hour in order of publishing: what is pending and was captured with
   * it.
   */
  public List<Copy> page(Claim claim, int size) {
    return database.list(
        "reading reports of " + claim.hour(),
        row -> copy(row, claim.hour(), claim.sendBefore()),
        """
        select %s
        from metering.meter_report as report
        where report.hour = ? and (report.organization_id, report.meter) > (?, ?)
          and report.status = 'pending' and report.send_before = ?
        order by report.organization_id, report.meter
        limit ?
        """
            .formatted(COPY_COLUMNS),
        claim.hour(),
        claim.after().organizationId(),
        claim.after().meter(),
        claim.sendBefore(),
        size);
  }

  /**
   * Notes that every copy up to {@code through} was acknowledged, and keeps the hour until {@code
   * until}.
   *
   * @return the claim as it stands now; empty if another publisher has taken the hour over
   *     meanwhile
   */
  public Optional<Claim> advance(Claim claim, Copy through, Instant until) {
    return database.one(
        "noting how far " + claim.hour() + " is published",
        Publications::claim,
        """
        update metering.tick set published_through = ?, publisher_until = ?
        where hour = ? and publisher_until = ? and published_at is null
        returning hour, send_before, published_through, publisher_until
        """,
        new String[] {through.key().organizationId(), through.key().meter()},
        until,
        claim.hour(),
        claim.until());
  }

  /** Gives the hour back: published as a whole, or left for the next claim. */
  public void release(Claim claim, boolean published, Instant now) {
    database.update(
        "closing the publishing of " + claim.hour(),
        """
        update metering.tick set publisher_until = null, published_at = ?
        where hour = ? and publisher_until = ?
        """,
        published ? now : null,
        claim.hour(),
        claim.until());
  }

  /**
   * Closes hours whose first publishing was never finished but whose copies have expired: the sweep
   * has their reports.
   */
  public void close(Instant now) {
    database.update(
        "closing hours whose copies have expired",
        """
        update metering.tick set published_at = ?
        where status = 'captured' and published_at is null and send_before <= ?
        """,
        now,
        now);
  }

  /** How many pending reports have no copy that can still be sent, by hour, newest first. */
  public static Map<Hour, Integer> overdue(ReadOnly reads, Instant now) {
    Map<Hour, Integer> overdue = new LinkedHashMap<>();
    reads.list(
        "looking for overdue reports",
        row -> overdue.put(row.hour("hour"), row.integer("reports")),
        """
        select report.hour, count(*) as reports
        from metering.meter_report as report, (values (?::timestamptz)) as clock(now)
        where report.status = 'pending'
          and (report.send_before is null or report.send_before <= clock.now)
          and clock.now < %s
        group by report.hour
        order by report.hour desc
        """
            .formatted(SendLimit.LIMIT),
        now);
    return overdue;
  }

  /**
   * Takes overdue reports of an hour for publishing: gives them a new {@code send_before} and
   * returns them, in one statement. A crash right after leaves them pending until that instant has
   * passed.
   *
   * @param organizationId only this organization's; null = all
   */
  public List<Copy> takeOverdue(Hour hour, @Nullable String organizationId, Instant now, int size) {
    return database.list(
        "taking overdue reports of " + hour,
        row -> copy(row, hour, row.instant("send_before")),
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
            .formatted(SendLimit.SEND_BEFORE, SendLimit.LIMIT, COPY_COLUMNS),
        now,
        hour,
        organizationId,
        organizationId,
        size,
        hour);
  }

  private static Claim claim(Row row) {
    List<String> through = row.textsOrNull("published_through");
    return new Claim(
        row.hour("hour"),
        row.instant("send_before"),
        through == null ? Position.START : new Position(through.get(0), through.get(1)),
        row.instant("publisher_until"));
  }

  private static Copy copy(Row row, Hour hour, Instant sendBefore) {
    return new Copy(
        new ReportKey(
            hour, row.text("meter"), row.text("organization_id"), row.integer("revision")),
        MeterKind.parse(row.text("kind")),
        hour,
        row.number("value"),
        row.text("stripe_customer_id"),
        new Identifier(row.text("identifier")),
        row.instant("captured_at"),
        sendBefore);
  }
}
