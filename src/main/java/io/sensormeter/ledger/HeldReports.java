package io.sensormeter.ledger;

import io.sensormeter.database.Transaction;
import io.sensormeter.ledger.Verifications.Compared;
import io.sensormeter.meter.Hour;
import java.time.Instant;

/**
 * Reports that are held until Stripe was seen not to hold their hour: revisions under the customer
 * of what left before them, and on additive meters what leaves for the first time so late that a
 * ledger from before a restoration may have sent it, under an identifier that Stripe has forgotten.
 *
 * <p>That nothing is shown counts only while Stripe's summaries are seen alive, and only once the
 * copies before have been expired for {@link Verifications#PATIENCE_HOURS}, as where a report is
 * absent: else what Stripe holds, and does not show yet, would be sent twice.
 */
final class HeldReports {

  /** Stripe keeps an identifier for 24 hours; a copy lives for less than two. */
  static final int FIRST_HOURS_MAX = 20;

  /** The newest revision before {@code r} of which a copy left, as SQL. */
  static final String LEFT_BEFORE =
      """
      lateral (
        select one.stripe_customer_id, one.send_before, one.settled_at
        from metering.meter_report as one
        where one.hour = r.hour and one.organization_id = r.organization_id
          and one.meter = r.meter and one.revision < r.revision
          and %s
        order by one.revision desc limit 1) as before
      """
          .formatted(CopyExpiry.LEFT);

  private static final String LATE_FIRST =
      """
      report.status = 'pending' and report.held is null
        and report.observed_at is null and %s
        and report.event_time < ?::timestamptz - interval '%d hours'
        and (report.revision = 0 or not exists (
          select from metering.meter_report as before
          where before.hour = report.hour and before.organization_id = report.organization_id
            and before.meter = report.meter and before.revision < report.revision
            and before.send_before is not null))
      """
          .formatted(CopyExpiry.ADDITIVE, FIRST_HOURS_MAX);

  /**
   * Absent as often as asked for, it goes by itself. Stripe shows its very value under its very
   * customer: it was sent before. Anything else is for a person.
   */
  private static final String LOOK =
      """
      with argument as (
        select ?::timestamptz as now
      ), sighting as (
        %1$s
      ), seen as (
        select r.hour, r.organization_id, r.meter, r.revision, s.read_at,
          not s.gone and r.stripe_customer_id = s.customer as own,
          stripe.shown
        from sighting as s
        join metering.meter as noted on noted.meter = s.meter and noted.stripe_id = s.stripe_id
        cross join lateral %7$s
        join metering.meter_report as r
          on r.hour = tick.hour and r.organization_id = s.organization_id and r.meter = s.meter
          and r.status = 'pending' and r.held is not null
        left join %8$s on true
        cross join lateral (select coalesce(r.event_time, r.hour) as hour) as event
        cross join lateral (
          select case when s.gone then 0 else %6$s end as shown offset 0) as stripe
        where r.hour between ? and ? and event.hour between s.first and s.last
          and coalesce(before.stripe_customer_id, r.stripe_customer_id) = s.customer
          and (not s.gone or noted.seen_at is not null)
          and s.read_at >= greatest(r.captured_at, event.hour + interval '1 hour',
            before.send_before + interval '%2$d minutes',
            before.settled_at + interval '%3$d hours')
          and (r.observed_at is null or s.read_at >= r.observed_at + interval '%4$d minutes')
          -- One customer's summaries may be hours late while others' are not.
          and (stripe.shown <> 0 or s.gone
            or s.read_at >= coalesce(before.send_before + interval '%10$d hours', r.captured_at)
              and exists (
                select from metering.tick_meter as given
                where given.meter = r.meter
                  and given.alive_at <= s.read_at - interval '%11$d minutes'
                  and given.alive_settled_at >= coalesce(before.send_before, r.captured_at)
                    + interval '%11$d minutes')
              and not exists (
                select from metering.tick as t
                where t.hour = date_trunc('hour', s.read_at, 'UTC') and %9$s))
        order by r.hour, r.organization_id, r.meter, r.revision
        for update of r
      ), looked as (
        update metering.meter_report as r
        set observed_at = seen.read_at, observed_value = seen.shown,
          held = case when seen.shown = 0 then nullif(r.held - 1, 0) end,
          status = found.status,
          duplicate = case when found.status = 'accepted' then true else r.duplicate end,
          sightings = case when found.status = r.status then r.sightings else 1 end,
          settled_at = case when found.status = r.status then r.settled_at else argument.now end,
          recorded_at = case when found.status = r.status then r.recorded_at else argument.now end,
          shown_at = case when found.status <> 'discrepancy' then r.shown_at end,
          failure_code = case when found.status = 'discrepancy' then '%5$s' end,
          failure_message = case when found.status = 'discrepancy'
            then 'held until Stripe shows the hour absent, but it shows ' || seen.shown end
        from argument, seen
        join metering.meter_report as held on held.hour = seen.hour
          and held.organization_id = seen.organization_id and held.meter = seen.meter
          and held.revision = seen.revision
        cross join lateral (
          select case when seen.shown = 0 then 'pending'
            when seen.own and seen.shown = held.value then 'accepted'
            else 'discrepancy' end as status) as found
        where r.hour between ? and ?
          and r.hour = seen.hour and r.organization_id = seen.organization_id
          and r.meter = seen.meter and r.revision = seen.revision
        returning r.status
      )
      select count(*) filter (where status = 'discrepancy') as discrepancies from looked
      """
          .formatted(
              SightingRow.SQL,
              Verifications.EXPIRED_MINUTES,
              Verifications.SETTLED_HOURS,
              Verifications.APART_MINUTES,
              ReportStatus.ALSO_ACCEPTED,
              SightingRow.SHOWN,
              SightingRow.TICKS,
              LEFT_BEFORE,
              Absences.TOO_MANY,
              Verifications.PATIENCE_HOURS,
              Verifications.CLOCKS_MINUTES);

  private HeldReports() {}

  /** Of an hour that was just captured, before a copy leaves. */
  static void askFirst(Transaction transaction, Hour hour, Instant now) {
    transaction.update(
        """
        update metering.meter_report as report
        set held = 1, send_before = null, first_published_at = null
        where report.hour = ? and report.captured_at = ? and
        """
            + LATE_FIRST,
        hour,
        now,
        now);
  }

  /** Of all hours: what was released, or waited for so long to leave. */
  static void askFirst(Transaction transaction, Instant now) {
    transaction.update(
        "update metering.meter_report as report set held = 1 where report.send_before is null and "
            + LATE_FIRST,
        now);
  }

  static Compared look(
      Transaction transaction, String sightings, Instant first, Instant last, Instant now) {
    return transaction
        .one(
            row -> new Compared(0, row.integer("discrepancies"), 0),
            LOOK,
            now,
            sightings,
            first,
            last,
            first,
            last)
        .orElseThrow();
  }
}
