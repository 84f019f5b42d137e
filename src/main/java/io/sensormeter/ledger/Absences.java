package io.sensormeter.ledger;

import io.sensormeter.database.Transaction;
import io.sensormeter.ledger.Verifications.Compared;
import io.sensormeter.meter.ReportKey;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * What becomes of a report that Stripe was twice seen not to hold. Nothing, while it is the
 * summaries that are late: only if a read of the same meter, no later, was equal for a report that
 * Stripe had accepted no earlier than this one, and never where more than a twentieth of all is
 * absent. (An hour earlier would not do: summaries that are late by a steady time show one hour,
 * and not the next.) Where a resend may bill twice, both by {@link Verifications#CLOCKS_MINUTES}.
 */
final class Absences {

  /** So many revisions are made without a person. */
  private static final int AUTOMATIC_MAX = 2;

  /** Fewer absent ones than these are no failure of the summaries, whatever their share. */
  private static final int FEW = 20;

  /** Of first looks in one hour, as SQL on a row {@code t} of {@code metering.tick}. */
  static final String TOO_MANY = "t.absent > %d and t.absent * 20 > t.compared".formatted(FEW);

  private static final String CANDIDATES =
      """
      with sighting as (
        %1$s
      ), candidate as (
        select r.hour, r.organization_id, r.meter, r.revision, r.status,
          -- Whatever a person has settled otherwise would be billed twice.
          r.acknowledged_at is null
          and case when r.kind <> 'sum-hourly' or noted.raw then r.status = 'unresolved'
            else r.status = 'accepted' end
          and (select count(*) from metering.meter_report as made
            where made.hour = r.hour and made.organization_id = r.organization_id
              and made.meter = r.meter and made.reason like '%2$s%%') < %3$d as repairable
        from sighting as s
        join metering.meter as noted on noted.meter = s.meter and noted.stripe_id = s.stripe_id
          and noted.problem is null and noted.missing_at is null and noted.other_id is null
        cross join lateral %6$s
        join metering.meter_report as r
          on r.hour = tick.hour and r.organization_id = s.organization_id and r.meter = s.meter
          and r.stripe_customer_id = s.customer and r.observed_at = s.read_at
        cross join lateral (
          select case when r.status = 'unresolved' then interval '%7$d minutes'
            else interval '0' end as clocks) as apart
        where r.hour between ? and ?
          and r.status in ('accepted', 'verified', 'unresolved')
          and s.read_at >= r.absent_at + interval '%4$d minutes'
          and exists (
            select from metering.tick_meter as given
            where given.meter = r.meter and given.alive_at <= s.read_at - clocks
              and given.alive_settled_at >= case when r.status = 'unresolved' then r.send_before
                else r.settled_at end + clocks)
          and not exists (
            select from metering.tick as t
            where t.hour in (date_trunc('hour', s.read_at, 'UTC'),
                             date_trunc('hour', r.absent_at, 'UTC'))
              and %5$s)
      )
      """
          .formatted(
              SightingRow.SQL,
              Revisions.ABSENT,
              AUTOMATIC_MAX,
              Verifications.APART_MINUTES,
              TOO_MANY,
              SightingRow.TICKS,
              Verifications.CLOCKS_MINUTES);

  private Absences() {}

  /**
   * Decides. What a resend cannot bill twice is sent again under a new identifier; so is what was
   * never answered. Anything else is for a person, and so is what comes back absent.
   */
  static Compared decide(
      Transaction transaction,
      String sightings,
      Instant first,
      Instant last,
      Duration lateAfter,
      Instant now) {
    List<ReportKey> repairable = repairable(transaction, sightings, first, last);
    int discrepancies = leftToAPerson(transaction, sightings, first, last, now);
    int made =
        Revisions.automatic(
            transaction, repairable, "Stripe showed nothing, twice", now, lateAfter);
    return new Compared(0, discrepancies, made);
  }

  private static List<ReportKey> repairable(
      Transaction transaction, String sightings, Instant first, Instant last) {
    return transaction.list(
        row ->
            new ReportKey(
                row.hour("hour"),
                row.text("meter"),
                row.text("organization_id"),
                row.integer("revision")),
        CANDIDATES
            + "select hour, meter, organization_id, revision from candidate where repairable",
        sightings,
        first,
        last);
  }

  private static int leftToAPerson(
      Transaction transaction, String sightings, Instant first, Instant last, Instant now) {
    return transaction.update(
        CANDIDATES
            + """
            update metering.meter_report as r
            set status = 'discrepancy', recorded_at = ?, sightings = 1,
              failure_code = 'absent', failure_message = 'Stripe shows nothing',
            """
            + Exceptions.ANEW
            + """

            from candidate as c
            where r.hour between ? and ?
              and r.hour = c.hour and r.organization_id = c.organization_id
              and r.meter = c.meter and r.revision = c.revision
              and not c.repairable and r.status <> 'unresolved'
            """,
        sightings,
        first,
        last,
        now,
        first,
        last);
  }
}
