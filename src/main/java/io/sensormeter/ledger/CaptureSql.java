package io.sensormeter.ledger;

/** The statement that turns an hour's readings into reports. */
final class CaptureSql {

  private static final String JUDGEMENT =
      """
      doubled as materialized (
        select organization_id, meter, count(*) as readings
        from reading group by organization_id, meter having count(*) > 1
      ), single as materialized (
        select r.*,
          case
            when r.value is null then 'value_null'
            when r.value in ('NaN', 'Infinity', '-Infinity') then 'value_not_finite'
            when r.value < 0 then 'value_negative'
            when r.value >= 1e15 then 'value_too_large'
            when r.value <> trunc(r.value) then 'value_fractional'
            when r.customer is null or r.customer ~ '^\\s*$' then 'customer_blank'
          end as failure
        from reading as r
        where not exists (
          select from doubled as d
          where d.organization_id = r.organization_id and d.meter = r.meter)
      ), shared as materialized (
        select meter, customer, min(organization_id) as first
        from single where failure is null
        group by meter, customer having count(*) > 1
      ), judged as (
        select s.organization_id, s.meter, s.customer, s.value,
          coalesce(standing.holder, shared.first) as holder,
          case
            when s.failure is not null then s.failure
            when coalesce(standing.holder, shared.first) <> s.organization_id then 'customer_shared'
          end as failure,
          1 as readings
        from single as s
        left join shared on shared.meter = s.meter and shared.customer = s.customer
        left join standing on standing.meter = s.meter and standing.customer = s.customer
        union all
        select organization_id, meter, null, null, null, 'reading_doubled', readings from doubled
      )
      """;

  /**
   * Arguments: hour, hour, then the row {@code argument}: hour, its label, kind, shadow,
   * captured_at, send_before (null = no copy has left yet), organization (null = all). Each reading
   * becomes one report; one that cannot be billed becomes a rejected report with a code and no
   * value, and the others are captured all the same. Of two organizations with one Stripe customer
   * the first is live, the others are rejected. What stands already is left as it is.
   */
  private static final String JUDGED =
      judged(
              "metering.billable_readings(?) as r",
              """
              select r.organization_id as holder, r.meter, r.stripe_customer_id as customer
              from metering.meter_report as r
              where r.hour = ? and r.status not in ('rejected', 'superseded')
              """)
          + """
          , argument as (
            select ?::timestamptz as hour, ?::text as label, ?::text as kind, ?::boolean as shadow,
                   ?::timestamptz as captured_at, ?::timestamptz as send_before, ?::text as organization
          )
          """;

  /** Writes the reports; one row: reports, rejected, total. */
  static final String INSERT =
      JUDGED
          + """
          , inserted as (
            insert into metering.meter_report
              (hour, organization_id, meter, kind, value, stripe_customer_id, identifier, status,
               captured_at, send_before, settled_at, failure_code, failure_message)
            select a.hour, j.organization_id, j.meter, a.kind,
              case when j.failure is null then j.value::bigint end,
              case when j.customer !~ '^\\s*$' then j.customer end,
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
            on conflict (hour, organization_id, meter, revision) do nothing
            returning status, value
          )
          select count(*) as reports,
            count(*) filter (where status = 'rejected') as rejected,
            coalesce(sum(value), 0) as total
          from inserted
          """;

  /** The same judgement without writing: what {@link #INSERT} would say. */
  static final String PREVIEW =
      JUDGED
          + """
          select count(*) as reports,
            count(j.failure) as rejected,
            coalesce(sum(j.value) filter (where j.failure is null), 0) as total
          from argument as a, judged as j
          where (a.organization is null or j.organization_id = a.organization)
            and not exists (
              select from metering.meter_report as r
              where r.hour = a.hour and r.organization_id = j.organization_id and r.meter = j.meter)
          """;

  private CaptureSql() {}

  /**
   * The common table expressions up to {@code judged}: each reading of {@code source} and, if it
   * cannot be billed, why.
   *
   * @param source what follows {@code from}, its rows named {@code r}
   * @param standing the customers that are live in this hour: holder, meter, customer
   */
  static String judged(String source, String standing) {
    return """
    with reading as materialized (
      select r.organization_id collate "C" as organization_id,
             r.meter collate "C" as meter,
             r.stripe_customer_id collate "C" as customer,
             r.value
      from %s
    ), standing as materialized (
      %s
    ),
    """
            .formatted(source, standing)
        + JUDGEMENT;
  }
}
