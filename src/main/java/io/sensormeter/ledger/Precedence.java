package io.sensormeter.ledger;

/**
 * Which outcome has an effect on which report, as SQL on an outcome {@code o} and a report {@code
 * r}. In this order of precedence: a duplicate answer, a refusal, an acceptance at first hand. What
 * has no effect here leaves the report as it is.
 */
final class Precedence {

  /** Release 0.1 did not note who refused; of what it rejected at capture no copy ever left. */
  static final String REFUSED_BY_ANSWER =
      """
      coalesce(r.rejected_by, case when r.value is not null and r.send_before is not null
        then 'answer' end) = 'answer'
      """;

  /** The report moves, or would if its place were free. */
  private static final String MOVES =
      """
      o.status = 'accepted' and (
          r.status in ('pending', 'unresolved', 'expired', 'superseded')
          or not o.duplicate and (
            r.status = 'accepted' and r.duplicate
            or r.status = 'rejected' and r.value is not null and %s))
        or o.status = 'rejected' and (
          r.status in ('pending', 'unresolved', 'expired') or r.status = 'accepted' and r.duplicate)
      """
          .formatted(REFUSED_BY_ANSWER);

  /**
   * Stripe holds what a later revision stands in the place of, and this was not known when that one
   * was made. Nothing is held of a refused zero; and no refusal says anything about it.
   */
  private static final String IS_NEWS_OF_REPLACED =
      """
      r.status = 'replaced' and o.status = 'accepted' and o.code is null
        and case when r.rejected_by is not null then r.rejected_by = 'answer' and not o.duplicate
          else r.duplicate is null and r.stripe_request_id is null end
      """;

  static final String HAS_EFFECT = "(%s or %s)".formatted(MOVES, IS_NEWS_OF_REPLACED);

  /**
   * Why a report that Stripe took stays what it is: the code that notes it; null if it moves. Of a
   * report {@code held}.
   */
  static final String BESIDE =
      """
      case
        when held.status = 'replaced' then '%s'
        when held.status in ('rejected', 'superseded') and exists (
          select from metering.meter_report as live
          where live.hour = held.hour and live.meter = held.meter
            and live.status not in ('rejected', 'superseded', 'replaced')
            and (live.organization_id = held.organization_id
              or live.stripe_customer_id = held.stripe_customer_id)) then '%s'
      end
      """
          .formatted(ReportStatus.ALSO_ACCEPTED, ReportStatus.ACCEPTED_BESIDE_LIVE);

  private Precedence() {}
}
