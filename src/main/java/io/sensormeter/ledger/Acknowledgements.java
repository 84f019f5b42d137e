package io.sensormeter.ledger;

import io.sensormeter.database.Database;
import io.sensormeter.database.ReadOnly;
import io.sensormeter.database.Row;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Exceptions that a person has seen and settled otherwise: they leave the open count and are asked
 * of Stripe no more, and stay what they are.
 */
public final class Acknowledgements {

  /**
   * Who acknowledged a report, when, and with what note if there is one, as SQL; null if nobody.
   *
   * @param report its name in the statement
   */
  public static String said(String report) {
    return """
    case when %1$s.acknowledged_at is not null then concat_ws(': ',
      %1$s.acknowledged_by || ' at '
        || to_char(%1$s.acknowledged_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
      %1$s.acknowledged_note) end
    """
        .formatted(report);
  }

  private static final String DUE =
      """
      with argument as not materialized (
        select %s, ?::timestamptz as now, ?::text as by, ?::text as note
      ), due as (
        select report.hour, report.organization_id, report.meter, report.revision,
          case when report.status in ('accepted', 'verified') then 'late' else report.status end
            as status,
          report.failure_code, report.value
        from metering.meter_report as report, argument
        where %s and report.acknowledged_at is null
          and (%s
            or report.late and report.status in ('accepted', 'verified')
            or report.status = 'shadow' and %s >= (
              select noted.live_from from metering.meter as noted
              where noted.meter = report.meter))
        order by report.hour, report.organization_id, report.meter, report.revision
        %%s
      ), hours as (
        select tick.hour, told.status from argument cross join metering.tick
        cross join lateral (select %s as status) as told
        where tick.acknowledged_at is null
          and tick.hour between argument.first and argument.last
          and coalesce(argument.code, told.status) = told.status
          and argument.organization is null and argument.customer is null
          and argument.meter is null
      )
      """
          .formatted(
              Selection.COLUMNS,
              Selection.CHOSEN,
              Selection.EXCEPTION,
              CopyExpiry.EVENT_TIME,
              Exceptions.OF_HOUR);

  private static final String GROUPED =
      """
      select status, failure_code, count(*) as reports, coalesce(sum(value), 0) as total
      from due group by status, failure_code
      union all
      select status, null, count(*), 0 from hours group by status
      order by status, failure_code
      """;

  static final String OPEN = DUE.formatted("") + GROUPED;

  private final Database database;

  public Acknowledgements(Database database) {
    this.database = database;
  }

  /**
   * Exceptions of one kind.
   *
   * @param reports of {@code skipped} and {@code estimated} it is the hours that are counted
   * @param total the sum of their values
   */
  public record Group(String status, @Nullable String code, int reports, BigDecimal total) {

    private static Group of(Row row) {
      return new Group(
          row.text("status"),
          row.textOrNull("failure_code"),
          row.integer("reports"),
          row.decimal("total"));
    }
  }

  /** Acknowledges what is open, in one transaction. What is acknowledged already stays as it is. */
  public List<Group> acknowledge(Selection selection, Instant now, String by, String note) {
    return database.list(
        "acknowledging exceptions",
        Group::of,
        DUE.formatted("for update of report")
            + """
            , acknowledged as (
              update metering.meter_report as r
              set acknowledged_at = argument.now, acknowledged_by = argument.by,
                acknowledged_note = argument.note
              from due, argument
              where r.hour between argument.first and argument.last
                and r.hour = due.hour and r.organization_id = due.organization_id
                and r.meter = due.meter and r.revision = due.revision
            ), acknowledged_hours as (
              update metering.tick
              set acknowledged_at = argument.now, acknowledged_by = argument.by,
                acknowledged_note = argument.note
              from hours, argument where tick.hour = hours.hour
            )
            """
            + GROUPED,
        arguments(selection, now, by, note));
  }

  /** What {@link #acknowledge} would acknowledge. */
  public static List<Group> open(ReadOnly reads, Selection selection, Instant now) {
    return reads.list(
        "looking for open exceptions", Group::of, OPEN, arguments(selection, now, null, null));
  }

  private static @Nullable Object[] arguments(
      Selection selection, Instant now, @Nullable String by, @Nullable String note) {
    return new @Nullable Object[] {
      selection.from(),
      selection.to(),
      selection.code().orElse(null),
      selection.organization().orElse(null),
      selection.stripeCustomer().orElse(null),
      selection.meter().orElse(null),
      now,
      by,
      note
    };
  }
}
