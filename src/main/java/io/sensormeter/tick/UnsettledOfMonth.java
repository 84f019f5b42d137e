package io.sensormeter.tick;

import io.sensormeter.config.SchedulerSettings;
import io.sensormeter.database.Transaction;
import io.sensormeter.ledger.CompleteMonths;
import io.sensormeter.ledger.Questions;
import io.sensormeter.meter.CalendarMonth;
import java.time.Instant;
import java.util.Optional;

/**
 * Whether a month is complete, which nobody should have to ask: how many of its reports are not
 * settled while its invoices close, and that it is complete, once.
 */
public final class UnsettledOfMonth {

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
                .formatted(CompleteMonths.REPORTS),
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
                .formatted(
                    CompleteMonths.UNCAPTURED, CompleteMonths.REPORTS, CompleteMonths.SHADOWED),
            month.first(),
            month.end(),
            now)
        .orElseThrow();
  }
}
