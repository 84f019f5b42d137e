package io.sensormeter.ledger;

import io.sensormeter.database.Transaction;
import java.time.Instant;

/**
 * What a person has to be told of, once. Marked as shown in the transaction that tells it: who dies
 * before its commit leaves it to the next tick, so that it is told again rather than never.
 */
public final class Exceptions {

  /** Partitions older than this hold nothing that may still change. */
  private static final int DAYS_MAX = 50;

  private Exceptions() {}

  /**
   * What was not shown before.
   *
   * @param rejected organizations, by meter, with a code that they did not have the hour before;
   *     before anything of the meter was billed there are none
   * @param unresolved reports of which nothing is known
   * @param expired reports too old to be sent
   * @param supersededUnsent reports of a {@code last} meter that were never accepted
   * @param discrepancies reports of which Stripe holds something else than the ledger
   * @param late reports accepted after their invoice may have been closed
   * @param skipped hours given up as too old to be captured by themselves
   * @param estimated billed reports read from the present state, too long after their hour
   */
  public record Shown(
      long rejected,
      long unresolved,
      long expired,
      long supersededUnsent,
      long discrepancies,
      long late,
      long skipped,
      long estimated) {}

  /**
   * Of a report or a tick that a statement moves: what it becomes is told anew, whatever was known
   * of it.
   */
  static final String ANEW =
      "shown_at = null, acknowledged_at = null, acknowledged_by = null, acknowledged_note = null";

  /**
   * For what the hour of a {@code tick} is told of, as SQL: {@code skipped}, {@code estimated} if a
   * billed gauge of it was read too late, else null. A flow read late is exact.
   */
  public static final String OF_HOUR =
      """
      case when tick.status = 'skipped' then 'skipped'
        when tick.status = 'captured' and tick.captured_by is not null
          and tick.captured_at > tick.hour + interval '%d minutes'
          and exists (
            select from metering.tick_meter as given
            left join metering.meter as noted on noted.meter = given.meter
            where given.hour = tick.hour and given.status = 'captured'
              and given.reports > given.rejected and noted.past_hour is not true)
        then 'estimated' end
      """
          .formatted(Captures.EXACT.toMinutes());

  private record Hours(long skipped, long estimated) {}

  /**
   * Marks what is new, and says what it is. What another is just recording waits for the next.
   *
   * <p>Long because it is one statement.
   */
  public static Shown show(Transaction transaction, Instant now) {
    Hours hours = hours(transaction, now);
    return transaction
        .one(
            row ->
                new Shown(
                    row.number("rejected"),
                    row.number("unresolved"),
                    row.number("expired"),
                    row.number("superseded"),
                    row.number("discrepancies"),
                    row.number("late"),
                    hours.skipped(),
                    hours.estimated()),
            """
            with argument as (select ?::timestamptz as now), fresh as (
              select r.hour, r.organization_id, r.meter, r.revision
              from metering.meter_report as r, argument
              where r.shown_at is null and r.recorded_at is not null
                and (r.late or r.status in
                  ('rejected', 'unresolved', 'expired', 'superseded', 'discrepancy'))
                and r.hour > argument.now - interval '%d days'
              order by r.hour, r.organization_id, r.meter, r.revision
              for update skip locked
            ), shown as (
              update metering.meter_report as r set shown_at = argument.now
              from fresh, argument
              where r.hour = fresh.hour and r.organization_id = fresh.organization_id
                and r.meter = fresh.meter and r.revision = fresh.revision
              returning r.hour, r.organization_id, r.meter, r.failure_code, r.late,
                coalesce(r.event_time, r.hour) as event_time,
                case when r.failure_code = '%s' then 'discrepancy' else r.status end as status
            )
            select
              count(distinct (organization_id, meter)) filter (
                where status = 'rejected'
                  and event_time >= coalesce(
                    (select noted.live_from from metering.meter as noted
                     where noted.meter = shown.meter),
                    (select live_from from metering.stack))
                  and not exists (
                    select from metering.meter_report as before
                    where before.hour = shown.hour - interval '1 hour'
                      and before.organization_id = shown.organization_id
                      and before.meter = shown.meter and before.status = 'rejected'
                      and before.failure_code = shown.failure_code)) as rejected,
              count(*) filter (where status = 'unresolved') as unresolved,
              count(*) filter (where status = 'expired') as expired,
              count(*) filter (where status = 'superseded') as superseded,
              count(*) filter (where status = 'discrepancy') as discrepancies,
              count(*) filter (where late and status in ('pending', 'accepted', 'verified')) as late
            from shown
            """
                .formatted(DAYS_MAX, ReportStatus.ACCEPTED_BESIDE_LIVE),
            now)
        .orElseThrow();
  }

  /** A flow read late is exact. */
  private static Hours hours(Transaction transaction, Instant now) {
    return transaction
        .one(
            row -> new Hours(row.number("skipped"), row.number("estimated")),
            """
            with shown as (
              update metering.tick set shown_at = ?
              where shown_at is null and captured_by is not null
                and (status = 'skipped' or captured_at > hour + interval '%d minutes')
              returning hour, status
            )
            select count(*) filter (where shown.status = 'skipped') as skipped,
              coalesce(sum((
                select sum(given.reports - given.rejected)
                from metering.tick_meter as given
                left join metering.meter as noted on noted.meter = given.meter
                where given.hour = shown.hour and given.status = 'captured'
                  and noted.past_hour is not true)), 0) as estimated
            from shown
            """
                .formatted(Captures.EXACT.toMinutes()),
            now)
        .orElseThrow();
  }
}
