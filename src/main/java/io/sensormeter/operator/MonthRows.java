package io.sensormeter.operator;

import io.sensormeter.config.SchedulerSettings;
import io.sensormeter.database.ReadOnly;
import io.sensormeter.database.Row;
import io.sensormeter.ledger.CompleteMonths;
import io.sensormeter.ledger.CopyExpiry;
import io.sensormeter.meter.CalendarMonth;
import io.sensormeter.meter.Hour;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** What the ledger holds of a month. */
record MonthRows(ReadOnly reads, CalendarMonth month, Optional<String> meter, Instant now) {

  private static final int CUSTOMERS = 20;
  private static final int ITEMS = 500;

  static final String ARGUMENT =
      """
      with argument as materialized (
        select ?::timestamptz as first, ?::timestamptz as ends, ?::timestamptz as now,
          ?::text as meter)
      """;

  private static final String OPEN =
      """
      r.status in ('rejected', 'unresolved', 'discrepancy', 'expired') and %s
        and (argument.meter is null or r.meter = argument.meter)
      """
          .formatted(CompleteMonths.REPORTS);

  private static final String MOST =
      """
      select r.stripe_customer_id, min(r.organization_id) as organization_id, r.meter,
        count(*) as reports, coalesce(sum(r.value), 0) as units
      from argument cross join metering.meter_report as r
      where %s
      group by r.stripe_customer_id, r.meter,
        case when r.stripe_customer_id is null then r.organization_id end
      order by units desc, r.stripe_customer_id, organization_id limit %d
      """
          .formatted(OPEN, CUSTOMERS);

  private static final String COUNTED =
      """
      select count(*) as reports, coalesce(sum(r.value), 0) as units,
        count(distinct coalesce(r.stripe_customer_id, r.organization_id)) as customers,
        count(distinct (coalesce(r.stripe_customer_id, r.organization_id), r.meter)) as lines
      from argument cross join metering.meter_report as r
      where %s
      """
          .formatted(OPEN);

  /** Of exceptions, those with the most units. */
  record Customers(
      long reports, long customers, BigDecimal units, List<OfOpen> most, long others) {}

  /** A customer's, or where there is none an organization's, exceptions. */
  record OfOpen(
      Optional<String> stripeCustomer,
      String organization,
      String meter,
      long reports,
      BigDecimal units) {}

  /** What Stripe does not hold and takes no more. */
  record Items(List<Item> list, long others) {
    static final Items NONE = new Items(List.of(), 0);
  }

  /**
   * To be billed by hand.
   *
   * @param because {@code never_sent}, or {@code seen_absent}: Stripe's summaries showed nothing,
   *     twice
   */
  record Item(
      String stripeCustomer, String meter, BigDecimal units, long reports, String because) {}

  /** Whether any hour of it was billed. */
  boolean wasLive() {
    return reads
        .one(
            "reading the stack",
            row -> row.flag("live"),
            "select coalesce(live_from < ?, false) as live from metering.stack",
            month.end())
        .orElse(false);
  }

  List<Month.Missing> missing() {
    return reads.list(
        "looking for what is missing of " + month,
        MonthRows::missing,
        ARGUMENT
            + """
            select coalesce(tick.status, 'owed') as what, null as meter, count(*) as count,
              null::numeric as units, min(since.hour) as since, max(since.hour) as newest,
              0 as absent
            from %s
            group by 1
            union all
            select case r.status when 'accepted' then 'unverified' else r.status end, r.meter,
              count(*), sum(r.value), min(r.hour), max(r.hour),
              count(*) filter (where r.status = 'accepted' and r.observed_value = 0 and r.value > 0)
            from argument cross join metering.meter_report as r
            where r.status in
                ('pending', 'accepted', 'rejected', 'unresolved', 'discrepancy', 'expired')
              and %s and (argument.meter is null or r.meter = argument.meter)
            group by r.status, r.meter
            union all
            select 'shadow', r.meter, count(*), sum(r.value), min(r.hour), max(r.hour), 0
            from argument cross join metering.meter_report as r
            join metering.meter as noted on noted.meter = r.meter
            where %s and (argument.meter is null or r.meter = argument.meter)
            group by r.meter
            order by 1, 2
            """
                .formatted(
                    CompleteMonths.UNCAPTURED, CompleteMonths.REPORTS, CompleteMonths.SHADOWED),
        month.first(),
        month.end(),
        now,
        meter.orElse(null));
  }

  private static Month.Missing missing(Row row) {
    String what = row.text("what");
    Hour since = row.hour("since");
    return new Month.Missing(
        what,
        Optional.ofNullable(row.textOrNull("meter")),
        row.number("count"),
        Optional.ofNullable(row.decimalOrNull("units")),
        since,
        row.hour("newest"),
        since.plusHours(SchedulerSettings.CATCH_UP_HOURS_MAX).start(),
        switch (what) {
          case "owed" -> "hours never captured: the next tick captures them";
          case "skipped" -> "hours given up as too old: backfill, or an invoice item";
          case "pending" -> "reports without an outcome: they are sent again by themselves";
          case "unverified" ->
              "reports that Stripe said it holds and was not seen to: asked by itself"
                  + (row.number("absent") == 0
                      ? ""
                      : "; of %d its summaries showed nothing when last asked: explain says what becomes of them"
                          .formatted(row.number("absent")));
          case "shadow" -> "reports captured in shadow after their meter went live: release";
          default -> "exceptions that wait for a person: ask exceptions";
        });
  }

  Customers exceptions() {
    List<OfOpen> most =
        reads.list(
            "looking for exceptions of " + month,
            MonthRows::ofOpen,
            ARGUMENT + MOST,
            month.first(),
            month.end(),
            now,
            meter.orElse(null));
    return reads
        .one(
            "counting exceptions of " + month,
            row ->
                new Customers(
                    row.number("reports"),
                    row.number("customers"),
                    row.decimal("units"),
                    most,
                    Math.max(0, row.number("lines") - most.size())),
            ARGUMENT + COUNTED,
            month.first(),
            month.end(),
            now,
            meter.orElse(null))
        .orElseThrow();
  }

  private static OfOpen ofOpen(Row row) {
    return new OfOpen(
        Optional.ofNullable(row.textOrNull("stripe_customer_id")),
        row.text("organization_id"),
        row.text("meter"),
        row.number("reports"),
        row.decimal("units"));
  }

  /**
   * Only of what never left, in this revision or another, or what Stripe was seen twice not to
   * hold: what it may hold would be billed twice.
   */
  Items invoiceItems() {
    List<Item> items =
        reads.list(
            "looking for what no meter event bills of " + month,
            row ->
                new Item(
                    row.text("stripe_customer_id"),
                    row.text("meter"),
                    row.decimal("units"),
                    row.number("reports"),
                    row.text("because")),
            ARGUMENT
                + """
                select r.stripe_customer_id, r.meter, sum(r.value) as units, count(*) as reports,
                  case when left_once then 'seen_absent' else 'never_sent' end as because
                from argument cross join metering.meter_report as r
                cross join lateral (select exists (
                  select from metering.meter_report as one
                  where one.hour = r.hour and one.organization_id = r.organization_id
                    and one.meter = r.meter and %s) as left_once) as one
                where %s and r.value > 0 and r.stripe_customer_id is not null
                  and r.kind is distinct from 'last'
                  and case when r.observed_at is null then not left_once
                    else r.sightings >= 2 and coalesce(r.observed_value, 0) = 0 end
                group by r.stripe_customer_id, r.meter, because
                order by units desc, r.stripe_customer_id
                """
                    .formatted(CopyExpiry.LEFT, OPEN),
            month.first(),
            month.end(),
            now,
            meter.orElse(null));
    return new Items(
        List.copyOf(items.subList(0, Math.min(ITEMS, items.size()))),
        Math.max(0, items.size() - ITEMS));
  }
}
