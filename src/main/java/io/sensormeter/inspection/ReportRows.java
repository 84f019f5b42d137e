package io.sensormeter.inspection;

import io.sensormeter.database.ReadOnly;
import io.sensormeter.meter.Hour;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * The reports of one organization or one Stripe customer, hour by hour through a key of the ledger:
 * a month of it reads what it returns, not the month of all.
 */
public record ReportRows(ReadOnly reads, List<String> meters) {

  /** Arguments: first and last hour, organization, meter twice (null = all). */
  static final String OF_ORGANIZATION =
      """
      select %s
      from generate_series(?::timestamptz, ?::timestamptz, interval '1 hour') as asked(hour)
      cross join lateral (
        select * from metering.meter_report as one
        where one.hour = asked.hour and one.organization_id = ?
          and (?::text is null or one.meter = ?)
        offset 0) as r
      """
          .formatted(ReportRow.COLUMNS);

  /**
   * What is live is found through the index that keeps it single, what was refused through that of
   * the open ones. Arguments: first and last hour, declared meters, customer, the same hours and
   * customer again.
   */
  static final String ORGANIZATIONS_OF_CUSTOMER =
      """
      select live.organization_id
      from generate_series(?::timestamptz, ?::timestamptz, interval '1 hour') as asked(hour)
      cross join (
        select unnest(?::text[]) collate "C" as meter union select meter from metering.meter) as named
      cross join lateral (
        select one.organization_id from metering.meter_report as one
        where one.hour = asked.hour and one.meter = named.meter and one.stripe_customer_id = ?
          and one.status not in ('rejected', 'superseded', 'replaced')
        offset 0) as live
      union
      select refused.organization_id from metering.meter_report as refused
      where refused.status = 'rejected' and refused.hour between ? and ?
        and refused.stripe_customer_id = ?
      order by 1
      """;

  private static final Comparator<ReportRow> BY_EVENT_HOUR =
      Comparator.comparing(ReportRow::eventHour)
          .thenComparing(ReportRow::meter)
          .thenComparing(ReportRow::organization)
          .thenComparing(ReportRow::hour)
          .thenComparingInt(ReportRow::revision);

  /** Whose: exactly one of them is there. */
  public record Whose(Optional<String> organization, Optional<String> stripeCustomer) {

    public Whose {
      if (organization.isPresent() == stripeCustomer.isPresent()) {
        throw new IllegalArgumentException(
            "name whose: either \"organization\": \"<id>\" or \"stripeCustomer\": \"cus_…\"");
      }
    }

    @Override
    public String toString() {
      return organization
          .map(id -> "organization " + id)
          .orElseGet(() -> "Stripe customer " + stripeCustomer.orElseThrow());
    }
  }

  /**
   * Every revision, by event hour. Of a customer, those of each reading of which any revision is
   * the customer's.
   *
   * @param range of ticks
   */
  public List<ReportRow> of(Whose whose, Range range, Optional<String> meter) {
    if (whose.organization().isPresent()) {
      return ofOrganization(whose.organization().get(), range, meter);
    }
    String customer = whose.stripeCustomer().orElseThrow();
    return organizations(customer, range).stream()
        .flatMap(
            organization -> {
              List<ReportRow> all = ofOrganization(organization, range, meter);
              return all.stream()
                  .filter(
                      row ->
                          all.stream()
                              .anyMatch(
                                  each ->
                                      customer.equals(each.customer()) && each.isRevisionOf(row)));
            })
        .sorted(BY_EVENT_HOUR)
        .toList();
  }

  private List<ReportRow> ofOrganization(String organization, Range range, Optional<String> meter) {
    return reads
        .list(
            "reading the reports of " + organization,
            ReportRow::read,
            OF_ORGANIZATION,
            range.from(),
            range.to(),
            organization,
            meter.orElse(null),
            meter.orElse(null))
        .stream()
        .sorted(BY_EVENT_HOUR)
        .toList();
  }

  private List<String> organizations(String customer, Range range) {
    return reads.list(
        "looking for the organizations of " + customer,
        row -> row.text("organization_id"),
        ORGANIZATIONS_OF_CUSTOMER,
        range.from(),
        range.to(),
        meters.toArray(String[]::new),
        customer,
        range.from(),
        range.to(),
        customer);
  }

  /** A tick also reads the hour before, of a flow: what stands for {@code events} is in these. */
  public static Range ticks(Hour firstEvent, Hour lastEvent) {
    return new Range(firstEvent, lastEvent.plusHours(1));
  }
}
