package io.sensormeter.ledger;

import io.sensormeter.database.Database;
import io.sensormeter.database.ReadOnly;
import io.sensormeter.database.Row;
import java.time.Instant;

/** How a pending report ends without an outcome: because its time is over. */
public final class GivingUp {

  private static final String EXPIRES =
      "status = 'pending' and %s <= ?::timestamptz - interval '%d hours'"
          .formatted(CopyExpiry.EVENT_TIME, CopyExpiry.SEND_HOURS_MAX);

  private static final String UNRESOLVES =
      """
      status = 'pending' and %s
        and %s <= ?::timestamptz - interval '24 hours' and send_before <= ?
      """
          .formatted(CopyExpiry.ADDITIVE, CopyExpiry.FIRST_PUBLISHED);

  private static final String PAYABLE =
      "(stripe_customer_id ~ '^[!-~]+$' and octet_length(stripe_customer_id) <= 255)";

  /** Release 0.1 took what neither the queue nor Stripe takes, and could publish nothing more. */
  private static final String UNSENDABLE =
      """
      status = 'pending' and event_time is null
        and not (%s and (organization_id ~ '^[!-~]+$'
          or organization_id !~ '[%s]' and organization_id ~ '[^%s]'))
      """
          .formatted(PAYABLE, Rejections.NO_TEXT, Rejections.SPACES);

  private final Database database;

  public GivingUp(Database database) {
    this.database = database;
  }

  /**
   * Reports given up because their time is over.
   *
   * @param expired the event time is older than Stripe's limit
   * @param unresolved additive and without an outcome 24 hours after the first publication
   */
  public record GivenUp(int expired, int unresolved) {

    private static GivenUp of(Row row) {
      return new GivenUp(row.integer("expired"), row.integer("unresolved"));
    }
  }

  /**
   * Gives up what may not be sent any more. pending → expired, pending → unresolved: nothing is
   * sent until the summaries were asked. pending → rejected: what release 0.1 captured though it
   * cannot be sent.
   */
  public GivenUp giveUp(Instant now) {
    return database.transaction(
        "giving up what may not be sent any more",
        transaction -> {
          transaction.update(
              """
              update metering.meter_report set status = 'rejected', rejected_by = 'capture',
                failure_code = case when %s then 'organization_invalid' else 'customer_invalid' end,
                settled_at = ?, recorded_at = ?
              where %s
              """
                  .formatted(PAYABLE, UNSENDABLE),
              now,
              now);
          return new GivenUp(
              transaction.update(givenUp(ReportStatus.EXPIRED, EXPIRES), now, now, now),
              transaction.update(givenUp(ReportStatus.UNRESOLVED, UNRESOLVES), now, now, now, now));
        });
  }

  private static String givenUp(ReportStatus status, String condition) {
    return """
    update metering.meter_report as r set status = '%s', settled_at = ?, recorded_at = ?, %s
    from (
      -- In the recorder's order; what it is just recording has its outcome.
      select hour, organization_id, meter, revision from metering.meter_report as report
      where %s
      order by hour, organization_id, meter, revision
      for update skip locked) as due
    where r.hour = due.hour and r.organization_id = due.organization_id and r.meter = due.meter
      and r.revision = due.revision
    """
        .formatted(status.label(), Exceptions.ANEW, condition);
  }

  /** What {@link #giveUp} would change. */
  public static GivenUp wouldGiveUp(ReadOnly reads, Instant now) {
    return reads
        .one(
            "looking for what may not be sent any more",
            GivenUp::of,
            """
            select count(*) filter (where %1$s) as expired,
              count(*) filter (where %2$s and not (%1$s)) as unresolved
            from metering.meter_report as report where status = 'pending'
            """
                .formatted(EXPIRES, UNRESOLVES),
            now,
            now,
            now,
            now)
        .orElseThrow();
  }
}
