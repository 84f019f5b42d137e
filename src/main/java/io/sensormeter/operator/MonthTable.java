package io.sensormeter.operator;

import io.sensormeter.database.ReadOnly;
import io.sensormeter.database.Row;
import io.sensormeter.meter.CalendarMonth;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** All customers of a month, with Stripe's side. */
record MonthTable(ReadOnly reads, CalendarMonth month, Optional<String> meter, Instant now) {

  /** Two megabytes of a table. */
  static final int PAGE = 20_000;

  /** Of a {@code last} meter the newest hour's, of the others the sum. */
  private static final String UNITS =
      """
      coalesce((max(array[extract(epoch from r.hour), %1$s]) filter (where r.kind = 'last' and %2$s))[2],
        sum(%1$s) filter (where r.kind is distinct from 'last' and %2$s))
      """;

  /** Arguments: those of a month, and the organization behind which it goes on. */
  private static final String LISTED =
      """
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
              UNITS.formatted("coalesce(r.observed_value, 0)", "seen.once"),
              UNITS.formatted(
                  "r.value",
                  "r.acknowledged_at is null and r.status not in"
                      + " ('pending', 'accepted', 'verified')"),
              UNITS.formatted(
                  "r.value",
                  "r.acknowledged_at is not null and r.status not in"
                      + " ('pending', 'accepted', 'verified')"),
              PAGE + 1);

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

  /**
   * The customers behind an organization; of the last one either all lines or none. Each page reads
   * the month.
   */
  Page page(String after) {
    List<OfCustomer> lines =
        reads.list(
            "listing " + month,
            MonthTable::ofCustomer,
            MonthRows.ARGUMENT + LISTED,
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
