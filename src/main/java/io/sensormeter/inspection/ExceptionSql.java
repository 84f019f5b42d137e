package io.sensormeter.inspection;

import io.sensormeter.config.SchedulerSettings;
import io.sensormeter.ledger.Acknowledgements;
import io.sensormeter.ledger.Overtaking;
import io.sensormeter.ledger.ReportStatus;
import java.util.ArrayList;
import java.util.List;

/**
 * The statement that finds the reports an alarm rings for, each part through an index of its own.
 */
final class ExceptionSql {

  /** Not materialized, so that the planner knows the bounds of each part. */
  private static final String ARGUMENT =
      """
      with argument as not materialized (
        select ?::timestamptz as first, ?::timestamptz as since, ?::timestamptz as last,
          ?::text as meter, ?::text as organization, ?::timestamptz as now,
          ?::timestamptz as unverified)
      """;

  private static final String FOUND =
      """
      r.failure_code as code,
      coalesce(r.rejected_by, case when r.status = 'rejected'
        then case when r.send_before is null then 'capture' else 'answer' end end) as refused_by,
      r.hour, r.organization_id, r.meter, r.kind, r.value, r.stripe_customer_id,
      %s as acknowledged
      from argument cross join metering.meter_report as r
      """
          .formatted(Acknowledgements.said("r"));

  /** What was rejected before anything was billed is no loss. */
  private static final String OPEN =
      """
      select case when r.status = 'rejected' and r.failure_code = '%2$s'
        then 'discrepancy' else r.status end as status, %1$s
      where r.status in ('rejected', 'unresolved', 'discrepancy', 'expired')
        and r.hour >= coalesce(argument.first, '-infinity')
        and (r.status <> 'rejected'
          or coalesce(r.event_time, r.hour) >= coalesce(
            (select noted.live_from from metering.meter as noted where noted.meter = r.meter),
            (select live_from from metering.stack)))
      """
          .formatted(FOUND, ReportStatus.ACCEPTED_BESIDE_LIVE);

  private static final String MARKED =
      """
      select case when r.status <> 'superseded' then 'late' when r.failure_code = '%2$s'
        then 'discrepancy' else r.status end as status, %1$s
      where (r.late or r.status = 'superseded') and r.hour >= argument.since
        and r.status in ('pending', 'accepted', 'verified', 'superseded')
      """
          .formatted(FOUND, ReportStatus.ACCEPTED_BESIDE_LIVE);

  /** As the gauge of hours in shadow counts them. */
  private static final String SHADOW =
      """
      select 'shadow' as status, %1$s
      join metering.meter as noted on noted.meter = r.meter
      where r.status = 'shadow' and r.hour >= noted.live_from
        and r.hour > argument.now - interval '%2$d hours'
        and r.hour >= coalesce(argument.first, '-infinity')
        and coalesce(r.event_time, r.hour) >= noted.live_from
        and (r.kind <> 'last' or not %3$s)
      """
          .formatted(
              FOUND,
              SchedulerSettings.CATCH_UP_HOURS_MAX,
              Overtaking.isOvertaken("r", "r.stripe_customer_id"));

  private static final String WAITING =
      """
      select 'pending' as status,
        case when r.held is not null then 'held' when exists (
          select from metering.meter as noted where noted.meter = r.meter
            and (noted.refused_at is not null or noted.problem is not null))
          then 'meter_stopped' end as code, null as refused_by,
        r.hour, r.organization_id, r.meter, r.kind, r.value, r.stripe_customer_id, null
      from argument cross join metering.meter_report as r
      where r.status = 'pending' and r.hour <= argument.now - interval '1 hour'
        -- A revision has waited since it was made.
        and (r.held is not null or r.captured_at <= argument.now - interval '1 hour')
        and r.hour >= coalesce(argument.first, '-infinity')
      union all
      select 'accepted' as status, 'unverified', null,
        r.hour, r.organization_id, r.meter, r.kind, r.value, r.stripe_customer_id, null
      from argument cross join metering.meter_report as r
      where r.status = 'accepted' and r.hour <= argument.unverified
        and r.hour >= greatest(argument.first, (select verify_from from metering.stack))
      """;

  private static final String GROUPED =
      """
      select numbered.status, numbered.code, numbered.refused_by, numbered.meter,
        bool_or(numbered.kind is distinct from 'sum-hourly' or coalesce(noted.raw, false)) as additive,
        count(*) as reports, count(distinct organization_id) as organizations,
        coalesce(sum(value), 0) as units, min(hour) as since, max(hour) as newest,
        array_agg(organization_id order by nth) filter (where nth <= 3) as of_organizations,
        array_agg(to_char(hour at time zone 'UTC', 'YYYY-MM-DD"T"HH24"Z"') order by nth)
          filter (where nth <= 3) as of_hours,
        array_agg(coalesce(stripe_customer_id, '') order by nth) filter (where nth <= 3)
          as of_customers,
        array_agg(coalesce(acknowledged, '') order by nth) filter (where nth <= 3)
          as of_acknowledged
      from (
        select found.*, row_number() over (
          partition by found.status, found.code, found.refused_by, found.meter
          order by found.hour desc, found.organization_id) as nth
        from found cross join argument
        where found.hour <= argument.last
          and (argument.meter is null or found.meter = argument.meter)
          and (argument.organization is null or found.organization_id = argument.organization)
      ) as numbered
      left join metering.meter as noted on noted.meter = numbered.meter
      group by numbered.status, numbered.code, numbered.refused_by, numbered.meter
      order by numbered.status, numbered.code, numbered.meter
      """;

  private ExceptionSql() {}

  /**
   * Arguments: first hour or null, first hour of what is told once, last hour, meter and
   * organization or null, now, the hour from which on Stripe need not have shown a report yet.
   */
  static String of(boolean acknowledged) {
    String whether = " and r.acknowledged_at is %snull\n".formatted(acknowledged ? "not " : "");
    List<String> parts =
        new ArrayList<>(List.of(OPEN + whether, MARKED + whether, SHADOW + whether));
    if (!acknowledged) {
      parts.add(WAITING);
    }
    return ARGUMENT + ", found as (\n" + String.join("union all\n", parts) + ")\n" + GROUPED;
  }
}
