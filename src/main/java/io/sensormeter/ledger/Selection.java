package io.sensormeter.ledger;

import io.sensormeter.meter.Hour;
import java.util.Optional;

/**
 * Which reports a person means; what is empty narrows nothing.
 *
 * @param from the first hour
 * @param to the last hour, included
 * @param code a {@code failure_code}, or a status for what has none
 * @param organization an organization
 * @param stripeCustomer the customer frozen on the report
 * @param meter a meter
 */
public record Selection(
    Hour from,
    Hour to,
    Optional<String> code,
    Optional<String> organization,
    Optional<String> stripeCustomer,
    Optional<String> meter) {

  /**
   * Its columns; arguments in this order. As constants they bound every index: not materialized.
   */
  static final String COLUMNS =
      """
      ?::timestamptz as first, ?::timestamptz as last, ?::text as code, ?::text as organization,
      ?::text as customer, ?::text as meter
      """;

  /** Of a {@code report}, with {@link #COLUMNS} as {@code argument}. */
  static final String CHOSEN =
      """
      report.hour between argument.first and argument.last
        and (argument.code is null or argument.code in (
          report.failure_code, report.status, case when report.late then 'late' end))
        and (argument.organization is null or report.organization_id = argument.organization)
        and (argument.customer is null or report.stripe_customer_id = argument.customer)
        and (argument.meter is null or report.meter = argument.meter)
      """;

  /**
   * What of a {@code report} waits for a person whatever its hour. No one index holds all of them:
   * what is superseded stands by itself, so that PostgreSQL may look in both.
   */
  static final String EXCEPTION =
      """
      report.status in ('rejected', 'unresolved', 'discrepancy', 'expired')
        or report.status = 'superseded'
      """;
}
