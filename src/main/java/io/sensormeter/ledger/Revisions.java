package io.sensormeter.ledger;

import io.sensormeter.database.SqlState;
import io.sensormeter.database.Transaction;
import io.sensormeter.meter.ReportKey;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * The next revision of a report, under an identifier of its own: what Stripe refused, lost or was
 * told wrongly is sent anew. The report becomes {@code replaced} in the same transaction, and never
 * changes value, customer or identifier.
 *
 * <p>A revision is first sent at the first sweep after its predecessor's {@code send_before}, so
 * that no copy of that one can come after it.
 */
final class Revisions {

  /** Begins the reason of a revision that no person asked for. */
  static final String ABSENT = "absent: ";

  /**
   * From any status that may be replaced. Of a {@code last} meter, what a later hour has overtaken
   * stays as it is.
   *
   * <p>Arguments: revisions as JSON, now, reason, seconds until late, first and last hour.
   */
  private static final String REVISE =
      """
      with given as (
        select * from jsonb_to_recordset(?::jsonb)
          as g(hour timestamptz, organization_id text, meter text, revision integer,
               identifier text, value bigint, customer text, kind text, past_hour boolean,
               read boolean, shadow boolean, held smallint)
      ), argument as (
        select ?::timestamptz as now, ?::text as reason, interval '1 second' * ? as late_after
      ), replaced as (
        update metering.meter_report as report
        set status = 'replaced', recorded_at = argument.now,
          rejected_by = case when report.status = 'rejected' then coalesce(report.rejected_by,
            case when report.send_before is null then 'capture' else 'answer' end) end
        from given, argument
        where report.hour between ? and ?
          and report.hour = given.hour and report.organization_id = given.organization_id
          and report.meter = given.meter and report.revision = given.revision
          and report.status in ('accepted', 'verified', 'rejected', 'unresolved', 'superseded',
            'expired', 'discrepancy')
          and (given.shadow or coalesce(given.kind, report.kind) <> 'last'
            or not %s)
        returning report.hour, report.organization_id, report.meter, given.identifier,
          report.revision + 1 as revision,
          coalesce(given.kind, report.kind) as kind,
          case given.past_hour
            when true then report.hour - interval '1 hour'
            when false then report.hour
            else coalesce(report.event_time, report.hour) end as event_time,
          coalesce(given.value, report.value) as value,
          coalesce(given.customer, report.stripe_customer_id) as customer,
          case when given.shadow then 'shadow' else 'pending' end as status,
          case when report.send_before > argument.now then report.send_before end as send_before,
          case when not given.read then coalesce(report.read_at, report.captured_at) end as read_at,
          given.held
      ), noted as (
        -- Billed by this: from now on its kind and interval stay.
        insert into metering.meter as known (meter, kind, past_hour)
        select distinct meter, kind, event_time < hour from replaced where status = 'pending'
        on conflict (meter) do update set kind = excluded.kind, past_hour = excluded.past_hour
        where known.kind is null
      )
      insert into metering.meter_report
        (hour, organization_id, meter, revision, kind, event_time, value, stripe_customer_id,
         identifier, status, captured_at, read_at, recorded_at, send_before, late, held, reason)
      select r.hour, r.organization_id, r.meter, r.revision, r.kind, r.event_time, r.value,
        r.customer, r.identifier, r.status, argument.now, r.read_at, argument.now, r.send_before,
        r.status = 'pending' and argument.now > r.event_time + argument.late_after, r.held,
        argument.reason
      from replaced as r, argument
      -- Sorted, all have left their places before one is taken.
      order by r.hour, r.organization_id, r.meter
      returning hour, organization_id, meter, revision
      """
          .formatted(
              Overtaking.isOvertaken(
                  "report", "coalesce(given.customer, report.stripe_customer_id)"));

  private Revisions() {}

  /**
   * accepted, unresolved → replaced, and a pending revision of the same value and customer: Stripe
   * does not hold what it said it took. The caller has locked the reports and judged how often.
   *
   * @param reason is noted behind {@link #ABSENT}
   * @param lateAfter made later than this after its event time, a revision is late
   * @return how many; not what a later hour of a {@code last} meter has overtaken
   */
  static int automatic(
      Transaction transaction,
      Collection<ReportKey> keys,
      String reason,
      Instant now,
      Duration lateAfter) {
    return make(
            transaction,
            keys.stream().map(RevisionRow::same).toList(),
            ABSENT + reason,
            now,
            lateAfter)
        .size();
  }

  /**
   * Makes revisions. Whose place another took meanwhile is left as it was, and the others are made
   * all the same.
   *
   * @return the new ones
   */
  static List<ReportKey> make(
      Transaction transaction,
      Collection<RevisionRow> rows,
      String reason,
      Instant now,
      Duration lateAfter) {
    if (rows.isEmpty()) {
      return List.of();
    }
    Overtaking.lock(transaction);
    return transaction.orOn(
        SqlState.UNIQUE_VIOLATION,
        together -> revise(together, rows, reason, now, lateAfter),
        apart -> oneByOne(apart, rows, reason, now, lateAfter));
  }

  private static List<ReportKey> oneByOne(
      Transaction transaction,
      Collection<RevisionRow> rows,
      String reason,
      Instant now,
      Duration lateAfter) {
    List<ReportKey> made = new ArrayList<>();
    for (RevisionRow row : rows) {
      made.addAll(
          transaction.orOn(
              SqlState.UNIQUE_VIOLATION,
              one -> revise(one, List.of(row), reason, now, lateAfter),
              _ -> List.<ReportKey>of()));
    }
    return made;
  }

  private static List<ReportKey> revise(
      Transaction transaction,
      Collection<RevisionRow> rows,
      String reason,
      Instant now,
      Duration lateAfter) {
    List<Instant> hours = rows.stream().map(row -> Instant.parse(row.hour())).sorted().toList();
    return transaction.list(
        row ->
            new ReportKey(
                row.hour("hour"),
                row.text("meter"),
                row.text("organization_id"),
                row.integer("revision")),
        REVISE,
        RevisionRow.json(rows),
        now,
        reason,
        lateAfter.toSeconds(),
        hours.getFirst(),
        hours.getLast());
  }
}
