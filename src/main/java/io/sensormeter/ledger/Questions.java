package io.sensormeter.ledger;

import io.sensormeter.database.ReadOnly;
import io.sensormeter.database.Row;
import io.sensormeter.meter.Hour;
import io.sensormeter.meter.Question;
import java.time.Instant;
import java.util.List;

/** What Stripe should be asked about: one question a customer, meter and four days. */
public final class Questions {

  /** What is older has no state that Stripe's summaries could still change. */
  private static final int DAYS_MAX = 50;

  /** What was not answered in its turn is asked at every tick after so many hours more. */
  public static final int OVERDUE_HOURS = 3;

  /** Whose look would count now. */
  private static final String RIPE =
      """
      r.hour > argument.now - interval '%d days' and r.hour >= argument.verify_from
        and argument.now >= greatest(r.send_before + interval '%d minutes',
          case when r.status = 'accepted' then r.settled_at + interval '%d hours' end)
      """
          .formatted(DAYS_MAX, Verifications.EXPIRED_MINUTES, Verifications.SETTLED_HOURS);

  /** An organization's turn comes once in VERIFY_EVERY_HOURS: a range of hashes for each hour. */
  private static final String TURN =
      "hashtextextended(r.organization_id, 0) between argument.slot_first and argument.slot_last";

  private static final String SENT =
      """
      report.stripe_customer_id is not null and report.send_before is not null
        and report.status not in ('shadow', 'replaced')
      """;

  private static final String COLUMNS =
      "r.organization_id, r.meter, r.stripe_customer_id, coalesce(r.event_time, r.hour) as"
          + " event_hour";

  /** Arguments: now, organization hashes from and to, VERIFY_EVERY_HOURS. */
  private static final String DUE =
      """
      with argument as (
        select ?::timestamptz as now, ?::bigint as slot_first, ?::bigint as slot_last,
          interval '1 hour' * ? as every, verify_from
        from metering.stack
      ), due as (
        select %1$s from metering.meter_report as r, argument
        where r.status = 'accepted' and %2$s and %3$s
        union all
        select %1$s from metering.meter_report as r, argument
        where r.status = 'accepted' and r.hour < argument.now - argument.every - interval '%4$d hours'
          and not (%2$s) and %3$s
        union all
        select %1$s from metering.meter_report as r, argument
        where (r.absent_at is not null or r.suspect_at is not null) and r.status <> 'replaced'
          and (coalesce(r.sightings, 0) < 2 or %2$s) and %3$s
        union all
        select %1$s from metering.meter_report as r, argument
        where (r.status in ('unresolved', 'expired', 'discrepancy') or %5$s)
          and r.acknowledged_at is null and r.value is not null
          and (coalesce(r.sightings, 0) < 2 or %2$s) and %3$s
        union all
        select r.organization_id, r.meter,
          coalesce(before.stripe_customer_id, r.stripe_customer_id), coalesce(r.event_time, r.hour)
        from argument
        join metering.meter_report as r on r.status = 'pending' and r.held is not null
        left join %8$s on true
        where argument.now >= greatest(r.captured_at, before.send_before + interval '%6$d minutes',
          before.settled_at + interval '%7$d hours')
      )
      """
          .formatted(
              COLUMNS,
              TURN,
              RIPE,
              OVERDUE_HOURS,
              ComparisonSql.REFUSED_BY_STRIPE,
              Verifications.EXPIRED_MINUTES,
              Verifications.SETTLED_HOURS,
              HeldReports.LEFT_BEFORE);

  /**
   * One organization's are looked up by key, hour by hour. With a code they are exceptions, or what
   * has it as its status: each is found by an index.
   *
   * <p>Arguments: those of a {@link Selection}, now.
   */
  static final String CHOSEN =
      """
      with argument as not materialized (
        select %1$s, ?::timestamptz as now
      ), due as (
        select report.organization_id, report.meter, report.stripe_customer_id,
          coalesce(report.event_time, report.hour) as event_hour
        from argument
        cross join generate_series(argument.first, argument.last, interval '1 hour') as asked(hour)
        cross join lateral (
          select one.* from metering.meter_report as one
          where one.hour = asked.hour and one.organization_id = argument.organization
          offset 0) as report
        where argument.organization is not null and %2$s and %3$s
        union all
        select report.organization_id, report.meter, report.stripe_customer_id,
          coalesce(report.event_time, report.hour)
        from metering.meter_report as report, argument
        where argument.organization is null and argument.code is not null and %2$s and %3$s
          and (%4$s
            or report.status in ('pending', 'accepted') and report.status = argument.code)
        union all
        select report.organization_id, report.meter, report.stripe_customer_id,
          coalesce(report.event_time, report.hour)
        from metering.meter_report as report, argument
        where argument.organization is null and argument.code is null and %2$s and %3$s
      )
      """
          .formatted(Selection.COLUMNS, Selection.CHOSEN, SENT, Selection.EXCEPTION);

  /** Of what is to be asked, a question for each four days back from now, the oldest first. */
  private static final String GROUPED =
      """
      select due.meter, noted.stripe_id, due.organization_id, due.stripe_customer_id,
        min(due.event_hour) as first, max(due.event_hour) as last
      from due join metering.meter as noted
        on noted.meter = due.meter and noted.stripe_id is not null
      cross join argument
      where due.event_hour + interval '1 hour' <= argument.now
      group by due.meter, noted.stripe_id, due.organization_id, due.stripe_customer_id,
        floor(extract(epoch from argument.now - due.event_hour) / 3600 / %d)
      order by first, due.organization_id
      limit ?
      """
          .formatted(Question.HOURS_MAX);

  private Questions() {}

  /**
   * What is due at a tick.
   *
   * @param everyHours the turn of each organization, {@code VERIFY_EVERY_HOURS}
   * @param limit what can be read until the next tick
   */
  public static List<Question> due(
      ReadOnly reads, Hour tick, int everyHours, Instant now, long limit) {
    long turn = Math.floorMod(tick.start().getEpochSecond() / 3600, everyHours);
    long width = Long.divideUnsigned(-1L, everyHours);
    long first = Long.MIN_VALUE + turn * width;
    long last = turn == everyHours - 1 ? Long.MAX_VALUE : first + width - 1;
    Instant askBefore = Hour.floor(now).plusHours(1).start();
    return reads.list(
        "looking for what Stripe should be asked",
        row -> question(row, askBefore),
        DUE + GROUPED,
        now,
        first,
        last,
        everyHours,
        limit);
  }

  /** What a person asks about now, whosever turn it is. */
  public static List<Question> chosen(
      ReadOnly reads, Selection selection, Instant now, long limit) {
    Instant askBefore = Hour.floor(now).plusHours(1).start();
    return reads.list(
        "looking for what Stripe should be asked",
        row -> question(row, askBefore),
        CHOSEN + GROUPED,
        selection.from(),
        selection.to(),
        selection.code().orElse(null),
        selection.organization().orElse(null),
        selection.stripeCustomer().orElse(null),
        selection.meter().orElse(null),
        now,
        limit);
  }

  private static Question question(Row row, Instant askBefore) {
    return new Question.Usage(
        row.text("meter"),
        row.text("stripe_id"),
        row.text("organization_id"),
        row.text("stripe_customer_id"),
        row.hour("first"),
        row.hour("last").plusHours(1),
        askBefore);
  }
}
