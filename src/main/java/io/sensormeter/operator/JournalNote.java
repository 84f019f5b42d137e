package io.sensormeter.operator;

import io.sensormeter.database.ReadOnly;
import io.sensormeter.database.Row;
import io.sensormeter.inspection.Range;
import io.sensormeter.inspection.ReportRow;
import io.sensormeter.ledger.ReportStatus;
import io.sensormeter.meter.Hour;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A command that wrote, as the journal has it.
 *
 * @param input its fields, but for who asked
 * @param from the first hour it named; null = it names none
 * @param rows how many reports it made or changed; null = it has not ended
 */
record JournalNote(
    Instant at,
    @Nullable String by,
    String command,
    @Nullable String input,
    @Nullable String from,
    @Nullable String to,
    @Nullable String organization,
    @Nullable String customer,
    @Nullable String meter,
    @Nullable Long rows) {

  /** Lambda ends an invocation then. */
  private static final Duration LONGEST = Duration.ofMinutes(15);

  private static JournalNote read(Row row) {
    return new JournalNote(
        row.instant("at"),
        row.textOrNull("by"),
        row.text("command"),
        row.textOrNull("input"),
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
        select at, by, command, first, last,
          (select string_agg(given.key || ' ' || given.value, ', ' order by array_position(
              array['hour', 'from', 'to', 'code'], given.key), given.key)
            from jsonb_each_text(input) as given
            where given.key <> 'by' and given.value <> 'false') as input,
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

  /** Whether it names the report, and the report bears its trace. */
  boolean concerns(ReportRow row) {
    return names(row)
        && (rows == null || rows > 0)
        && switch (command) {
          case "report", "backfill" -> row.revision() == 0 && isDuring(row.capturedAt());
          case "retry", "correct" -> row.revision() > 0 && isDuring(row.capturedAt());
          case "release" ->
              row.status() != ReportStatus.SHADOW
                  && row.capturedAt().isBefore(at)
                  && (row.firstPublishedAt() == null || !row.firstPublishedAt().isBefore(at));
          // Who acknowledged stands on the report itself.
          default -> false;
        };
  }

  private boolean isDuring(Instant made) {
    return !made.isBefore(at) && made.isBefore(at.plus(LONGEST));
  }

  /** A retry may have changed the customer. */
  private boolean names(ReportRow row) {
    Hour hour = row.hour();
    return from != null
        && to != null
        && from.compareTo(hour.toString()) <= 0
        && to.compareTo(hour.toString()) >= 0
        && Optional.ofNullable(organization).map(row.organization()::equals).orElse(true)
        && (command.equals("retry")
            || Optional.ofNullable(customer).map(its -> its.equals(row.customer())).orElse(true))
        && Optional.ofNullable(meter).map(row.meter()::equals).orElse(true);
  }

  String sentence() {
    return "At %s %s asked for %s%s, which %s."
        .formatted(
            Explanation.at(at),
            by == null ? "somebody" : by,
            command,
            input == null ? "" : " (" + input + ")",
            rows == null ? "has not ended" : "changed " + rows + " report(s)");
  }
}
