package io.sensormeter.operator;

import io.sensormeter.database.ReadOnly;
import io.sensormeter.database.Row;
import io.sensormeter.inspection.Range;
import io.sensormeter.inspection.ReportRow;
import io.sensormeter.meter.Hour;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A command that wrote, as the journal has it.
 *
 * @param input its fields, as JSON
 * @param from the first hour it named; null = it names none
 * @param rows how many reports it made or changed; null = it has not ended
 */
record JournalNote(
    Instant at,
    @Nullable String by,
    String command,
    String input,
    @Nullable String from,
    @Nullable String to,
    @Nullable String organization,
    @Nullable String customer,
    @Nullable String meter,
    @Nullable Long rows) {

  private static JournalNote read(Row row) {
    return new JournalNote(
        row.instant("at"),
        row.textOrNull("by"),
        row.text("command"),
        row.text("input"),
        row.textOrNull("first"),
        row.textOrNull("last"),
        row.textOrNull("organization"),
        row.textOrNull("customer"),
        row.textOrNull("meter"),
        row.numberOrNull("rows"));
  }

  /**
   * Those that name an hour of the range, oldest first; {@code report} names the hour it came in.
   * What they name is text, and hours are written so that they sort.
   */
  static List<JournalNote> of(ReadOnly reads, Range range) {
    return reads.list(
        "reading the journal",
        JournalNote::read,
        """
        select at, by, command, input::text as input, first, last,
          input ->> 'organization' as organization, input ->> 'stripeCustomer' as customer,
          input ->> 'meter' as meter, rows
        from metering.journal
        cross join lateral (
          select to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24"Z"') as label) as came
        cross join lateral (
          select coalesce(input ->> 'from', input ->> 'hour',
              case when command = 'report' then label end) as first,
            coalesce(input ->> 'to', input ->> 'hour',
              case when command = 'report' then label end) as last) as named
        where first <= ? and last >= ?
        order by id
        """,
        range.to().toString(),
        range.from().toString());
  }

  boolean concerns(ReportRow row) {
    Hour hour = row.hour();
    return from != null
        && to != null
        && from.compareTo(hour.toString()) <= 0
        && to.compareTo(hour.toString()) >= 0
        && Optional.ofNullable(organization).map(row.organization()::equals).orElse(true)
        && Optional.ofNullable(customer).map(its -> its.equals(row.customer())).orElse(true)
        && Optional.ofNullable(meter).map(row.meter()::equals).orElse(true);
  }

  String sentence() {
    return "At %s %s asked for %s with %s, which %s."
        .formatted(
            Explanation.at(at),
            by == null ? "somebody" : by,
            command,
            input,
            rows == null ? "has not ended" : "changed " + rows + " report(s)");
  }
}
