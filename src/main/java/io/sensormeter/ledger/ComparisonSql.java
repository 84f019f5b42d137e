package io.sensormeter.ledger;

/**
 * The statement that compares what Stripe shows with what the ledger says. Its arguments: now,
 * sightings as JSON ({@link SightingRow}), and twice the first and last hour that a report of
 * theirs may have.
 */
final class ComparisonSql {

  /** Stripe refused it itself; capture's refusals never left. */
  static final String REFUSED_BY_STRIPE =
      """
      r.status = 'rejected' and coalesce(r.rejected_by,
        case when r.send_before is not null then 'answer' end) in ('answer', 'report')
      """;

  /**
   * The reports that a sighting speaks of, by its very customer, as long as it is new and sound.
   */
  private static final String SEEN =
      """
      with argument as (
        select ?::timestamptz as now
      ), sighting as (
        %1$s
      ), seen as (
        -- Locked in the recorder's order.
        select r.hour, r.organization_id, r.meter, r.revision, r.status, r.value,
          r.stripe_customer_id, r.absent_at, r.observed_value, r.settled_at, s.read_at, s.gone,
          noted.seen_at, coalesce(r.sightings, 0) as sightings,
          stripe.shown,
          case when r.kind <> 'sum-hourly' or noted.raw then interval '%2$d hours'
            else interval '0' end as patience,
          coalesce(r.send_before, r.captured_at) as sent_before
        from sighting as s
        join metering.meter as noted on noted.meter = s.meter and noted.stripe_id = s.stripe_id
        cross join lateral %7$s
        join metering.meter_report as r
          on r.hour = tick.hour and r.organization_id = s.organization_id and r.meter = s.meter
          and r.stripe_customer_id = s.customer
        cross join lateral (select coalesce(r.event_time, r.hour) as hour) as event
        -- One number goes through the sort, not the whole sighting.
        cross join lateral (select %6$s as shown offset 0) as stripe
        where r.hour between ? and ? and event.hour between s.first and s.last
          and s.read_at >= event.hour + interval '1 hour'
          and r.value is not null
          and (r.status in ('accepted', 'verified', 'unresolved', 'expired', 'discrepancy')
            or r.status = 'superseded' and r.send_before is not null or %3$s)
          and s.read_at >= coalesce(r.send_before, r.captured_at) + interval '%4$d minutes'
          and (r.status not in ('accepted', 'verified', 'discrepancy')
            or s.read_at >= coalesce(r.settled_at, r.recorded_at, r.captured_at)
              + interval '%5$d hours')
          and (r.observed_at is null or s.read_at > r.observed_at)
        order by r.hour, r.organization_id, r.meter, r.revision
        for update of r
      )
      """
          .formatted(
              SightingRow.SQL,
              Verifications.PATIENCE_HOURS,
              REFUSED_BY_STRIPE,
              Verifications.EXPIRED_MINUTES,
              Verifications.SETTLED_HOURS,
              SightingRow.SHOWN,
              SightingRow.TICKS);

  /** What it comes to; where no report is live, the last revision may take the place. */
  private static final String JUDGED =
      """
      , judged as (
        select seen.*, not gone and shown = value as equal,
          not gone and shown = 0 and value <> 0 as absent,
          case
            when gone then case when status = 'accepted' and seen_at is not null
              then 'discrepancy' else status end
            when shown = value then case
              when status in ('rejected', 'superseded') and (exists (
                select from metering.meter_report as live
                where live.hour = seen.hour and live.meter = seen.meter
                  and live.status not in ('rejected', 'superseded', 'replaced')
                  and (live.organization_id = seen.organization_id
                    or live.stripe_customer_id = seen.stripe_customer_id))
                or row_number() over (
                  partition by hour, meter, stripe_customer_id,
                    status in ('rejected', 'superseded')
                  order by revision desc, organization_id) > 1)
                then status else 'verified' end
            when shown <> 0 and status in ('accepted', 'verified') then 'discrepancy'
            else status
          end as becomes,
          case when gone then 'customer_gone' when shown = 0 then 'absent' else 'differs' end as code
        from seen
      )
      """;

  private static final String NOTED =
      """
      , noted as (
        update metering.meter_report as r
        set status = j.becomes,
          observed_value = case when not j.gone then j.shown end, observed_at = j.read_at,
          sightings = case when j.becomes <> j.status then 1 else least(j.sightings + 1, 1000) end,
          -- A first look of an hour that is not believed is none: it begins anew.
          absent_at = case when j.absent and j.becomes in ('accepted', 'verified', 'unresolved')
            then coalesce(
              case when not exists (
                select from metering.tick as t
                where t.hour = date_trunc('hour', r.absent_at, 'UTC') and %s)
                then r.absent_at end,
              case when j.read_at >= j.sent_before + j.patience then j.read_at end) end,
          suspect_at = case when not j.equal and j.sightings < 1 then r.suspect_at end,
          recorded_at = case when j.becomes <> j.status then argument.now else r.recorded_at end,
          shown_at = case when not told.anew then r.shown_at end,
          acknowledged_at = case when not told.anew then r.acknowledged_at end,
          acknowledged_by = case when not told.anew then r.acknowledged_by end,
          acknowledged_note = case when not told.anew then r.acknowledged_note end,
          failure_code = case
            when j.becomes = 'discrepancy' and (j.status <> 'discrepancy'
              or r.failure_code in ('absent', 'differs', 'customer_gone')) then j.code
            when j.becomes = 'verified' and j.status in ('rejected', 'discrepancy', 'superseded')
              then null
            else r.failure_code end,
          failure_message = case
            when j.becomes = 'discrepancy' and j.status <> 'discrepancy'
              then case when j.gone then 'Stripe knows no such customer'
                else 'Stripe shows ' || j.shown end
            when j.becomes = 'verified' and j.status in ('rejected', 'discrepancy', 'superseded')
              then null
            else r.failure_message end,
          rejected_by = case when j.becomes = 'verified' then null else r.rejected_by end
        from argument, judged as j
        cross join lateral (
          select j.becomes = 'discrepancy' and (j.status <> 'discrepancy'
            or case when j.gone then j.observed_value is not null
              else j.observed_value is distinct from j.shown end) as anew) as told
        where r.hour between ? and ?
          and r.hour = j.hour and r.organization_id = j.organization_id and r.meter = j.meter
          and r.revision = j.revision
          and not (j.status = 'verified' and j.equal and r.suspect_at is null
            and r.absent_at is null)
        returning j.hour, j.meter, j.revision, j.status, j.becomes, j.read_at, j.settled_at, j.absent,
          j.value, j.absent_at, r.duplicate, r.first_published_at
      )
      """
          .formatted(Absences.TOO_MANY);

  /** First looks are counted, to see when nothing at all is to be seen; and signs of life noted. */
  private static final String COUNTED =
      """
      , counted as (
        update metering.tick as t
        set compared = coalesce(t.compared, 0) + looks.compared,
          absent = coalesce(t.absent, 0) + looks.absent
        from (
          select date_trunc('hour', read_at, 'UTC') as hour, count(*) as compared,
            count(*) filter (where absent or gone) as absent
          from judged where status = 'accepted' and sightings = 0
          group by 1) as looks
        where t.hour = looks.hour
      ), alive as (
        -- Only of what Stripe took when it said so, and nothing earlier can be shown in place of:
        -- a day after the first copy it may take again what it has taken before.
        select hour, meter, max(read_at) as read_at, max(settled_at) as settled_at
        from noted where status = 'accepted' and becomes = 'verified' and value <> 0
          and duplicate is not true and revision = 0
          and settled_at < first_published_at + interval '%1$d hours'
        group by hour, meter
      ), sign as (
        update metering.tick_meter as given
        set alive_at = alive.read_at, alive_settled_at = alive.settled_at
        from alive
        where given.hour = alive.hour and given.meter = alive.meter and given.alive_at is null
      ), pinned as (
        update metering.meter as known set seen_at = alive.at
        from (select meter, max(read_at) as at from alive group by meter) as alive
        where known.meter = alive.meter and known.seen_at is null
      )
      select
        count(*) filter (where becomes = 'verified' and status <> 'verified') as verified,
        count(*) filter (where becomes = 'discrepancy' and status <> 'discrepancy') as discrepancies,
        count(*) filter (where absent and read_at >= absent_at + interval '%2$d minutes') as again
      from noted
      """
          .formatted(CopyExpiry.ADDITIVE_SEND_HOURS, Verifications.APART_MINUTES);

  static final String COMPARE = SEEN + JUDGED + NOTED + COUNTED;

  private ComparisonSql() {}
}
