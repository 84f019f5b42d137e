package io.sensormeter.ledger;

import io.sensormeter.meter.Outcome;
import io.sensormeter.meter.ReportKey;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** From outcomes into the ledger. */
public final class Settlements {

  /** A batch takes a fraction of a second; more means that another holds its rows. */
  public static final Duration STATEMENT_TIMEOUT = Duration.ofSeconds(20);

  private final Database database;
  private final int invoiceGraceHours;

  /**
   * @param invoiceGraceHours how long invoices stay open after their period; an acceptance later
   *     than this and one hour after its hour is {@code late}
   */
  public Settlements(Database database, int invoiceGraceHours) {
    this.database = database;
    this.invoiceGraceHours = invoiceGraceHours;
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
  public record Settled(int accepted, int rejected, int unchanged, int unknown, int late) {}

  /**
   * Applies outcomes, at most one for each report, by precedence: pending, unresolved, expired →
   * accepted or rejected; rejected by Stripe → accepted. The same outcomes applied again change
   * nothing. A crash before the commit leaves the outcomes in their queue.
   */
  public Settled settle(Collection<Outcome> outcomes) {
    if (outcomes.isEmpty()) {
      return new Settled(0, 0, 0, 0, 0);
    }
    Columns columns = new Columns(outcomes);
    return database.transaction(
        "recording " + outcomes.size() + " outcome(s)",
        connection ->
            Sql.one(
                    connection,
                    row ->
                        new Settled(
                            row.getInt("accepted"),
                            row.getInt("rejected"),
                            row.getInt("unchanged"),
                            row.getInt("unknown"),
                            row.getInt("late")),
                    """
                    with outcome as (
                      select * from unnest(?::timestamptz[], ?::text[], ?::text[], ?::integer[],
                                           ?::text[], ?::timestamptz[], ?::text[], ?::text[], ?::text[])
                        as o(hour, organization_id, meter, revision,
                             status, at, request_id, code, message)
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
                      returning r.status, r.settled_at > r.hour + interval '1 hour' * ? as late
                    )
                    select
                      count(*) filter (where status = 'accepted') as accepted,
                      count(*) filter (where status = 'rejected') as rejected,
                      (select count(*) from held) - count(*) as unchanged,
                      (select count(*) from outcome) - (select count(*) from held) as unknown,
                      count(*) filter (where status = 'accepted' and late) as late
                    from settled
                    """,
                    columns.arguments(1 + invoiceGraceHours))
                .orElseThrow());
  }

  /** The outcomes as parallel arrays, as {@code unnest} takes them. */
  private static final class Columns {

    private final List<String> hour = new ArrayList<>();
    private final List<String> organization = new ArrayList<>();
    private final List<String> meter = new ArrayList<>();
    private final List<Integer> revision = new ArrayList<>();
    private final List<String> status = new ArrayList<>();
    private final List<String> at = new ArrayList<>();
    private final List<@Nullable String> requestId = new ArrayList<>();
    private final List<@Nullable String> code = new ArrayList<>();
    private final List<@Nullable String> message = new ArrayList<>();
    private final Instant first;
    private final Instant last;

    Columns(Collection<Outcome> outcomes) {
      outcomes.forEach(this::add);
      this.first = hours(outcomes).min(Instant::compareTo).orElseThrow();
      this.last = hours(outcomes).max(Instant::compareTo).orElseThrow();
    }

    private static java.util.stream.Stream<Instant> hours(Collection<Outcome> outcomes) {
      return outcomes.stream().map(outcome -> outcome.key().hour().start());
    }

    private void add(Outcome outcome) {
      ReportKey key = outcome.key();
      hour.add(key.hour().start().toString());
      organization.add(key.organizationId());
      meter.add(key.meter());
      revision.add(key.revision());
      at.add(outcome.at().toString());
      requestId.add(outcome.requestId());
      switch (outcome) {
        case Outcome.Accepted _ -> result("accepted", null, null);
        case Outcome.ZeroRefused refused ->
            result("accepted", Outcome.ZeroRefused.CODE, refused.message());
        case Outcome.Rejected rejected -> result("rejected", rejected.code(), rejected.message());
      }
    }

    private void result(String newStatus, @Nullable String newCode, @Nullable String newMessage) {
      status.add(newStatus);
      code.add(newCode);
      message.add(newMessage);
    }

    @Nullable Object[] arguments(int lateAfterHours) {
      return new @Nullable Object[] {
        texts(hour),
        texts(organization),
        texts(meter),
        revision.toArray(Integer[]::new),
        texts(status),
        texts(at),
        texts(requestId),
        texts(code),
        texts(message),
        first,
        last,
        first,
        last,
        lateAfterHours
      };
    }

    private static @Nullable String[] texts(List<@Nullable String> list) {
      return list.toArray(String[]::new);
    }
  }
}
