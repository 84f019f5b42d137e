package io.sensormeter.ledger;

import io.sensormeter.database.Database;
import io.sensormeter.database.Row;
import io.sensormeter.database.SqlState;
import io.sensormeter.database.Transaction;
import io.sensormeter.meter.Hour;
import io.sensormeter.meter.MeterRefusal;
import io.sensormeter.meter.Outcome;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;

/** How a report ends: by an outcome of Stripe, or by a later hour that stands in its place. */
public final class Settlements {

  /** A batch takes a fraction of a second; more means that another holds its rows. */
  public static final Duration STATEMENT_TIMEOUT = Duration.ofSeconds(20);

  /**
   * Which outcome moves which report, in an order in which they have precedence: a duplicate
   * answer, a refusal, an acceptance at first hand. What has no effect here leaves the report as it
   * is.
   */
  private static final String MOVES =
      """
      o.status = 'accepted' and (
          r.status in ('pending', 'unresolved', 'expired', 'superseded')
          or not o.duplicate and (
            r.status = 'accepted' and r.duplicate
            or r.status = 'rejected' and r.value is not null
              and coalesce(r.rejected_by, case when r.send_before is not null then 'answer' end)
                = 'answer'))
        or o.status = 'rejected' and (
          r.status in ('pending', 'unresolved', 'expired') or r.status = 'accepted' and r.duplicate)
      """;

  /** Another report is live for the organization or the customer; asked of one that is not. */
  private static final String SLOT_TAKEN =
      """
      held.status in ('rejected', 'superseded') and exists (
        select from metering.meter_report as live
        where live.hour = held.hour and live.meter = held.meter
          and live.status not in ('rejected', 'superseded', 'replaced')
          and (live.organization_id = held.organization_id
            or live.stripe_customer_id = held.stripe_customer_id))
      """;

  /** Arguments: outcomes as JSON, first and last hour twice, seconds until late, now. */
  private static final String SETTLE =
      """
      with outcome as (
        select * from jsonb_to_recordset(?::jsonb)
          as o(hour timestamptz, organization_id text, meter text, revision integer,
               status text, duplicate boolean, at timestamptz, request_id text, code text,
               message text)
      ), held as (
        -- Locked in one order, so that two recorders never wait for each other.
        select r.hour, r.organization_id, r.meter, r.revision, r.status, r.stripe_customer_id
        from metering.meter_report as r
        join outcome as o
          on o.hour = r.hour and o.organization_id = r.organization_id collate "C"
          and o.meter = r.meter collate "C" and o.revision = r.revision
        where r.hour between ? and ?
        order by r.hour, r.organization_id, r.meter, r.revision
        for update of r
      ), slot as (
        select held.*, %s as taken from held
      ), settled as (
        update metering.meter_report as r
        set status = case when slot.taken then r.status else o.status end,
            settled_at = o.at, recorded_at = argument.now, shown_at = null,
            stripe_request_id = o.request_id, duplicate = o.duplicate,
            rejected_by = case when slot.taken then r.rejected_by
              when o.status = 'rejected' then 'answer' end,
            failure_code = case when slot.taken then '%s' else o.code end,
            failure_message = case when slot.taken
              then 'Stripe took it after another had been sent in its place' else o.message end,
            late = not slot.taken and o.status = 'accepted'
              and case when o.duplicate then r.captured_at else o.at end
                > coalesce(r.event_time, r.hour) + argument.late_after
        from slot, outcome as o,
          (select interval '1 second' * ? as late_after, ?::timestamptz as now) as argument
        where r.hour between ? and ?
          and r.hour = slot.hour and r.organization_id = slot.organization_id
          and r.meter = slot.meter and r.revision = slot.revision
          and o.hour = slot.hour and o.organization_id = slot.organization_id
          and o.meter = slot.meter and o.revision = slot.revision
          and not (slot.taken and r.failure_code is not distinct from '%s')
          and (%s)
        returning r.meter, r.status, slot.taken, o.at
      ), working as (
        -- Stripe takes events of the meter: it is no longer stopped.
        update metering.meter as noted set refused_at = null
        from (select meter, max(at) as at from settled where status = 'accepted' group by meter)
          as taken
        where noted.meter = taken.meter and noted.refused_at < taken.at
      )
      select
        count(*) filter (where status = 'accepted') as accepted,
        count(*) filter (where status = 'rejected' and not taken) as rejected,
        count(*) filter (where taken) as beside,
        (select count(*) from held) - count(*) as unchanged,
        (select count(*) from outcome) - (select count(*) from held) as unknown
      from settled
      """
          .formatted(
              SLOT_TAKEN,
              ReportStatus.ACCEPTED_BESIDE_LIVE,
              ReportStatus.ACCEPTED_BESIDE_LIVE,
              MOVES);

  private final Database database;

  public Settlements(Database database) {
    this.database = database;
  }

  /**
   * What a batch of outcomes changed.
   *
   * @param accepted reports that became accepted
   * @param rejected reports that became rejected
   * @param beside reports that Stripe took though another stands in their place: noted
   * @param unchanged outcomes that say what the ledger knows, or less
   * @param unknown outcomes of reports the ledger does not hold
   */
  public record Settled(int accepted, int rejected, int beside, int unchanged, int unknown) {

    private static final Settled NOTHING = new Settled(0, 0, 0, 0, 0);

    private static Settled of(Row row) {
      return new Settled(
          row.integer("accepted"),
          row.integer("rejected"),
          row.integer("beside"),
          row.integer("unchanged"),
          row.integer("unknown"));
    }

    private Settled and(Settled other) {
      return new Settled(
          accepted + other.accepted,
          rejected + other.rejected,
          beside + other.beside,
          unchanged + other.unchanged,
          unknown + other.unknown);
    }
  }

  /**
   * Applies outcomes, at most one for each report, by precedence: pending, unresolved, expired,
   * superseded → accepted; pending, unresolved, expired → rejected; rejected by Stripe's answer →
   * accepted at first hand. The same outcomes applied again change nothing. A crash before the
   * commit leaves the outcomes in their queue.
   *
   * @param lateAfter an acceptance later than this after its event time is late
   */
  public Settled settle(Collection<Outcome> outcomes, Duration lateAfter, Instant now) {
    if (outcomes.isEmpty()) {
      return Settled.NOTHING;
    }
    return database.transaction(
        "recording " + outcomes.size() + " outcome(s)",
        transaction ->
            transaction.orOn(
                SqlState.UNIQUE_VIOLATION,
                together -> settle(together, outcomes, lateAfter, now),
                apart -> oneByOne(apart, outcomes, lateAfter, now)));
  }

  /** Two acceptances for one place: the first takes it, the second is noted. */
  private static Settled oneByOne(
      Transaction transaction, Collection<Outcome> outcomes, Duration lateAfter, Instant now) {
    Settled settled = Settled.NOTHING;
    for (Outcome outcome : outcomes) {
      settled = settled.and(settle(transaction, List.of(outcome), lateAfter, now));
    }
    return settled;
  }

  private static Settled settle(
      Transaction transaction, Collection<Outcome> outcomes, Duration lateAfter, Instant now) {
    List<Hour> hours = outcomes.stream().map(outcome -> outcome.key().hour()).sorted().toList();
    return transaction
        .one(
            Settled::of,
            SETTLE,
            OutcomeRow.json(outcomes),
            hours.getFirst(),
            hours.getLast(),
            lateAfter.toSeconds(),
            now,
            hours.getFirst(),
            hours.getLast())
        .orElseThrow();
  }

  /**
   * Stripe has no such meter: only probes of it leave. Told after a later acceptance, it is void.
   */
  public void refused(Collection<MeterRefusal> refusals) {
    for (MeterRefusal refusal : refusals) {
      database.update(
          "noting that Stripe has no meter " + refusal.meter(),
          """
          insert into metering.meter as noted (meter, refused_at)
          select given.meter, given.at
          from (values (?, ?::timestamptz)) as given(meter, at)
          where not exists (
            select from metering.meter_report as taken
            where taken.meter = given.meter and taken.status in ('accepted', 'verified')
              and taken.hour > given.at - interval '3 hours' and taken.settled_at > given.at)
          on conflict (meter) do update set refused_at = excluded.refused_at
          where noted.refused_at is null
          """,
          refusal.meter(),
          refusal.at());
    }
  }
}
