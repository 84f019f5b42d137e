package io.sensormeter.operator;

import io.sensormeter.config.SchedulerSettings;
import io.sensormeter.database.ReadOnly;
import io.sensormeter.database.Row;
import io.sensormeter.meter.CalendarMonth;
import io.sensormeter.meter.Hour;
import io.sensormeter.tick.UnsettledOfMonth;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What the ledger holds of a month. */
record MonthRows(ReadOnly reads, CalendarMonth month, Optional<String> meter, Instant now) {

  private static final int CUSTOMERS = 20;
  private static final int ITEMS = 500;

  /** Two megabytes of a table. */
  static final int PAGE = 20_000;

  private static final String ARGUMENT =
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
          .formatted(UnsettledOfMonth.REPORTS);

  /** Of a {@code last} meter the newest hour's, of the others the sum. */
  private static final String UNITS =
      """
      coalesce((max(array[extract(epoch from r.hour), %1$s]) filter (where r.kind = 'last' and %2$s))[2],
        sum(%1$s) filter (where r.kind is distinct from 'last' and %2$s))
      """;

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

  /**
   * A line of the table.
   *
   * @param ledger accepted or verified
   * @param stripe what its summaries showed; null = nobody looked
   * @param difference null until every report that was sent was looked up
   */
  record OfCustomer(
      String organization,
      @Nullable String customer,
      String meter,
      long reports,
      BigDecimal ledger,
      @Nullable BigDecimal stripe,
      @Nullable BigDecimal difference,
      long unseen,
      BigDecimal open,
      BigDecimal acknowledged) {}

  /**
   * Some of the table.
   *
   * @param after the organization after which it goes on; empty = it does not
   */
  record Page(List<OfCustomer> lines, Optional<String> after) {}

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
              null::numeric as units, min(since.hour) as since, max(since.hour) as newest
            from %s
            group by 1
            union all
            select case r.status when 'accepted' then 'unverified' else r.status end, r.meter,
              count(*), sum(r.value), min(r.hour), max(r.hour)
            from argument cross join metering.meter_report as r
            where r.status in
                ('pending', 'accepted', 'rejected', 'unresolved', 'discrepancy', 'expired')
              and %s and (argument.meter is null or r.meter = argument.meter)
            group by r.status, r.meter
            union all
            select 'shadow', r.meter, count(*), sum(r.value), min(r.hour), max(r.hour)
            from argument cross join metering.meter_report as r
            join metering.meter as noted on noted.meter = r.meter
            where %s and (argument.meter is null or r.meter = argument.meter)
            group by r.meter
            order by 1, 2
            """
                .formatted(
                    UnsettledOfMonth.UNCAPTURED,
                    UnsettledOfMonth.REPORTS,
                    UnsettledOfMonth.SHADOWED),
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
              "reports that Stripe said it holds and was not seen to: asked by itself";
          case "shadow" -> "reports captured in shadow after their meter went live: release";
          default -> "exceptions that wait for a person: ask exceptions";
        });
  }

  Customers exceptions() {
    List<OfOpen> most =
        reads.list(
            "looking for exceptions of " + month,
            MonthRows::ofOpen,
            ARGUMENT
                + """
                select r.stripe_customer_id, min(r.organization_id) as organization_id, r.meter,
                  count(*) as reports, coalesce(sum(r.value), 0) as units
                from argument cross join metering.meter_report as r
                where %s
                group by r.stripe_customer_id, r.meter,
                  case when r.stripe_customer_id is null then r.organization_id end
                order by units desc, r.stripe_customer_id, organization_id limit %d
                """
                    .formatted(OPEN, CUSTOMERS),
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
            ARGUMENT
                + """
                select count(*) as reports, coalesce(sum(r.value), 0) as units,
                  count(distinct coalesce(r.stripe_customer_id, r.organization_id)) as customers,
                  count(distinct (coalesce(r.stripe_customer_id, r.organization_id), r.meter)) as lines
                from argument cross join metering.meter_report as r
                where %s
                """
                    .formatted(OPEN),
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

  /** Only of what never left, or what Stripe was seen twice not to hold. */
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
                  case when r.send_before is null then 'never_sent' else 'seen_absent' end as because
                from argument cross join metering.meter_report as r
                where %s and r.value > 0 and r.stripe_customer_id is not null
                  and r.kind is distinct from 'last'
                  and (r.send_before is null
                    or r.observed_at is not null and r.sightings >= 2
                      and coalesce(r.observed_value, 0) = 0)
                group by r.stripe_customer_id, r.meter, because
                order by units desc, r.stripe_customer_id
                """
                    .formatted(OPEN),
            month.first(),
            month.end(),
            now,
            meter.orElse(null));
    return new Items(
        List.copyOf(items.subList(0, Math.min(ITEMS, items.size()))),
        Math.max(0, items.size() - ITEMS));
  }

  /**
   * The customers behind an organization; of the last one either all lines or none. Each page reads
   * the month.
   */
  Page page(String after) {
    List<OfCustomer> lines =
        reads.list(
            "listing " + month,
            MonthRows::ofCustomer,
            ARGUMENT
                + """
                select r.organization_id, r.stripe_customer_id, r.meter, count(*) as reports,
                  coalesce(%s, 0) as ledger, %s as stripe,
                  count(*) filter (where r.send_before is not null and not seen.once) as unseen,
                  coalesce(%s, 0) as open, coalesce(%s, 0) as acknowledged
                from argument cross join metering.meter_report as r
                cross join lateral (
                  select coalesce(r.observed_at, r.absent_at) is not null) as seen(once)
                where r.hour between argument.first and argument.ends
                  and coalesce(r.event_time, r.hour) >= argument.first
                  and coalesce(r.event_time, r.hour) < argument.ends
                  and r.status not in ('replaced', 'shadow') and r.organization_id > ?
                  and (argument.meter is null or r.meter = argument.meter)
                group by r.organization_id, r.stripe_customer_id, r.meter
                order by r.organization_id, r.meter, r.stripe_customer_id
                limit %d
                """
                    .formatted(
                        UNITS.formatted("r.value", "r.status in ('accepted', 'verified')"),
                        UNITS.formatted(
                            "coalesce(r.observed_value, 0)",
                            "r.send_before is not null and seen.once"),
                        UNITS.formatted(
                            "r.value",
                            "r.acknowledged_at is null and r.status not in"
                                + " ('pending', 'accepted', 'verified')"),
                        UNITS.formatted(
                            "r.value",
                            "r.acknowledged_at is not null and r.status not in"
                                + " ('pending', 'accepted', 'verified')"),
                        PAGE + 1),
            month.first(),
            month.end(),
            now,
            meter.orElse(null),
            after);
    if (lines.size() <= PAGE) {
      return new Page(lines, Optional.empty());
    }
    String cut = lines.getLast().organization();
    List<OfCustomer> whole =
        lines.stream().filter(line -> !line.organization().equals(cut)).toList();
    return new Page(whole, Optional.of(whole.getLast().organization()));
  }

  private static OfCustomer ofCustomer(Row row) {
    BigDecimal ledger = row.decimal("ledger");
    BigDecimal stripe = row.decimalOrNull("stripe");
    long unseen = row.number("unseen");
    return new OfCustomer(
        row.text("organization_id"),
        row.textOrNull("stripe_customer_id"),
        row.text("meter"),
        row.number("reports"),
        ledger,
        stripe,
        stripe == null || unseen > 0 ? null : ledger.subtract(stripe),
        unseen,
        row.decimal("open"),
        row.decimal("acknowledged"));
  }
}
