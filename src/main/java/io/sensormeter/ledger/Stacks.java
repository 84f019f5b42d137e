package io.sensormeter.ledger;

import io.sensormeter.config.StripeMode;
import io.sensormeter.database.Database;
import io.sensormeter.database.ReadOnly;
import io.sensormeter.database.Row;
import io.sensormeter.database.Transaction;
import io.sensormeter.meter.Hour;
import io.sensormeter.meter.Meter;
import java.time.Instant;
import java.util.Optional;

/**
 * Whose ledger it is, in which of Stripe's modes, and since when it bills. Ticks and commands of
 * another stack are refused until {@code adopt} hands the ledger over; those of the other mode for
 * good.
 */
public final class Stacks {

  private static final String READ = "select owner, mode, live_from from metering.stack";

  private final Database database;
  private final String owner;
  private final StripeMode mode;

  public Stacks(Database database, String owner, StripeMode mode) {
    this.database = database;
    this.owner = owner;
    this.mode = mode;
  }

  /**
   * The ledger's stack.
   *
   * @param liveFrom the first hour owed; empty = nothing was ever billed
   */
  public record Stack(String owner, String mode, Optional<Hour> liveFrom) {

    private static Stack of(Row row) {
      return new Stack(
          row.text("owner"), row.text("mode"), Optional.ofNullable(row.hourOrNull("live_from")));
    }
  }

  /**
   * The ledger's stack, which is this one: the first to come owns it. A ledger of release 0.1 has
   * billed since its oldest captured hour.
   *
   * @throws IllegalStateException if it is another's, or of the other mode; nothing was done
   */
  public Stack enter(Instant now) {
    Stack stack =
        database.transaction(
            "looking whose ledger it is",
            transaction -> {
              Optional<Stack> known = transaction.one(Stack::of, READ);
              return known.isPresent() ? known.get() : found(transaction, now);
            });
    return own(stack, owner, mode);
  }

  /** As {@link #enter}, without writing: before the first tick, what that would find. */
  public Stack look(ReadOnly reads) {
    return look(reads, owner, mode);
  }

  /** As {@link #look(ReadOnly)}, for a stack that has no ledger of its own. */
  public static Stack look(ReadOnly reads, String owner, StripeMode mode) {
    return reads
        .one("looking whose ledger it is", Stack::of, READ)
        .map(stack -> own(stack, owner, mode))
        .orElseGet(() -> new Stack(owner, mode.label(), Optional.empty()));
  }

  /**
   * Makes this stack the owner, whoever was. Its mode does not change.
   *
   * @return who owned it
   * @throws IllegalStateException if the ledger is of the other mode
   */
  public String adopt(Instant now) {
    Stack before =
        database.transaction(
            "adopting the ledger",
            transaction -> {
              Optional<Stack> known = transaction.one(Stack::of, READ + " for update");
              Stack stack = known.isPresent() ? known.get() : found(transaction, now);
              requireMode(stack, mode);
              transaction.update("update metering.stack set owner = ?", owner);
              return stack;
            });
    return before.owner();
  }

  /** Whose it is, for {@code adopt}'s dry run: throws as {@link #adopt}. */
  public String wouldAdopt(ReadOnly reads) {
    Optional<Stack> known = reads.one("looking whose ledger it is", Stack::of, READ);
    known.ifPresent(stack -> requireMode(stack, mode));
    return known.map(Stack::owner).orElse(owner);
  }

  private static Stack own(Stack stack, String owner, StripeMode mode) {
    requireMode(stack, mode);
    if (!stack.owner().equals(owner)) {
      throw new IllegalStateException(
          "the ledger belongs to the stack %s, this is %s: nothing was done, lest two bill the same hours. If that one is gone for good, {\"command\":\"adopt\",\"by\":\"<who>\"} hands its ledger over"
              .formatted(stack.owner(), owner));
    }
    return stack;
  }

  private static void requireMode(Stack stack, StripeMode mode) {
    if (!stack.mode().equals(mode.label())) {
      throw new IllegalStateException(
          "the ledger is of Stripe's %s mode, STRIPE_MODE says %s: nothing was done. A ledger keeps its mode for good, because what the other mode was sent was never billed: begin on an empty schema, or set STRIPE_MODE=%s"
              .formatted(stack.mode(), mode.label(), stack.mode()));
    }
  }

  /** Two that come at once: one makes the row, the other reads it. */
  private Stack found(Transaction transaction, Instant now) {
    int made =
        transaction.update(
            """
            insert into metering.stack (owner, mode, live_from, verify_from)
            select ?, ?, min(hour), ?::timestamptz - interval '48 hours'
            from metering.tick where status = 'captured'
            on conflict do nothing
            """,
            owner,
            mode.label(),
            now);
    if (made == 1) {
      noteWhatReleaseOneBilled(transaction);
    }
    return transaction.one(Stack::of, READ).orElseThrow();
  }

  /** Its meters, and what the newest hour gave, with which the next is compared. */
  private static void noteWhatReleaseOneBilled(Transaction transaction) {
    transaction.update(
        """
        with newest as (
          select max(hour) as hour, min(hour) as first from metering.tick where status = 'captured'
        ), given as (
          select r.meter, min(r.kind) as kind, count(*) as reports,
            count(*) filter (where r.status = 'rejected' and r.send_before is null) as rejected,
            coalesce(sum(r.value) filter (
              where r.status <> 'rejected' or r.send_before is not null), 0) as total
          from newest join metering.meter_report as r on r.hour = newest.hour and r.revision = 0
          group by r.meter
        ), noted as (
          insert into metering.meter (meter, kind, past_hour, live_from)
          select meter, kind, false, first from given cross join newest where kind is not null
          on conflict do nothing
        )
        insert into metering.tick_meter (hour, meter, status, reports, rejected, total)
        select newest.hour, meter, 'captured', reports, rejected, total from given cross join newest
        on conflict do nothing
        """);
  }

  /**
   * Notes that a meter is billed since its first event hour that is owed, and the stack. A backfill
   * moves both back, as far as every hour from there on is captured: what it leaves out was never
   * owed, and another system may have billed it. A tick never does, whatever BILL_FROM says later.
   *
   * @param noteKind whether a reading of it can be billed: from then on its kind and interval stay
   */
  static void goLive(
      Transaction transaction, Meter meter, Hour hour, CaptureTerms terms, boolean noteKind) {
    goLive(transaction, hour, terms);
    transaction.update(
        """
        insert into metering.meter as noted (meter, kind, past_hour, live_from)
        select given.meter, given.kind, given.past_hour,
          case when stack.live_from is not null then greatest(given.billed_from, stack.live_from
            - case when interval_of.past_hour then interval '1 hour' else interval '0' end) end
        from metering.stack as stack,
          (values (?, ?, ?::boolean, ?::timestamptz)) as given(meter, kind, past_hour, billed_from),
          (values (?::boolean)) as interval_of(past_hour)
        on conflict (meter) do update set
          kind = coalesce(noted.kind, excluded.kind),
          past_hour = coalesce(noted.past_hour, excluded.past_hour),
          live_from = least(noted.live_from, excluded.live_from)
        where noted.kind is null or noted.live_from is null
          or ? and noted.live_from > excluded.live_from
        """,
        meter.name(),
        noteKind ? meter.kind().label() : null,
        noteKind ? meter.pastHour() : null,
        meter.billedFrom(terms.billFrom()).orElseThrow(),
        meter.pastHour(),
        terms.backfill());
  }

  private static void goLive(Transaction transaction, Hour hour, CaptureTerms terms) {
    if (terms.backfill()) {
      transaction.update(
          """
          update metering.stack set live_from = ?
          where live_from > ? and not exists (
            select from generate_series(?::timestamptz, live_from - interval '1 hour',
                                        interval '1 hour') as since(hour)
            where not exists (
              select from metering.tick
              where tick.hour = since.hour and tick.status = 'captured'))
          """,
          hour,
          hour,
          hour);
    } else {
      transaction.update(
          "update metering.stack set live_from = ? where live_from is null",
          CaptureTerms.goingLive(terms.tick(), terms.billFrom().orElseThrow()));
    }
  }
}
