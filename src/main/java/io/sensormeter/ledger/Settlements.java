package io.sensormeter.ledger;

import io.sensormeter.database.Database;
import io.sensormeter.database.ReadOnly;
import io.sensormeter.database.Row;
import io.sensormeter.database.Transaction;
import io.sensormeter.meter.Hour;
import io.sensormeter.meter.Outcome;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;

/** How a pending report ends: by an outcome of Stripe, or because its time is over. */
public final class Settlements {

  /** A batch takes a fraction of a second; more means that another holds its rows. */
  public static final Duration STATEMENT_TIMEOUT = Duration.ofSeconds(20);

  /** Arguments: outcomes as JSON, first and last hour twice, seconds until late. */
  private static final String SETTLE =
      """
      with outcome as (
        select * from jsonb_to_recordset(?::jsonb)
          as o(hour timestamptz, organization_id text, meter text, revision integer,
               status text, at timestamptz, request_id text, code text, message text)
      ), held as (
        -- Locked in one order, so that two recorders never wait for each other.
        select r.hour, r.organization_id, r.meter, r.revision
        from metering.meter_report as r
        join outcome as o
          on o.hour = r.hour and o.organization_id = r.organization_id collate "C"
          and o.meter = r.meter collate "C" and o.revision = r.revision
        where r.hour between ? and ?
        order by r.hour, r.organization_id, r.meter, r.revision
        for update of r
      ), settled as (
        update metering.meter_report as r
        set status = o.status, settled_at = o.at, stripe_request_id = o.request_id,
            failure_code = o.code, failure_message = o.message
        from held, outcome as o
        where r.hour between ? and ?
          and r.hour = held.hour and r.organization_id = held.organization_id
          and r.meter = held.meter and r.revision = held.revision
          and o.hour = held.hour and o.organization_id = held.organization_id
          and o.meter = held.meter and o.revision = held.revision
          and (r.status in ('pending', 'unresolved', 'expired')
            or r.status = 'rejected' and o.status = 'accepted' and r.value is not null)
        returning r.status, r.settled_at > r.hour + interval '1 second' * ? as late
      )
      select
        count(*) filter (where status = 'accepted') as accepted,
        count(*) filter (where status = 'rejected') as rejected,
        (select count(*) from held) - count(*) as unchanged,
        (select count(*) from outcome) - (select count(*) from held) as unknown,
        count(*) filter (where status = 'accepted' and late) as late
      from settled
      """;

  private static final String EXPIRES =
      "status = 'pending' and hour <= ?::timestamptz - interval '%d hours'"
          .formatted(SendLimit.SEND_HOURS_MAX);

  private static final String UNRESOLVES =
      """
      status = 'pending' and kind <> 'sum-hourly'
        and captured_at <= ?::timestamptz - interval '24 hours'
        and (send_before is null or send_before <= ?)
      """;

  private final Database database;

  public Settlements(Database database) {
    this.database = database;
  }

  /**
   * What a batch of outcomes changed.
   *
   * @param accepted reports that became accepted
   * @param rejected reports that became rejected
   * @param unchanged outcomes that say what the ledger knows, or less
   * @param unknown outcomes of reports the ledger does not hold
   * @param late how many of the accepted came perhaps too late for their invoice
   */
  public record Settled(int accepted, int rejected, int unchanged, int unknown, int late) {

    private static final Settled NOTHING = new Settled(0, 0, 0, 0, 0);
  }

  /**
   * Applies outcomes, at most one for each report, by precedence: pending, unresolved, expired →
   * accepted or rejected; rejected by Stripe → accepted. The same outcomes applied again change
   * nothing. A crash before the commit leaves the outcomes in their queue.
   *
   * @param lateAfter an acceptance later than this after its hour is late
   */
  public Settled settle(Collection<Outcome> outcomes, Duration lateAfter) {
    if (outcomes.isEmpty()) {
      return Settled.NOTHING;
    }
    List<Hour> hours = outcomes.stream().map(outcome -> outcome.key().hour()).sorted().toList();
    return database
        .one(
            "recording " + outcomes.size() + " outcome(s)",
            row ->
                new Settled(
                    row.integer("accepted"),
                    row.integer("rejected"),
                    row.integer("unchanged"),
                    row.integer("unknown"),
                    row.integer("late")),
            SETTLE,
            OutcomeRow.json(outcomes),
            hours.getFirst(),
            hours.getLast(),
            hours.getFirst(),
            hours.getLast(),
            lateAfter.toSeconds())
        .orElseThrow();
  }

  /**
   * On a {@code last} meter a later hour's event must stand last: what is still pending when a
   * later hour has a report is never sent.
   */
  static void supersede(Transaction transaction, Hour hour, Instant now) {
    transaction.update(
        """
        update metering.meter_report as earlier
        set status = 'superseded', settled_at = ?
        where earlier.kind = 'last' and earlier.status = 'pending'
          and earlier.hour <= ?
          and exists (
            select from metering.meter_report as later
            where later.organization_id = earlier.organization_id
              and later.meter = earlier.meter
              and later.hour > earlier.hour and later.hour >= ?
              and later.status in ('pending', 'accepted', 'verified', 'unresolved', 'discrepancy'))
        """,
        now,
        hour,
        hour);
  }

  /**
   * Reports given up because their time is over.
   *
   * @param expired the hour is older than Stripe's limit
   * @param unresolved additive and without an outcome 24 hours after capture
   */
  public record GivenUp(int expired, int unresolved) {

    private static GivenUp of(Row row) {
      return new GivenUp(row.integer("expired"), row.integer("unresolved"));
    }
  }

  /**
   * Gives up what may not be sent any more. pending → expired, pending → unresolved: nothing is
   * sent until the summaries were asked.
   */
  public GivenUp giveUp(Instant now) {
    return database.transaction(
        "giving up what may not be sent any more",
        transaction ->
            new GivenUp(
                transaction.update(
                    "update metering.meter_report set status = 'expired', settled_at = ? where "
                        + EXPIRES,
                    now,
                    now),
                transaction.update(
                    "update metering.meter_report set status = 'unresolved', settled_at = ? where "
                        + UNRESOLVES,
                    now,
                    now,
                    now)));
  }

  /** What {@link #giveUp} would change. */
  public static GivenUp wouldGiveUp(ReadOnly reads, Instant now) {
    return reads
        .one(
            "looking for what may not be sent any more",
            GivenUp::of,
            """
            select count(*) filter (where %1$s) as expired,
              count(*) filter (where %2$s and not (%1$s)) as unresolved
            from metering.meter_report where status = 'pending'
            """
                .formatted(EXPIRES, UNRESOLVES),
            now,
            now,
            now,
            now)
        .orElseThrow();
  }
}
