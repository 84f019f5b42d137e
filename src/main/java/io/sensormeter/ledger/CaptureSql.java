package io.sensormeter.ledger;

/**
 * The statement that turns an hour's readings into reports. Each reading becomes one report; one
 * that cannot be billed becomes a rejected report with a code, and the others are captured all the
 * same: see {@link Rejections}.
 *
 * <p>Arguments of all three: hour, its label, now, organization (null = all), how many copies may
 * leave, the declared meters ({@link DeclaredMeters}). The result is a row a meter: reports,
 * rejected, total, latest expiry. The caller holds the hour's lock.
 */
final class CaptureSql {

  private static final String ARGUMENT =
      """
      with argument as materialized (
        select ?::timestamptz as hour, ?::text as label, ?::timestamptz as now,
               ?::text as organization, ?::bigint as allowance
      ), declared as materialized (
        select d.meter, d.kind, d.event_time, d.billed,
          noted.refused_at is not null or noted.problem is not null as stopped,
          noted.kind is not null
            and (noted.kind, noted.past_hour) is distinct from (d.kind, d.past_hour) as changed,
          %s as send_before
        from argument as a cross join (%s) as d
        left join metering.meter as noted on noted.meter = d.meter
        cross join lateral (select a.now) as clock(now)
        cross join lateral (
          select d.kind, a.hour, d.event_time, null::timestamptz as first_published_at,
            null::timestamptz as send_before, a.now as captured_at) as report
      )
      """
          .formatted(CopyExpiry.SEND_BEFORE, DeclaredMeters.SQL);

  /** Each reading judged by itself. */
  private static final String SINGLE =
      ARGUMENT + Rejections.reading("argument, metering.billable_readings(argument.hour) as r");

  /** No two readings meet: nothing more to judge. */
  private static final String UNJUDGED =
      """
      , judged as (
        select organization_id, meter, customer, value, countable, plain, failure, given,
          null::text as holder, 1 as readings
        from reading
      )
      """;

  private static final String STANDING =
      """
      , standing as materialized (
        select r.organization_id, r.meter, r.stripe_customer_id as customer,
          r.status not in ('rejected', 'superseded', 'replaced') as live
        from metering.meter_report as r where r.hour = (select hour from argument)
      )
      """;

  /**
   * With a copy for each report that may have one; {@link #LATER} takes back what exceeds the pace.
   * Counting here, row by row, would cost every hour a twentieth of its time.
   */
  private static final String PLACED =
      """
      , placed as (
        select j.*, d.kind, coalesce(d.event_time, a.hour) as event_time,
          j.failure is not null as refused,
          case when j.failure is not null then 'rejected' when d.billed then 'pending' else 'shadow'
            end as status,
          case when j.failure is null and d.billed and not d.stopped and d.send_before > a.now
            and a.allowance > 0 then d.send_before end as send_before
        from argument as a cross join judged as j left join declared as d on d.meter = j.meter
        where a.organization is null or j.organization_id = a.organization
        offset 0
      )
      """;

  private static final String INSERTED =
      """
      , inserted as (
        insert into metering.meter_report
          (hour, organization_id, meter, kind, event_time, value, stripe_customer_id, identifier,
           status, captured_at, send_before, first_published_at, settled_at, recorded_at,
           rejected_by, failure_code, failure_message)
        select a.hour, r.organization_id, r.meter, r.kind, r.event_time,
          case when r.countable then r.value::bigint end,
          r.customer,
          case
            when r.plain and octet_length(r.meter) + octet_length(r.organization_id)
              + octet_length(a.label) <= 98
              then r.meter || ':' || r.organization_id || ':' || a.label
            else r.meter || ':'
              || left(encode(sha256(convert_to(r.organization_id, 'UTF8')), 'hex'), 32)
              || ':' || a.label
          end,
          r.status, a.now, r.send_before,
          case when r.send_before is not null then a.now end,
          case when r.failure is not null then a.now end,
          case when r.failure is not null then a.now end,
          case when r.failure is not null then 'capture' end,
          r.failure,
          case r.failure
            when 'customer_shared' then 'Stripe customer ' || r.customer
              || ' is already live for organization ' || r.holder || ' in this hour'
            when 'reading_doubled' then 'the source gave ' || r.readings || ' readings'
            else r.given
          end
        from argument as a cross join placed as r
        returning meter, status = 'rejected' as refused, value, send_before
      )
      """;

  /** A row for each declared meter, and for each other that was given. */
  private static final String RESULT =
      """
      select coalesce(d.meter, r.meter) as meter, coalesce(d.billed, false) as billed,
        coalesce(r.reports, 0) as reports, coalesce(r.rejected, 0) as rejected,
        coalesce(r.total, 0) as total, coalesce(r.copies, 0) as copies, r.send_before
      from (
        select meter, count(*) as reports, count(*) filter (where refused) as rejected,
          sum(value) filter (where not refused) as total, count(send_before) as copies,
          max(send_before) as send_before
        from %s group by meter) as r
      full join declared as d on d.meter = r.meter
      order by 1
      """;

  /**
   * For the common hour in which no two readings meet. Where two do, or a report stands already, a
   * unique index of the ledger refuses it (23505) and {@link #INSERT_JUDGED} tells them apart.
   */
  static final String INSERT = SINGLE + UNJUDGED + PLACED + INSERTED + RESULT.formatted("inserted");

  static final String INSERT_JUDGED =
      SINGLE + STANDING + Rejections.JUDGED + PLACED + INSERTED + RESULT.formatted("inserted");

  /**
   * What exceeds the pace has no copy yet: a later tick publishes it. Arguments: hour, when it was
   * captured, how many copies may leave.
   */
  static final String LATER =
      """
      update metering.meter_report as report set send_before = null, first_published_at = null
      from (
        select hour, organization_id, meter, revision from metering.meter_report
        where hour = ? and captured_at = ? and send_before is not null
        order by organization_id, meter offset ?) as later
      where (report.hour, report.organization_id, report.meter, report.revision)
        = (later.hour, later.organization_id, later.meter, later.revision)
      """;

  /** What {@link #INSERT_JUDGED} would say, without writing. */
  static final String PREVIEW =
      SINGLE + STANDING + Rejections.JUDGED + PLACED + RESULT.formatted("placed");

  private CaptureSql() {}
}
