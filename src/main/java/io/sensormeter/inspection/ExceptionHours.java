package io.sensormeter.inspection;

import io.sensormeter.config.SchedulerSettings;
import io.sensormeter.database.Row;
import io.sensormeter.inspection.Waiting.Customerless;
import io.sensormeter.inspection.Waiting.Filter;
import io.sensormeter.inspection.Waiting.OfHours;
import io.sensormeter.inspection.Waiting.OfMeter;
import io.sensormeter.ledger.Acknowledgements;
import io.sensormeter.ledger.Exceptions;
import io.sensormeter.ledger.SourceFunction;
import io.sensormeter.meter.Hour;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What an alarm rings for beside single reports: hours, meters, and who is in no report. */
record ExceptionHours(Terms terms) {

  private static final int EXAMPLES = 3;

  /** Skipped hours are 34 days old when they are told of. */
  private static final int TOLD_DAYS = 70;

  /**
   * Arguments: first hour or null, last hour, BILL_FROM or null, the newest hour owed,
   * acknowledged.
   */
  private static final String HOURS =
      """
      with argument as (
        select ?::timestamptz as first, ?::timestamptz as last, ?::timestamptz as bill_from,
          ?::timestamptz as newest_owed, ?::boolean as acknowledged
      ), found as (
        select 'owed' as status, since.hour, null as acknowledged
        from argument cross join metering.stack
        cross join generate_series(stack.live_from, least(argument.last, argument.newest_owed),
                                   interval '1 hour')
          as since(hour)
        where not argument.acknowledged
          and not exists (select from metering.tick where tick.hour = since.hour)
        union all
        select 'before_live', since.hour, null
        from argument cross join metering.stack
        cross join generate_series(argument.bill_from, stack.live_from - interval '1 hour',
                                   interval '1 hour') as since(hour)
        where not argument.acknowledged and not exists (
          select from metering.tick
          where tick.hour = since.hour and tick.status = 'captured')
        union all
        select %2$s, tick.hour, %3$s
        from argument cross join metering.tick
        where (tick.acknowledged_at is not null) = argument.acknowledged
          and tick.hour >= coalesce(argument.first, argument.last - interval '%1$d days')
      )
      select status, count(*) as hours, min(hour) as since, max(hour) as newest,
        found.acknowledged
      from found cross join argument
      where status is not null
        and hour >= coalesce(argument.first, '-infinity') and hour <= argument.last
      group by status, found.acknowledged order by status, since
      """
          .formatted(TOLD_DAYS, Exceptions.OF_HOUR, Acknowledgements.said("tick"));

  /** Hours of each state, as the gauges count them. */
  List<OfHours> hours(Filter filter) {
    return terms
        .reads()
        .list(
            "looking for hours that are no report's",
            this::ofHours,
            HOURS,
            filter.from().orElse(null),
            filter.to().orElseGet(terms::currentHour),
            terms.billFrom().orElse(null),
            terms.newestOwed(),
            filter.acknowledged());
  }

  private OfHours ofHours(Row row) {
    String status = row.text("status");
    Hour since = row.hour("since");
    Hour newest = row.hour("newest");
    Optional<String> acknowledged = Optional.ofNullable(row.textOrNull("acknowledged"));
    Advice advice = acknowledged.isPresent() ? Advice.SETTLED : advice(status, since, newest);
    return new OfHours(
        status, row.number("hours"), since, newest, acknowledged, advice.means(), advice.next());
  }

  private Advice advice(String status, Hour since, Hour newest) {
    boolean backfills =
        since.plusHours(SchedulerSettings.CAPTURE_HOURS_MAX).isAfter(terms.currentHour());
    return switch (status) {
      case "owed" ->
          new Advice(
              "Never captured: the next tick captures them, from what the source says then. If"
                  + " it did not, its capture fails: read SchedulerFunction's log.",
              List.of(dry(Advice.ask("tick"))));
      case "before_live" ->
          new Advice(
              "BILL_FROM says that they are billed, and the ledger went live after them."
                  + " Backfill them, or set BILL_FROM to the first hour billed.",
              backfills ? List.of(ranged("backfill", since, newest)) : List.of());
      case "skipped" ->
          new Advice(
              "Never captured, and given up as too old: they are not billed. Younger than 34"
                  + " days they can be backfilled; older ones need an invoice item, then"
                  + " acknowledge them.",
              List.of(
                  backfills
                      ? ranged("backfill", since, newest)
                      : Advice.acknowledge("skipped", null, since, newest)));
      default ->
          new Advice(
              "Captured more than 15 minutes late: their reports hold what the source said"
                  + " then. Compare them with the hours around, then acknowledge them.",
              List.of(status(since, newest), Advice.acknowledge("estimated", null, since, newest)));
    };
  }

  private static Map<String, Object> ranged(String command, Hour since, Hour newest) {
    Map<String, Object> asked = Advice.ask(command);
    asked.put("from", since);
    asked.put("to", newest);
    return dry(asked);
  }

  private static Map<String, Object> status(Hour since, Hour newest) {
    Map<String, Object> asked = Advice.ask("status");
    Hour first = newest.minusHours(SchedulerSettings.CATCH_UP_HOURS_MAX - 1L);
    asked.put("from", since.isBefore(first) ? first : since);
    asked.put("to", newest);
    return asked;
  }

  private static Map<String, Object> dry(Map<String, Object> asked) {
    asked.put("dryRun", true);
    return asked;
  }

  /** Meters that Stripe does not have as METERS declares them. */
  List<OfMeter> meters() {
    return terms
        .reads()
        .list(
            "looking for meters with a problem",
            row -> new OfMeter(row.text("meter"), row.text("told"), List.of(Advice.ask("check"))),
            """
            select meter, concat_ws('; ', problem,
              case when refused_at is not null then 'Stripe has refused its events since '
                || to_char(refused_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
                || ': no active meter of this name' end,
              case when missing_at is not null and problem is null and refused_at is null
                then 'Stripe shows no active meter of this name' end,
              case when raw then 'Stripe adds every event up, though METERS declares sum-hourly: the'
                ' rules of sum hold for its reports' end) as told
            from metering.meter
            where problem is not null or refused_at is not null or missing_at is not null or raw
            order by meter
            """);
  }

  /** Empty if there are none, or with a source of one's own, of which that is not known. */
  Optional<Customerless> customerless() {
    if (!terms.shippedSource()) {
      return Optional.empty();
    }
    List<String> organizations =
        new ArrayList<>(
            terms
                .reads()
                .list(
                    "looking for subscriptions without a Stripe customer",
                    row -> row.text("id"),
                    SourceFunction.customerless("'active'") + " order by 1",
                    terms.currentHour()));
    return organizations.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Customerless(
                organizations.size(),
                organizations.subList(0, Math.min(EXAMPLES, organizations.size()))));
  }
}
