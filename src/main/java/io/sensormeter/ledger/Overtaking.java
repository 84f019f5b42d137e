package io.sensormeter.ledger;

import io.sensormeter.database.Transaction;
import io.sensormeter.meter.Hour;
import java.time.Instant;

/**
 * On a {@code last} meter a later hour's event must stand last: what of an earlier hour was not
 * sent by then is never sent.
 */
final class Overtaking {

  /**
   * Whether a later hour of its organization, or of the customer, is live; of a {@code report}.
   *
   * @param customer as SQL
   */
  static String isOvertaken(String customer) {
    return """
    exists (
      select from (
        select later.status from metering.meter_report as later
        where later.organization_id = report.organization_id and later.meter = report.meter
          and later.hour > report.hour
        union all
        select later.status from metering.meter_report as later
        where later.stripe_customer_id = %s and later.meter = report.meter
          and later.hour > report.hour) as later
      where later.status in %s)
    """
        .formatted(customer, ReportStatus.OVERTAKING);
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
          and exists (
            select from (
              select later.status from metering.meter_report as later
              where later.organization_id = earlier.organization_id and later.meter = earlier.meter
                and later.hour > earlier.hour and later.hour >= argument.hour
              union all
              select later.status from metering.meter_report as later
              where later.stripe_customer_id = earlier.stripe_customer_id
                and later.meter = earlier.meter
                and later.hour > earlier.hour and later.hour >= argument.hour) as later
            where later.status in %s)
        """
            .formatted(Exceptions.ANEW, ReportStatus.OVERTAKING),
        now,
        hour);
  }
}
