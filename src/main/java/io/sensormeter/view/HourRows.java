package io.sensormeter.view;

import io.sensormeter.database.ReadOnly;
import io.sensormeter.database.Row;
import io.sensormeter.ledger.Exceptions;
import io.sensormeter.meter.Hour;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The hours of a range, each by what is open in it. */
final class HourRows {

  /** More exceptions of an hour are not counted. */
  static final int EXCEPTIONS_MAX = 1_000;

  /**
   * An hour's verified reports are not looked at: what is not verified is found through the indexes
   * that hold nothing else, the first of each kind and hour, and how many reports there are was
   * noted by the capture. What a person settled is looked for where nothing else is open: then it
   * is the first that is found. Arguments: first and last hour.
   */
  static final String SQL =
      """
      select asked.hour, pruned_month.month is not null as pruned, tick.status, tick.captured_at, coalesce(given.reports, 0) as reports,
        pending.found is not null as pending, accepted.found is not null as accepted,
        exceptions.reports as exceptions,
        case when tick.status = 'skipped' then tick.acknowledged_at is not null
          else settled.found is not null end as settled,
        first.found is not null as in_shadow,
        shadow.live is not null as shadowed, marked.found is not null as marked,
        coalesce(tick.acknowledged_at is null and %1$s = 'estimated', false) as estimated
      from generate_series(?::timestamptz, ?::timestamptz, interval '1 hour') as asked(hour)
      left join metering.tick on tick.hour = asked.hour
      left join metering.pruned_month
        on pruned_month.month = date_trunc('month', asked.hour, 'UTC')
      left join lateral (
        select sum(one.reports) filter (where one.status = 'captured' or tick.status = 'shadow')
            as reports
        from metering.tick_meter as one where one.hour = asked.hour) as given on true
      left join lateral (
        select true as found from metering.meter_report as r
        where r.status = 'pending' and r.hour = asked.hour limit 1) as pending on true
      left join lateral (
        select true as found from metering.meter_report as r
        where r.status = 'accepted' and r.hour = asked.hour limit 1) as accepted on true
      left join lateral (
        select count(*) as reports from (
          select from metering.meter_report as r
          where r.status in ('rejected', 'unresolved', 'discrepancy', 'expired')
            and r.hour = asked.hour and r.acknowledged_at is null
            and (r.status <> 'rejected' or coalesce(r.event_time, r.hour) >= coalesce(
              (select noted.live_from from metering.meter as noted where noted.meter = r.meter),
              (select live_from from metering.stack)))
          limit %2$d) as open) as exceptions on true
      left join lateral (
        select true as found from (
          select from metering.meter_report as r
          where r.status in ('rejected', 'unresolved', 'discrepancy', 'expired')
            and exceptions.reports = 0 and r.hour = asked.hour and r.acknowledged_at is not null
          union all
          select from metering.meter_report as r
          where r.status = 'superseded' and r.hour = asked.hour and r.acknowledged_at is not null
          union all
          select from metering.meter_report as r
          where r.status = 'shadow' and r.hour = asked.hour and r.acknowledged_at is not null
        ) as one limit 1) as settled on true
      left join lateral (
        select true as live from metering.meter as noted
        cross join lateral (
          select from metering.meter_report as r
          where r.status = 'shadow' and r.acknowledged_at is null
            and r.hour = asked.hour and r.meter = noted.meter limit 1) as r
        where asked.hour - case when noted.past_hour then interval '1 hour' else interval '0' end
          >= noted.live_from limit 1) as shadow on true
      left join lateral (
        select true as found from metering.meter_report as r
        where tick.status = 'shadow' and r.status = 'shadow' and r.acknowledged_at is null
          and r.hour = asked.hour limit 1) as first on true
      left join lateral (
        select true as found from metering.meter_report as r
        where (r.late or r.status = 'superseded') and r.hour = asked.hour
          and r.acknowledged_at is null limit 1) as marked on true
      order by asked.hour
      """
          .formatted(Exceptions.OF_HOUR, EXCEPTIONS_MAX);

  private HourRows() {}

  /**
   * An hour.
   *
   * @param pruned its reports were written out and taken away
   * @param tick its row's status; null = it has none
   * @param reports of the meters that were billed; of an hour in shadow, of all
   * @param exceptions open ones, at most {@value #EXCEPTIONS_MAX}
   * @param settled without an exception, and a person has acknowledged what Stripe does not hold
   * @param inShadow captured in shadow, and neither released nor acknowledged since
   * @param shadowed in shadow though its meter was live
   * @param marked a report of it is late or was superseded, and nobody has acknowledged it
   * @param estimated captured too late for its gauges to be exact, and nobody has acknowledged it
   */
  record HourRow(
      Hour hour,
      boolean pruned,
      @Nullable String tick,
      @Nullable Instant capturedAt,
      long reports,
      boolean pending,
      boolean accepted,
      long exceptions,
      boolean settled,
      boolean inShadow,
      boolean shadowed,
      boolean marked,
      boolean estimated) {

    private static HourRow read(Row row) {
      return new HourRow(
          row.hour("hour"),
          row.flag("pruned"),
          row.textOrNull("status"),
          row.instantOrNull("captured_at"),
          row.number("reports"),
          row.flag("pending"),
          row.flag("accepted"),
          row.number("exceptions"),
          row.flag("settled"),
          row.flag("in_shadow"),
          row.flag("shadowed"),
          row.flag("marked"),
          row.flag("estimated"));
    }

    /**
     * Its state.
     *
     * @param owed whether it should have been captured by now
     */
    HourState state(boolean owed) {
      if (pruned) {
        return HourState.PRUNED;
      }
      if (tick == null) {
        return owed ? HourState.OWED : HourState.NONE;
      }
      if (tick.equals("skipped")) {
        return settled ? HourState.SETTLED : HourState.SKIPPED;
      }
      if (exceptions > 0) {
        return HourState.EXCEPTION;
      }
      if (pending) {
        return HourState.PENDING;
      }
      if (inShadow || shadowed) {
        return HourState.SHADOW;
      }
      if (settled) {
        return HourState.SETTLED;
      }
      if (accepted) {
        return HourState.ACCEPTED;
      }
      return reports == 0 ? HourState.EMPTY : HourState.VERIFIED;
    }
  }

  /** Oldest first. */
  static List<HourRow> of(ReadOnly reads, Hour first, Hour last) {
    return reads.list("reading the hours", HourRow::read, SQL, first, last);
  }
}
