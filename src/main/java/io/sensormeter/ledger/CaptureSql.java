package io.sensormeter.ledger;

/**
 * The statement that turns an hour's readings into reports. Each reading becomes one report; one
 * that cannot be billed becomes a rejected report with a code and no value, and the others are
 * captured all the same.
 *
 * <p>Arguments of all three: hour, then the row {@code argument}: hour, its label, kind, shadow,
 * captured_at, send_before (null = no copy has left yet), organization (null = all). The result is
 * one row: reports, rejected, total. The caller holds the hour's lock.
 */
public final class CaptureSql {

  private static final String ARGUMENT =
      """
      with argument as materialized (
        select ?::timestamptz as hour, ?::text as label, ?::text as kind, ?::boolean as shadow,
               ?::timestamptz as captured_at, ?::timestamptz as send_before, ?::text as organization
      )
      """;

  /** Each reading judged by itself. */
  private static final String SINGLE =
      ARGUMENT + reading("argument, metering.billable_readings(argument.hour) as r");

  /** No two readings meet: nothing more to judge. */
  private static final String UNJUDGED =
      """
      , judged as (
        select organization_id, meter, customer, value, failure,
          null::text as holder, 1 as readings
        from reading
      )
      """;

  private static final String STANDING =
      """
      , standing as materialized (
        select r.organization_id, r.meter, r.stripe_customer_id as customer,
          r.status not in ('rejected', 'superseded') as live
        from metering.meter_report as r where r.hour = (select hour from argument)
      )
      """;

  /** Nothing stands: for who judges a source before there is a ledger. */
  private static final String NOTHING_STANDING =
      """
      , standing as (
        select null::text as organization_id, null::text as meter, null::text as customer,
          false as live limit 0
      )
      """;

  /**
   * Readings judged by the others and by what stands already, which is left as it is. Of two
   * organizations with one Stripe customer the first is live, the others are rejected.
   */
  private static final String JUDGED =
      """
      , doubled as materialized (
        select organization_id, meter, count(*) as readings
        from reading group by organization_id, meter having count(*) > 1
      ), single as materialized (
        select r.* from reading as r
        where not exists (
          select from doubled as d
          where d.organization_id = r.organization_id and d.meter = r.meter)
      ), shared as materialized (
        select meter, customer, min(organization_id) as first
        from single where failure is null
        group by meter, customer having count(*) > 1
      ), every as (
        select s.organization_id, s.meter, s.customer, s.value,
          case
            when s.failure is not null then s.failure
            when coalesce(held.organization_id, shared.first) <> s.organization_id
              then 'customer_shared'
          end as failure,
          coalesce(held.organization_id, shared.first) as holder,
          1 as readings
        from single as s
        left join shared on shared.meter = s.meter and shared.customer = s.customer
        left join standing as held
          on held.live and held.meter = s.meter and held.customer = s.customer
        union all
        select organization_id, meter, null, null, 'reading_doubled', null, readings from doubled
      ), judged as (
        select e.* from every as e
        where not exists (
          select from standing as s
          where s.organization_id = e.organization_id and s.meter = e.meter)
      )
      """;

  private static final String REPORTS =
      """
      , inserted as (
        insert into metering.meter_report
          (hour, organization_id, meter, kind, value, stripe_customer_id, identifier, status,
           captured_at, send_before, settled_at, failure_code, failure_message)
        select a.hour, j.organization_id, j.meter, a.kind,
          case when j.failure is null then j.value::bigint end,
          case
            when j.failure is null or btrim(j.customer, E' \\t\\r\\n') <> '' then j.customer
          end,
          case
            when char_length(j.meter) + char_length(j.organization_id) + char_length(a.label) <= 98
              then j.meter || ':' || j.organization_id || ':' || a.label
            else j.meter || ':'
              || left(encode(sha256(convert_to(j.organization_id, 'UTF8')), 'hex'), 32)
              || ':' || a.label
          end,
          case
            when j.failure is not null then 'rejected'
            when a.shadow then 'shadow'
            else 'pending'
          end,
          a.captured_at,
          case when j.failure is null and not a.shadow then a.send_before end,
          case when j.failure is not null then a.captured_at end,
          j.failure,
          case
            when j.failure is null then null
            when j.failure = 'customer_shared'
              then 'Stripe customer ' || j.customer || ' is already live for organization '
                || j.holder || ' in this hour'
            when j.failure = 'reading_doubled' then 'the source gave ' || j.readings || ' readings'
            when j.failure = 'customer_blank' then 'the source gave no Stripe customer'
            else 'the source gave the value ' || coalesce(left(j.value::text, 40), 'null')
          end
        from argument as a, judged as j
        where a.organization is null or j.organization_id = a.organization
        returning status, value
      )
      select count(*) as reports,
        count(*) filter (where status = 'rejected') as rejected,
        coalesce(sum(value), 0) as total
      from inserted
      """;

  /**
   * For the common hour in which no two readings meet. Where two do, or a report stands already, a
   * unique index of the ledger refuses it (23505) and {@link #INSERT_JUDGED} tells them apart.
   */
  static final String INSERT = SINGLE + UNJUDGED + REPORTS;

  static final String INSERT_JUDGED = SINGLE + STANDING + JUDGED + REPORTS;

  /** What {@link #INSERT_JUDGED} would say, without writing. */
  static final String PREVIEW =
      SINGLE
          + STANDING
          + JUDGED
          + """
          select count(*) as reports,
            count(j.failure) as rejected,
            coalesce(sum(j.value) filter (where j.failure is null), 0) as total
          from argument as a, judged as j
          where a.organization is null or j.organization_id = a.organization
          """;

  private CaptureSql() {}

  /**
   * The common table expressions {@code reading} and {@code judged} for a source without a ledger:
   * each reading and, if it cannot be billed, why.
   *
   * @param source what follows {@code from}, its rows named {@code r}
   */
  public static String judged(String source) {
    return "with " + reading(source).strip().substring(1) + NOTHING_STANDING + JUDGED;
  }

  /**
   * The readings of a source, each judged by itself. Their order is that of publishing, so that the
   * ledger is written and read front to back; and it keeps the planner from judging a reading anew
   * for each column that asks.
   */
  private static String reading(String source) {
    return """
    , reading as (
      select r.organization_id collate "C" as organization_id,
             r.meter collate "C" as meter,
             r.stripe_customer_id collate "C" as customer,
             r.value,
             case
               when r.value >= 0 and r.value < 1e15 and r.value = trunc(r.value)
                 and btrim(r.stripe_customer_id, E' \\t\\r\\n') <> '' then null
               when r.value is null then 'value_null'
               when r.value in ('NaN', 'Infinity', '-Infinity') then 'value_not_finite'
               when r.value < 0 then 'value_negative'
               when r.value >= 1e15 then 'value_too_large'
               when r.value <> trunc(r.value) then 'value_fractional'
               else 'customer_blank'
             end as failure
      from %s
      order by organization_id, meter
    )
    """
        .formatted(source);
  }
}
