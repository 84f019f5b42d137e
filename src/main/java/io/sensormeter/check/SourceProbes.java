package io.sensormeter.check;

import io.sensormeter.config.SchedulerSettings;
import io.sensormeter.database.DatabaseException;
import io.sensormeter.database.ReadOnly;
import io.sensormeter.database.SqlState;
import io.sensormeter.ledger.DeclaredMeters;
import io.sensormeter.ledger.Rejections;
import io.sensormeter.ledger.SourceFunction;
import io.sensormeter.meter.Hour;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;

/** Where the readings come from, and what it gives at the hour. */
record SourceProbes(SchedulerSettings settings, ReadOnly reads, Hour hour) {

  /** The function that gives the readings. */
  Finding function() {
    return new Probe(
            "source",
            """
            select split_part(finding, ': ', 1) as level,
              substr(finding, strpos(finding, ': ') + 2) as says
            from (%s) as source
            cross join lateral (select case
              when ? then case
                when not callable then 'good: the shipped function will be made at the first tick'
                when shipped then 'good: the shipped function is there'
                else 'bad: metering.billable_readings exists and was not made by sensor-meter: set '
                  'SOURCE=own to keep it, or drop it to use the shipped one'
                end
              when not fits then 'bad: SOURCE=own: ' || expected
              when not executable then 'bad: the role may not call metering.billable_readings; run: '
                'grant execute on function metering.billable_readings(timestamptz) to '
                || quote_ident(current_user)
              else 'good: your function is there, as expected'
              end as finding) as judged
            """
                .formatted(SourceFunction.SQL),
            List.of(settings.shippedSource()))
        .ask(reads);
  }

  /** What the source gives at the hour, judged as a capture would. */
  Finding reading() {
    boolean text = settings.shippedSource() && !SourceFunction.isCallable(reads);
    try {
      return new Probe(
              "reading",
              Rejections.judged(
                      text ? shippedText() : "metering.billable_readings(" + at() + ") as r")
                  + READING,
              List.of(
                  DeclaredMeters.json(settings.meters(), hour, settings.billFrom()),
                  hour.toString()))
          .ask(reads);
    } catch (DatabaseException e) {
      if (e.sqlState().equals(SqlState.QUERY_CANCELED)) {
        return Finding.warning(
            "reading",
            "the source took longer than %d s at %s and was stopped, so that nothing is known of it; a capture gives it 5 minutes"
                .formatted(Check.TIMEOUT.toSeconds(), hour));
      }
      if (SourceFunction.isNameNotFound(e) && SourceFunction.isCallable(reads)) {
        return Finding.bad("reading", Findings.oneLine(e) + ". " + SourceFunction.QUALIFY);
      }
      throw e;
    }
  }

  private static final String READING =
      """
      , kind as (
        select failure, count(*) as readings, min(organization_id) as example,
          coalesce(sum(value) filter (where failure is null), 0) as total
        from judged group by failure
      ), whole as (
        select count(distinct organization_id) as organizations from reading
      ), found as (
        select coalesce(sum(readings), 0) as readings, coalesce(sum(total), 0) as total,
          coalesce(sum(readings) filter (where failure is null), 0) as billable,
          string_agg(format('%s %s (such as %s)', failure, to_char(readings, 'FM999,999,990'), example),
                     ', ' order by failure) filter (where failure is not null) as rejected
        from kind
      )
      select
        case
          when billable = 0 then 'bad' when rejected is not null then 'warning'
          else 'good'
        end as level,
        format('at %s: %s organizations, %s readings, billable %s with total %s, rejected %s%s%s', ?,
          to_char(organizations, 'FM999,999,990'), to_char(readings, 'FM999,999,990'),
          to_char(billable, 'FM999,999,990'), trim_scale(total),
          to_char(readings - billable, 'FM999,999,990'), ': ' || rejected,
          case
            when billable = 0 then '. Nothing would be billed: is it the right database?'
            when rejected is not null
              then '. What is rejected is not billed; mend it in the application'
          end) as says
      from found, whole
      """;

  /** The body of the shipped function, at the hour: for before it is made. */
  private String shippedText() {
    try (InputStream in =
        Objects.requireNonNull(
            SourceProbes.class.getResourceAsStream("/db/source/R__billable_readings.sql"))) {
      String script = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      String quote = "$body$";
      String body =
          script.substring(script.indexOf(quote) + quote.length(), script.lastIndexOf(quote));
      return "("
          + body.replace("billable_readings.at", at())
          + ") as r(organization_id, stripe_customer_id, meter, value)";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String at() {
    return "timestamptz '" + hour.start() + "'";
  }
}
