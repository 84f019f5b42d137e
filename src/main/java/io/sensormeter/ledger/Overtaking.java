package io.sensormeter.ledger;

import io.sensormeter.database.Transaction;
import io.sensormeter.meter.Hour;
import java.time.Instant;

/**
 * On a {@code last} meter a later hour's event must stand last: what of an earlier hour was not
 * sent by then is never sent.
 */
public final class Overtaking {

  /**
   * Whether a later hour of its organization, or of the customer, is live.
   *
   * @param report its name in the statement
   * @param customer as SQL
   */
  public static String isOvertaken(String report, String customer) {
    return "exists (select from %s where later.status in %s)"
        .formatted(
            later(report, customer, report + ".hour + interval '1 hour'"), ReportStatus.OVERTAKING);
  }

  /**
   * The later hours of a report's organization and of a customer, as {@code later}: looked up one
   * by one, since no index before PostgreSQL 18 finds one organization in a range of hours without
   * reading everybody's. An hour may hold a report and have no tick row.
   *
   * @param report its name in the statement
   * @param customer as SQL
   * @param first the first hour, as SQL
   */
  static String later(String report, String customer, String first) {
    return """
    generate_series(%3$s, (select max(hour) from metering.meter_report), interval '1 hour')
      as since(hour)
    cross join lateral (
      select one.status, one.hour, one.organization_id from metering.meter_report as one
      where one.hour = since.hour and one.organization_id = %1$s.organization_id
        and one.meter = %1$s.meter
      union all
      select one.status, one.hour, one.organization_id from metering.meter_report as one
      where one.hour = since.hour and one.stripe_customer_id = %2$s and one.meter = %1$s.meter
        and one.status not in ('rejected', 'superseded', 'replaced')
      offset 0) as later
    """
        .formatted(report, customer, first);
  }

  private Overtaking() {}

  /**
   * Waits until whoever makes an hour of a {@code last} meter pending has committed: of two that
   * came at once, neither would see that the other's hour is the later one.
   */
  static void lock(Transaction transaction) {
    transaction.list(
        row -> row,
        """
        select pg_advisory_xact_lock(hashtextextended('sensor-meter last', 0))
        where exists (select from metering.meter where kind = 'last')
        """);
  }

  /**
   * pending → superseded: what a later hour of its organization, or of its customer, overtakes.
   *
   * @param hour just captured
   */
  static void supersede(Transaction transaction, Hour hour, Instant now) {
    lock(transaction);
    transaction.update(
        """
        update metering.meter_report as earlier
        set status = 'superseded', settled_at = argument.now, recorded_at = argument.now, %s
        from (select ?::timestamptz as now, ?::timestamptz as hour) as argument
        where earlier.kind = 'last' and earlier.status = 'pending' and earlier.hour <= argument.hour
          and exists (select from %s where later.status in %s)
        """
            .formatted(
                Exceptions.ANEW,
                later(
                    "earlier",
                    "earlier.stripe_customer_id",
                    "greatest(earlier.hour + interval '1 hour', argument.hour)"),
                ReportStatus.OVERTAKING),
        now,
        hour);
  }
}
