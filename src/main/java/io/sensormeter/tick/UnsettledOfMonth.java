package io.sensormeter.tick;

import io.sensormeter.config.SchedulerSettings;
import io.sensormeter.database.Transaction;
import io.sensormeter.ledger.CompleteMonths;
import io.sensormeter.ledger.Questions;
import io.sensormeter.ledger.ReportStatus;
import io.sensormeter.meter.CalendarMonth;
import java.time.Instant;
import java.util.Optional;

/**
 * Whether a month is complete, which nobody should have to ask: how many of its reports are not
 * settled while its invoices close, and that it is complete, once.
 *
 * <p>A month is complete when each of its hours since the ledger went live was captured, none of
 * its reports waits for an outcome or for Stripe to show it, no exception of it is open, and
 * nothing of it stands in shadow though its meter was live.
 */
public final class UnsettledOfMonth {

  /**
   * Reports {@code r} of {@code argument.first} to before {@code argument.ends} that are not
   * settled. What was accepted before Stripe was asked is not asked any more; what was rejected
   * before anything was billed is no loss.
   */
  public static final String REPORTS =
      """
      r.hour between argument.first and argument.ends
        and coalesce(r.event_time, r.hour) >= argument.first
        and coalesce(r.event_time, r.hour) < argument.ends
        and (r.status = 'pending'
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

  private final int graceHours;
  private final int verifyEveryHours;

  public UnsettledOfMonth(SchedulerSettings settings) {
    this.graceHours = settings.invoiceGraceHours();
    this.verifyEveryHours = settings.verifyEveryHours();
  }

  /**
   * A month whose invoices close, and what of it time alone has not settled. What is on its way as
   * it should be is left out: it would be counted at the end of every month.
   *
   * @param pending reports without an outcome an hour after theirs began
   * @param unverified reports that Stripe was not seen to hold when their turn had come
   * @param exceptions open ones
   */
  public record Closing(CalendarMonth month, long pending, long unverified, long exceptions) {

    /** As metric {@code ReportsUnsettledAtClose}. */
    public long reports() {
      return pending + unverified + exceptions;
    }
  }

  /** The month that ended last, until its invoices close; empty between. */
  public Optional<Closing> closing(Transaction transaction, Instant now) {
    CalendarMonth month = CalendarMonth.of(now).previous();
    return now.isBefore(month.closes(graceHours))
        ? transaction.one(
            row ->
                new Closing(
                    month,
                    row.number("pending"),
                    row.number("unverified"),
                    row.number("exceptions")),
            """
            with argument as (
              select ?::timestamptz as first, ?::timestamptz as ends, ?::timestamptz as now,
                interval '1 hour' * ? as overdue)
            select
              count(*) filter (where status = 'pending'
                and r.hour <= argument.now - interval '1 hour') as pending,
              count(*) filter (where status = 'accepted'
                and coalesce(r.settled_at, r.hour) <= argument.now - argument.overdue) as unverified,
              count(*) filter (where status not in ('pending', 'accepted')) as exceptions
            from argument cross join metering.meter_report as r
            where r.status in
                ('pending', 'accepted', 'rejected', 'unresolved', 'discrepancy', 'expired')
              and %s
            """
                .formatted(REPORTS),
            month.first(),
            month.end(),
            now,
            verifyEveryHours + Questions.OVERDUE_HOURS)
        : Optional.empty();
  }

  /**
   * The month that ended last, if it is complete and no tick has said so: from now on one has. A
   * death before the commit leaves it to the next tick.
   */
  public Optional<CalendarMonth> newlyComplete(Transaction transaction, Instant now) {
    CalendarMonth month = CalendarMonth.of(now).previous();
    return CompleteMonths.isTold(transaction, month) || !isComplete(transaction, month, now)
        ? Optional.empty()
        : Optional.of(month).filter(one -> CompleteMonths.tell(transaction, one, now));
  }

  /**
   * Whether nothing of a month that has ended is missing; one before the ledger was live is not.
   */
  private static boolean isComplete(Transaction transaction, CalendarMonth month, Instant now) {
    return transaction
        .one(
            row -> row.flag("complete"),
            """
            with argument as (
              select ?::timestamptz as first, ?::timestamptz as ends, ?::timestamptz as now)
            select exists (select from argument cross join metering.stack
                where stack.live_from < argument.ends)
              and not exists (select from %s)
              and not exists (
                select from argument cross join metering.meter_report as r
                where r.status in
                    ('pending', 'accepted', 'rejected', 'unresolved', 'discrepancy', 'expired')
                  and %s)
              and not exists (
                select from argument cross join metering.meter_report as r
                join metering.meter as noted on noted.meter = r.meter
                where %s) as complete
            """
                .formatted(UNCAPTURED, REPORTS, SHADOWED),
            month.first(),
            month.end(),
            now)
        .orElseThrow();
  }
}
