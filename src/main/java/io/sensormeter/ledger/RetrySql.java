package io.sensormeter.ledger;

/**
 * The statement that says what a retry makes of each report of an hour, and why it makes nothing of
 * others. The source is read only where a report needs it.
 *
 * <p>Arguments: those of a {@link Selection}, now, whose customer ({@code frozen}, {@code source},
 * a customer, or null), whether hours before going live may be billed, whether what a person has
 * acknowledged may be, the declared meters.
 */
final class RetrySql {

  /** So that a copy can still be answered before the event time is too old for Stripe. */
  private static final int HOURS_MAX = CopyExpiry.SEND_HOURS_MAX - 2;

  /** The refusal is about whom it was to be billed to: by default, the source is asked again. */
  private static final String ABOUT_CUSTOMER =
      """
      (report.failure_code in ('customer_blank', 'customer_invalid', 'customer_shared',
          'customer_gone', 'resource_missing', 'meter_event_customer_not_found')
        or report.status = 'rejected' and report.failure_message ~* 'no such customer')
      """;

  private static final String CHOSEN =
      """
      with argument as not materialized (
        select %s, ?::timestamptz as now, ?::text as whose, ?::boolean as before_live,
          ?::boolean as settled_too
      ), declared as materialized (
        select d.meter, d.kind, d.past_hour,
          noted.kind is not null
            and (noted.kind, noted.past_hour) is distinct from (d.kind, d.past_hour) as changed
        from (%s) as d left join metering.meter as noted on noted.meter = d.meter
      ), chosen as materialized (
        select report.*,
          coalesce(argument.whose, case when %s then 'source' else 'frozen' end) as whose
        from metering.meter_report as report, argument
        where %s
          and (%s)
        order by report.hour, report.organization_id, report.meter, report.revision
        %%s
      )
      """
          .formatted(
              Selection.COLUMNS,
              DeclaredMeters.SQL,
              ABOUT_CUSTOMER,
              Selection.CHOSEN,
              Selection.EXCEPTION);

  private static final String READING =
      Rejections.reading(
              """
              (select s.* from argument, metering.billable_readings(argument.first) as s
               where exists (select from chosen where value is null or whose <> 'frozen')
                 and (s.organization_id collate "C" in (select organization_id from chosen)
                   or s.stripe_customer_id collate "C" in (select whose from chosen))) as r
              """)
          + """
          , given as materialized (
            select organization_id, meter, min(customer) as customer,
              min(value) filter (where countable) as value
            from reading group by organization_id, meter having count(*) = 1
          )
          """;

  /**
   * What the revision has; a meter that METERS did not name, or otherwise, is as it names it now.
   */
  private static final String REPORT =
      """
      , named as (
        select c.*, argument.now, argument.before_live, argument.settled_too,
          d.meter is not null as renamed, d.past_hour as new_past_hour,
          case when c.kind is null or c.failure_code = 'meter_changed' then d.kind else c.kind end
            as new_kind,
          case when d.past_hour then c.hour - interval '1 hour'
            when not d.past_hour then c.hour else coalesce(c.event_time, c.hour) end
            as new_event_time,
          coalesce(c.value, given.value::bigint) as new_value,
          case c.whose when 'frozen' then c.stripe_customer_id when 'source' then given.customer
            else c.whose end as new_customer
        from argument cross join chosen as c
        left join declared as d
          on d.meter = c.meter and not d.changed
          and (c.kind is null or c.failure_code = 'meter_changed')
        left join given on given.organization_id = c.organization_id and given.meter = c.meter
      ), report as (
        select n.*, n.acknowledged_at is not null and not n.settled_too as settled,
          coalesce(n.new_event_time >= coalesce(noted.live_from, stack.live_from), false) as live,
          n.status = 'rejected'
            and coalesce(n.rejected_by, case when n.send_before is null then 'capture' end)
              = 'capture'
            and case when given.status is not null and not n.renamed then given.status = 'shadow'
              else coalesce(n.new_event_time < coalesce(noted.live_from, stack.live_from), true) end
            as shadow,
          n.new_kind <> 'sum-hourly' or noted.raw is true as additive
        from named as n cross join metering.stack as stack
        left join metering.meter as noted on noted.meter = n.meter
        left join metering.tick_meter as given on given.hour = n.hour and given.meter = n.meter
      )
      """;

  private static final String RESULT =
      """
      select report.hour, report.organization_id, report.meter, report.revision, report.status,
        report.failure_code, report.stripe_customer_id, report.new_value, report.new_customer,
        report.value is null as read, report.shadow,
        case when report.settled then %7$s
          else coalesce(taken.holder, another.holder) end as holder,
        case when report.renamed then report.new_kind end as new_kind,
        case when report.renamed then report.new_past_hour end as new_past_hour,
        report.new_kind = 'last' and not report.shadow as last,
        case when sent.customer <> report.new_customer or report.additive and sent.customer is not null
          then case when sent.duplicate then 2 else 1 end
          when report.additive and not report.shadow
            and report.new_event_time < report.now - interval '%4$d hours' then 1 end as held,
        case when sent.patient_until > report.now then sent.patient_until end as absent_from,
        case
          when report.settled then 'acknowledged'
          when report.new_event_time <= report.now - interval '%1$d hours' then 'too_old'
          when report.failure_code = 'organization_invalid' then 'no_name'
          when report.new_kind is null then 'not_declared'
          when not report.live and not report.before_live then 'before_live'
          when report.new_value is null then 'no_value'
          when report.new_customer is null then 'no_customer'
          when sent.customer <> report.stripe_customer_id or exists (
            select from metering.meter_report as gone
            where gone.hour = report.hour and gone.organization_id = report.organization_id
              and gone.meter = report.meter and gone.revision < report.revision
              and gone.failure_code = '%2$s'
              and gone.stripe_customer_id <> report.stripe_customer_id) then 'sent_elsewhere'
          when taken.holder is not null then 'taken'
          when another.holder is not null then 'anothers'
          when report.new_kind = 'last' and not report.shadow and %3$s then 'overtaken'
        end as refusal
      from report
      left join lateral (
        select other.organization_id as holder from metering.meter_report as other
        where other.hour = report.hour and other.meter = report.meter
          and other.stripe_customer_id = report.new_customer
          and other.organization_id <> report.organization_id
          and other.status not in ('rejected', 'superseded', 'replaced')
        limit 1) as taken on true
      left join lateral (
        -- A customer named by hand, whom the source gives to somebody else.
        select other.organization_id as holder from reading as other
        where report.whose not in ('frozen', 'source') and other.meter = report.meter
          and other.customer = report.new_customer
          and other.organization_id <> report.organization_id
        limit 1) as another on true
      left join lateral (
        -- The newest revision of which a copy left.
        select one.stripe_customer_id as customer, coalesce(one.duplicate, false) as duplicate,
          one.send_before + interval '%6$d hours' as patient_until
        from metering.meter_report as one
        where one.hour = report.hour and one.organization_id = report.organization_id
          and one.meter = report.meter and one.revision <= report.revision
          and %5$s
        order by one.revision desc limit 1) as sent on true
      order by report.organization_id, report.meter
      """
          .formatted(
              HOURS_MAX,
              ReportStatus.ALSO_ACCEPTED,
              Overtaking.isOvertaken("report", "report.new_customer"),
              HeldReports.FIRST_HOURS_MAX,
              CopyExpiry.LEFT,
              Verifications.PATIENCE_HOURS,
              Acknowledgements.said("report"));

  static final String PLAN = CHOSEN.formatted("") + READING + REPORT + RESULT;

  /** As {@link #PLAN}, and nobody else moves these reports until the transaction ends. */
  static final String LOCKED_PLAN =
      CHOSEN.formatted("for update of report") + READING + REPORT + RESULT;

  private RetrySql() {}
}
