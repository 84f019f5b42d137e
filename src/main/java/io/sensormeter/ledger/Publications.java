package io.sensormeter.ledger;

import io.sensormeter.database.Database;
import io.sensormeter.database.ReadOnly;
import io.sensormeter.database.Row;
import io.sensormeter.meter.Copy;
import io.sensormeter.meter.Hour;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * From the ledger to the reports queue: which copies of an hour leave for the first time. A
 * report's {@code send_before} is always committed before a copy that carries it leaves. What has
 * no copy that can still be sent is for {@link Sweeps}.
 */
public final class Publications {

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
   * @param capturedAt when it was captured as a whole
   * @param sendBefore the latest expiry of its copies
   * @param after where an earlier publisher stopped
   * @param until when the right ends unless moved on
   */
  public record Claim(
      Hour hour, Instant capturedAt, Instant sendBefore, Position after, Instant until) {

    /** The same right, read on behind {@code copy}; the ledger knows nothing of it yet. */
    public Claim behind(Copy copy) {
      Position behind = new Position(copy.key().organizationId(), copy.key().meter());
      return new Claim(hour, capturedAt, sendBefore, behind, until);
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
        returning hour, captured_at, send_before, published_through, publisher_until
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
   * The next copies of a claimed hour in order of publishing: what is pending, was captured with
   * it, and was given an expiry that has not come.
   */
  public List<Copy> page(Claim claim, Instant now, int size) {
    return database.list(
        "reading reports of " + claim.hour(),
        row -> CopyRow.read(row, claim.hour()),
        """
        select %s
        from metering.meter_report as report
        where report.hour = ? and (report.organization_id, report.meter) > (?, ?)
          and report.revision = 0 and report.status = 'pending'
          and report.captured_at = ? and report.send_before > ?
        order by report.organization_id, report.meter
        limit ?
        """
            .formatted(CopyRow.COLUMNS),
        claim.hour(),
        claim.after().organizationId(),
        claim.after().meter(),
        claim.capturedAt(),
        now,
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
        returning hour, captured_at, send_before, published_through, publisher_until
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
        where status = 'captured' and published_at is null
          and (send_before is null or send_before <= ?)
        """,
        now,
        now);
  }

  private static Claim claim(Row row) {
    List<String> through = row.textsOrNull("published_through");
    return new Claim(
        row.hour("hour"),
        row.instant("captured_at"),
        row.instant("send_before"),
        through == null ? Position.START : new Position(through.get(0), through.get(1)),
        row.instant("publisher_until"));
  }
}
