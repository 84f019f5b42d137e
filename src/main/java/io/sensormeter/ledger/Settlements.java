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

  /** Arguments: outcomes as JSON, first and last hour twice, seconds until late, now. */
  private static final String SETTLE =
      """
      with outcome as (
        select * from jsonb_to_recordset(?::jsonb)
          as o(hour timestamptz, organization_id text, meter text, revision integer,
               status text, duplicate boolean, at timestamptz, request_id text, code text,
               message text)
      ), held as (
        -- Each with its outcome: joined once more below, every outcome would meet every report.
        select r.hour, r.organization_id, r.meter, r.revision, r.status, r.stripe_customer_id,
          o.status as said, o.duplicate, o.at, o.request_id, o.code, o.message
        from metering.meter_report as r
        join outcome as o
          on o.hour = r.hour and o.organization_id = r.organization_id collate "C"
          and o.meter = r.meter collate "C" and o.revision = r.revision
        where r.hour between ? and ?
        -- Locked in one order, so that two recorders never wait for each other.
        order by r.hour, r.organization_id, r.meter, r.revision
        for update of r
      ), slot as (
        select held.*, %s as beside from held
      ), settled as (
        update metering.meter_report as r
        set status = case when slot.beside is null then o.status else r.status end,
            settled_at = o.at, recorded_at = argument.now,
            -- Told already of a revision that was late from birth.
            shown_at = case when r.late and o.status = 'accepted' then r.shown_at end,
            stripe_request_id = o.request_id,
            duplicate = o.duplicate or o.status = 'rejected' and coalesce(r.duplicate, false),
            rejected_by = case when slot.beside is not null then r.rejected_by
              when o.status = 'rejected' then 'answer' end,
            failure_code = coalesce(slot.beside, o.code),
            failure_message = case when slot.beside is null then o.message
              else 'Stripe took it after another had been sent in its place' end,
            acknowledged_at = null, acknowledged_by = null, acknowledged_note = null,
            late = slot.beside is null and o.status = 'accepted'
              and case when o.duplicate then r.captured_at else greatest(r.captured_at, o.at) end
                > coalesce(r.event_time, r.hour) + argument.late_after
        from slot
          cross join lateral (select slot.said as status, slot.duplicate, slot.at,
            slot.request_id, slot.code, slot.message) as o,
          (select interval '1 second' * ? as late_after, ?::timestamptz as now) as argument
        where r.hour between ? and ?
          and r.hour = slot.hour and r.organization_id = slot.organization_id
          and r.meter = slot.meter and r.revision = slot.revision
          and (slot.beside is null or r.failure_code is distinct from slot.beside)
          and %s
        returning r.meter, r.status, slot.beside, o.at
      ), working as (
        -- Stripe takes events of the meter: it is no longer stopped.
        update metering.meter as noted set refused_at = null
        from (select meter, max(at) as at from settled where status = 'accepted' group by meter)
          as taken
        where noted.meter = taken.meter and noted.refused_at < taken.at
      )
      select
        count(*) filter (where status = 'accepted') as accepted,
        count(*) filter (where status = 'rejected' and beside is null) as rejected,
        count(*) filter (where beside is not null) as beside,
        (select count(*) from held) - count(*) as unchanged,
        (select count(*) from outcome) - (select count(*) from held) as unknown
      from settled
      """
          .formatted(Precedence.BESIDE, Precedence.HAS_EFFECT);

  /**
   * Two revisions of a report are in Stripe: of what a later event replaces that does no harm, else
   * a person looks. Arguments: outcomes as JSON, now, first and last hour.
   */
  private static final String BOTH_ACCEPTED =
      """
      update metering.meter_report as live
      set status = 'discrepancy', recorded_at = argument.now, shown_at = null,
          failure_code = gone.failure_code,
          failure_message = 'Stripe holds revision ' || gone.revision || ' as well',
          acknowledged_at = null, acknowledged_by = null, acknowledged_note = null
      from jsonb_to_recordset(?::jsonb)
          as o(hour timestamptz, organization_id text, meter text, revision integer),
        (select ?::timestamptz as now) as argument,
        metering.meter_report as gone
        left join metering.meter as noted on noted.meter = gone.meter
      where gone.hour between ? and ?
        and gone.hour = o.hour and gone.organization_id = o.organization_id
        and gone.meter = o.meter and gone.revision = o.revision
        and gone.status = 'replaced' and gone.failure_code = '%1$s'
        and live.hour = gone.hour and live.organization_id = gone.organization_id
        and live.meter = gone.meter and live.revision > gone.revision
        and live.status in
          ('pending', 'accepted', 'verified', 'unresolved', 'expired', 'discrepancy')
        and live.failure_code is distinct from '%1$s'
        and not (live.kind = 'sum-hourly' and noted.raw is not true
          and live.stripe_customer_id = gone.stripe_customer_id)
      """
          .formatted(ReportStatus.ALSO_ACCEPTED);

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
   * accepted at first hand. An acceptance of a replaced revision is noted, and makes the one in its
   * place a discrepancy if both are billed. The same outcomes applied again change nothing. A crash
   * before the commit leaves the outcomes in their queue.
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
    Hour first = hours.getFirst();
    Hour last = hours.getLast();
    String rows = OutcomeRow.json(outcomes);
    Settled settled =
        transaction
            .one(Settled::of, SETTLE, rows, first, last, lateAfter.toSeconds(), now, first, last)
            .orElseThrow();
    if (settled.beside() > 0) {
      transaction.update(BOTH_ACCEPTED, rows, now, first, last);
    }
    return settled;
  }

  /**
   * Notes that Stripe answered to hold these already, also on what it has refused: there it changes
   * no status, but a retry is then held for a second look.
   */
  public void heldAlready(Collection<Outcome> duplicates) {
    if (!duplicates.isEmpty()) {
      database.update(
          "noting " + duplicates.size() + " duplicate answer(s)",
          """
          update metering.meter_report as r set duplicate = true
          from jsonb_to_recordset(?::jsonb)
            as o(hour timestamptz, organization_id text, meter text, revision integer)
          where r.hour = o.hour and r.organization_id = o.organization_id
            and r.meter = o.meter and r.revision = o.revision
            and r.status = 'rejected' and r.duplicate is not true and %s
          """
              .formatted(Precedence.REFUSED_BY_ANSWER),
          OutcomeRow.json(duplicates));
    }
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
