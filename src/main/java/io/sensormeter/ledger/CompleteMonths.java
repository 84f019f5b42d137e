package io.sensormeter.ledger;

import io.sensormeter.database.Transaction;
import io.sensormeter.meter.CalendarMonth;
import java.time.Instant;

/**
 * When a month is complete, and of which a tick has told it: noted beside the hour after their
 * last.
 *
 * <p>A month is complete when each of its hours since the ledger went live was captured, none of
 * its reports waits for an outcome or for Stripe to show it, no exception of it is open, and
 * nothing of it stands in shadow though its meter was live.
 */
public final class CompleteMonths {

  /**
   * Reports {@code r} that are not settled. What was accepted before Stripe was asked is not asked
   * any more; what was rejected before anything was billed is no loss.
   */
  static final String UNSETTLED =
      """
      (r.status = 'pending'
        or r.status = 'accepted'
          and coalesce(r.event_time, r.hour) >= (select verify_from from metering.stack)
        or r.status in ('rejected', 'unresolved', 'discrepancy', 'expired')
          and r.acknowledged_at is null
          and (r.status <> 'rejected' or r.failure_code = '%s'
            or coalesce(r.event_time, r.hour) >= coalesce(
              (select noted.live_from from metering.meter as noted where noted.meter = r.meter),
              (select live_from from metering.stack))))
      """
          .formatted(ReportStatus.ACCEPTED_BESIDE_LIVE);

  /**
   * Those of {@code argument.first} to before {@code argument.ends}, by the hour that is billed.
   */
  public static final String REPORTS =
      """
      r.hour between argument.first and argument.ends
        and coalesce(r.event_time, r.hour) >= argument.first
        and coalesce(r.event_time, r.hour) < argument.ends
        and %s
      """
          .formatted(UNSETTLED);

  /** Reports {@code r}, with their meter {@code noted}, that were captured in shadow after live. */
  public static final String SHADOWED =
      """
      r.status = 'shadow' and r.acknowledged_at is null
        and r.hour between argument.first and argument.ends
        and coalesce(r.event_time, r.hour) >= greatest(argument.first, noted.live_from)
        and coalesce(r.event_time, r.hour) < argument.ends
      """;

  /**
   * Ticks {@code since.hour} that read an hour of the month and were not captured, of a live stack.
   */
  public static final String UNCAPTURED =
      """
      argument cross join metering.stack
      cross join generate_series(
        greatest(argument.first, stack.live_from),
        argument.ends - case when exists (
          select from metering.meter where past_hour) then interval '0' else interval '1 hour' end,
        interval '1 hour') as since(hour)
      left join metering.tick on tick.hour = since.hour
      where coalesce(tick.status, 'owed') in ('owed', 'skipped') and tick.acknowledged_at is null
        and since.hour <= argument.now
      """;

  private CompleteMonths() {}

  /** Whether a tick has told so, or the hour after the month is not captured yet. */
  public static boolean isTold(Transaction transaction, CalendarMonth month) {
    return transaction
        .one(
            row -> row.flag("told"),
            "select month_complete_at is not null as told from metering.tick where hour = ?",
            month.end())
        .orElse(true);
  }

  /** Notes that a tick tells so; false if another has meanwhile. */
  public static boolean tell(Transaction transaction, CalendarMonth month, Instant now) {
    return transaction.update(
            "update metering.tick set month_complete_at = ? where hour = ? and month_complete_at is"
                + " null",
            now,
            month.end())
        == 1;
  }
}
