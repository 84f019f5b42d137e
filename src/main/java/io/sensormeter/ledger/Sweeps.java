package io.sensormeter.ledger;

import io.sensormeter.database.Database;
import io.sensormeter.database.ReadOnly;
import io.sensormeter.database.Transaction;
import io.sensormeter.meter.Copy;
import io.sensormeter.meter.Hour;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * From the ledger to the reports queue, again: which pending reports have no copy that can still be
 * sent, and how many may leave now.
 */
public final class Sweeps {

  /** Of {@code last} meters: what of {@code report}'s organization or customer is under way. */
  private static final String UNDER_WAY =
      """
      select one.hour, one.status from metering.meter_report as one
      where one.kind = 'last' and one.status <> 'verified' and one.%1$s = report.%1$s
        and one.send_before > clock.now and one.meter = report.meter
        and one.hour between report.hour - interval '35 days' and report.hour + interval '35 days'
      """;

  /**
   * On a {@code last} meter, whether a copy of a later hour may still be sent, whatever became of
   * its report: refused once, another copy of it may be taken. Or one of an earlier hour, whose
   * event would stand last if it came after this one, unless that has its outcome.
   *
   * <p>What Stripe was seen to hold had its last copy long before. Each of the two is looked up by
   * an index of its own: what is open of 35 days may be everybody's.
   */
  private static final String BESIDE_ANOTHER =
      """
      (report.kind = 'last' and exists (
        select from (%s union all %s) as beside
        where beside.hour > report.hour
          or beside.hour < report.hour and beside.status in ('pending', 'rejected')))
      """
          .formatted(
              UNDER_WAY.formatted("organization_id"), UNDER_WAY.formatted("stripe_customer_id"));

  /**
   * A report that waits for a copy: none that left can still be sent, one may leave now, and no
   * person and no sighting is waited for. Stopped are the meters that Stripe takes nothing of, or
   * that are not in Stripe what METERS declares.
   */
  private static final String WAITING =
      """
      report.status = 'pending' and report.held is null
        and (report.send_before is null or report.send_before <= clock.now)
        and clock.now < %s and clock.now < %s and not %s
      """
          .formatted(CopyExpiry.LIMIT, CopyExpiry.SEND_BEFORE, BESIDE_ANOTHER);

  private static final String STOPPED =
      """
      select from metering.meter as noted
      where noted.meter = report.meter
        and (noted.refused_at is not null or noted.problem is not null)
      """;

  static final String OVERDUE =
      """
      select report.hour, count(*) as reports
      from metering.meter_report as report, (values (?::timestamptz)) as clock(now)
      where %s and not exists (%s)
      group by report.hour
      order by report.hour desc
      """
          .formatted(WAITING, STOPPED);

  /** Copies an hour of a meter that Stripe takes nothing of: enough to see that it does again. */
  private static final int PROBES = 20;

  private final Database database;

  public Sweeps(Database database) {
    this.database = database;
  }

  /**
   * How many copies may leave now: no more are ever live than the pace can send before they expire,
   * so that the queue holds an hour's work at most, however long Stripe was down.
   *
   * @param callsPerSecond the pace of all reporters together
   */
  public static long allowance(ReadOnly reads, Instant now, int callsPerSecond) {
    return reads
        .one(
            "counting live copies",
            row -> Math.max(0, row.number("may") * callsPerSecond - row.number("live")),
            """
            select floor(extract(epoch from %s - clock.now))::bigint as may,
              (select count(*) from metering.meter_report as report
               where report.status = 'pending' and report.send_before > clock.now) as live
            from (values (?::timestamptz)) as clock(now)
            """
                .formatted(CopyExpiry.EARLIEST),
            now)
        .orElseThrow();
  }

  /**
   * What would leave for the first time so late that it may have been sent before is asked first.
   */
  public void askFirst(Instant now) {
    database.transaction(
        "holding what may have been sent before",
        transaction -> {
          HeldReports.askFirst(transaction, now);
          return now;
        });
  }

  /**
   * Takes back the copies of an hour that was captured after a later one, as far as they would be
   * under way beside that one's, or an earlier one's: a sweep publishes them once it may.
   *
   * @param hour captured at {@code now} in this transaction; none of its copies has left
   */
  static void withhold(Transaction transaction, Hour hour, Instant now) {
    transaction.update(
        """
        update metering.meter_report as report set send_before = null, first_published_at = null
        from (select ?::timestamptz as now, ?::timestamptz as hour) as clock
        where report.hour = clock.hour and report.captured_at = clock.now
          and report.kind = 'last' and report.status = 'pending' and report.send_before is not null
          and exists (select from metering.meter_report as later where later.hour > clock.hour)
          and %s
        """
            .formatted(BESIDE_ANOTHER),
        now,
        hour);
  }

  /** How many pending reports wait for a copy, by hour, newest first. */
  public static Map<Hour, Integer> overdue(ReadOnly reads, Instant now) {
    Map<Hour, Integer> overdue = new LinkedHashMap<>();
    reads.list(
        "looking for overdue reports",
        row -> overdue.put(row.hour("hour"), row.integer("reports")),
        OVERDUE,
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
  public List<Copy> takeOverdue(
      Hour hour, @Nullable String organizationId, Instant now, long size) {
    return take(
        "taking overdue reports of " + hour,
        """
        from metering.meter_report as report, clock
        where report.hour = ? and (?::text is null or report.organization_id = ?)
          and %s and not exists (%s)
        order by report.organization_id, report.meter
        limit ?
        for update of report skip locked
        """
            .formatted(WAITING, STOPPED),
        now,
        hour,
        organizationId,
        organizationId,
        size);
  }

  /**
   * As {@link #takeOverdue}, a few of each meter of which Stripe said that there is none: they find
   * out when there is one again, and starve nobody until then.
   */
  public List<Copy> takeProbes(Instant now) {
    return take(
        "taking probes of stopped meters",
        """
        from clock, metering.meter as stopped
        cross join lateral (
          select report.* from metering.meter_report as report
          where report.meter = stopped.meter and %s
          order by report.hour desc, report.organization_id
          limit greatest(0, ? - (
            select count(*) from metering.meter_report as live
            where live.meter = stopped.meter and live.status = 'pending'
              and live.send_before > clock.now))
          for update skip locked) as report
        where stopped.refused_at is not null and stopped.problem is null
        """
            .formatted(WAITING),
        now,
        PROBES);
  }

  private List<Copy> take(String what, String due, @Nullable Object... arguments) {
    return database.list(
        what,
        row -> CopyRow.read(row, row.hour("hour")),
        """
        with clock as (select ?::timestamptz as now), due as (
          select report.hour, report.organization_id, report.meter, report.revision,
            %s as send_before, coalesce(%s, clock.now) as first_published_at
          %s)
        update metering.meter_report as report
        set send_before = due.send_before, first_published_at = due.first_published_at
        from due
        where report.hour = due.hour and report.organization_id = due.organization_id
          and report.meter = due.meter and report.revision = due.revision
        returning report.hour, %s
        """
            .formatted(CopyExpiry.SEND_BEFORE, CopyExpiry.FIRST_PUBLISHED, due, CopyRow.COLUMNS),
        arguments);
  }
}
