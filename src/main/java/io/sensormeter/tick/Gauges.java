package io.sensormeter.tick;

import io.sensormeter.config.SchedulerSettings;
import io.sensormeter.database.Database;
import io.sensormeter.database.Transaction;
import io.sensormeter.ledger.DeclaredMeters;
import io.sensormeter.ledger.Exceptions;
import io.sensormeter.ledger.Overtaking;
import io.sensormeter.ledger.ReportStatus;
import io.sensormeter.ledger.SeenMeters;
import io.sensormeter.ledger.SourceFunction;
import io.sensormeter.ledger.Ticks;
import io.sensormeter.ledger.Verifications;
import io.sensormeter.meter.CalendarMonth;
import io.sensormeter.meter.Hour;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What the ledger shows of itself at every tick. From the ledger, not from what the tick did: one
 * that dies before it says so is no loss.
 */
public final class Gauges {

  private final SchedulerSettings settings;
  private final Database database;
  private final UnsettledOfMonth ofMonth;

  public Gauges(SchedulerSettings settings, Database database) {
    this.settings = settings;
    this.database = database;
    this.ofMonth = new UnsettledOfMonth(settings);
  }

  /**
   * A measurement.
   *
   * @param oldestUncaptured the oldest owed hour without a tick row
   * @param oldestPending the oldest hour with a report that has no outcome
   * @param oldestUnverified the oldest hour with an accepted report Stripe's summaries did not
   *     confirm
   * @param open open exceptions by status
   * @param shown what no tick showed before
   * @param hoursShadowedAfterLive hours of a meter that is billed, captured in shadow and not
   *     released; and those that BILL_FROM says are billed though the ledger went live after them
   * @param meterProblems meters that are not in Stripe what METERS declares, or not there
   * @param summariesAbsent more than a twentieth of what Stripe's summaries were first compared
   *     with, in this hour or the one before, is absent there
   * @param closing what time alone has not settled of a month whose invoices close
   * @param complete a month of which nothing is missing, told for the first time
   * @param meters what the tick's hour gave
   */
  public record Measured(
      Optional<Hour> oldestUncaptured,
      Optional<Hour> oldestPending,
      Optional<Hour> oldestUnverified,
      Map<ReportStatus, Long> open,
      Exceptions.Shown shown,
      long hoursShadowedAfterLive,
      long meterProblems,
      boolean summariesAbsent,
      Optional<UnsettledOfMonth.Closing> closing,
      Optional<CalendarMonth> complete,
      List<OfMeter> meters) {

    long count(ReportStatus status) {
      return open.getOrDefault(status, 0L);
    }
  }

  /**
   * What an hour gave of a meter.
   *
   * @param billable reports that can be billed
   * @param total the sum of their values
   * @param dropped reports or total fell to less than half of what an earlier run saw, or there is
   *     nothing at all
   */
  public record OfMeter(String meter, long billable, BigDecimal total, boolean dropped) {}

  /**
   * Measures, and lets {@code print} tell it before what it shows is marked as shown.
   *
   * @param print must not write to the ledger
   */
  Measured measure(Hour tick, OwedHours owed, Instant now, Consumer<Measured> print) {
    List<Hour> uncaptured = Ticks.owed(database.readOnly(), owed.first(), owed.last());
    return database.transaction(
        "measuring the ledger",
        transaction -> {
          Measured measured =
              new Measured(
                  uncaptured.isEmpty() ? Optional.empty() : Optional.of(uncaptured.getLast()),
                  oldest(transaction, ReportStatus.PENDING),
                  Verifications.oldestUnverified(transaction),
                  open(transaction),
                  Exceptions.show(transaction, now),
                  shadowedAfterLive(transaction, now) + billedBeforeLive(transaction),
                  SeenMeters.problems(transaction, settings.meters()),
                  Verifications.summariesAbsent(transaction, now),
                  ofMonth.closing(transaction, now),
                  ofMonth.newlyComplete(transaction, now),
                  meters(transaction, tick));
          print.accept(measured);
          return measured;
        });
  }

  /**
   * Active subscriptions whose organization has no Stripe customer: never billed, and no report
   * says so.
   *
   * @return empty with a source of one's own, of which nothing else is known
   */
  Optional<Long> subscriptionsWithoutCustomer(Hour tick) {
    return settings.shippedSource()
        ? database
            .readOnly()
            .one(
                "counting subscriptions without a Stripe customer",
                row -> row.number("count"),
                "select count(*) as count from (%s) as customerless"
                    .formatted(SourceFunction.customerless("'active'")),
                tick)
        : Optional.empty();
  }

  private static Optional<Hour> oldest(Transaction transaction, ReportStatus status) {
    return transaction
        .one(
            row -> Optional.ofNullable(row.hourOrNull("hour")),
            "select min(hour) as hour from metering.meter_report where status = ?",
            status.label())
        .orElseThrow();
  }

  /** What was rejected before anything was billed is no loss. */
  private static Map<ReportStatus, Long> open(Transaction transaction) {
    Map<ReportStatus, Long> open = new EnumMap<>(ReportStatus.class);
    transaction.list(
        row -> open.put(ReportStatus.valueOf(row.text("status")), row.number("reports")),
        """
        select upper(status) as status, count(*) as reports from metering.meter_report as report
        where status in ('rejected', 'unresolved', 'discrepancy', 'expired')
          and acknowledged_at is null
          and (status <> 'rejected'
            or coalesce(event_time, hour) >= coalesce(
              (select noted.live_from from metering.meter as noted
               where noted.meter = report.meter),
              (select live_from from metering.stack)))
        group by status
        """);
    return open;
  }

  /** Without what can be released no more: too old, or on a {@code last} meter overtaken. */
  private static long shadowedAfterLive(Transaction transaction, Instant now) {
    return transaction
        .one(
            row -> row.number("count"),
            """
            select count(distinct given.hour) as count
            from metering.meter as noted
            join metering.tick_meter as given
              on given.meter = noted.meter and given.hour >= noted.live_from
            where given.hour > ?::timestamptz - interval '%d hours' and exists (
              select from metering.meter_report as r
              where r.hour = given.hour and r.meter = given.meter and r.status = 'shadow'
                and r.acknowledged_at is null
                and coalesce(r.event_time, r.hour) >= noted.live_from
                and (r.kind <> 'last' or not %s))
            """
                .formatted(
                    SchedulerSettings.CATCH_UP_HOURS_MAX,
                    Overtaking.isOvertaken("r", "r.stripe_customer_id")),
            now)
        .orElseThrow();
  }

  /** An earlier BILL_FROM bills nothing by itself: a person backfills those hours, or moves it. */
  private long billedBeforeLive(Transaction transaction) {
    return transaction
        .one(
            row -> row.number("hours"),
            """
            select count(*) as hours
            from metering.stack
            cross join generate_series(?::timestamptz, live_from - interval '1 hour',
                                       interval '1 hour') as since(hour)
            where not exists (
              select from metering.tick
              where tick.hour = since.hour and tick.status = 'captured')
            """,
            settings.billFrom().orElse(null))
        .orElse(0L);
  }

  /**
   * Compared with the newest hour that an earlier run captured: of the hours that one run catches
   * up, all are read from the same present state. A flow has days and nights: with the day before.
   * A flow is what was billed as one, whatever METERS declares by now.
   */
  private List<OfMeter> meters(Transaction transaction, Hour tick) {
    return transaction.list(
        row ->
            new OfMeter(
                row.text("meter"),
                row.number("billable"),
                row.decimal("total"),
                row.flag("dropped")),
        """
        select given.meter, given.reports - given.rejected as billable, given.total,
          given.reports = 0
            or coalesce((given.reports - given.rejected) * 2 < before.billable
              or given.total * 2 < before.total, false) as dropped
        from metering.tick as this
        join metering.tick_meter as given on given.hour = this.hour
        left join (%s) as declared on declared.meter = given.meter
        left join metering.meter as noted on noted.meter = given.meter
        left join lateral (
          select earlier.reports - earlier.rejected as billable, earlier.total
          from metering.tick_meter as earlier join metering.tick as run on run.hour = earlier.hour
          where earlier.meter = given.meter and earlier.hour < this.hour
            and case when coalesce(noted.past_hour, declared.past_hour)
              then earlier.hour = this.hour - interval '24 hours'
              else run.captured_by is distinct from this.captured_by end
          order by earlier.hour desc limit 1) as before on true
        where this.hour = ? and this.status <> 'skipped'
        order by given.meter
        """
            .formatted(DeclaredMeters.SQL),
        DeclaredMeters.json(settings.meters(), tick, settings.billFrom()),
        tick);
  }
}
