package io.sensormeter.ledger;

import io.sensormeter.database.Database;
import io.sensormeter.database.DatabaseException;
import io.sensormeter.database.Transaction;
import io.sensormeter.meter.Hour;
import io.sensormeter.meter.Meters;
import io.sensormeter.meter.ReportKey;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Sends anew, at a person's word, what Stripe refused, does not show, or was never sent. */
public final class Retries {

  private final Database database;
  private final Meters meters;
  private final Duration lateAfter;

  /**
   * @param lateAfter a revision made later than this after its event time is late
   */
  public Retries(Database database, Meters meters, Duration lateAfter) {
    this.database = database;
    this.meters = meters;
    this.lateAfter = lateAfter;
  }

  /**
   * What a retry makes.
   *
   * @param customer {@code frozen}, {@code source}, or a customer; empty = the source's where the
   *     refusal is about the customer, else the frozen one
   * @param beforeLive whether event hours before the first one billed may be
   * @param acknowledged whether what a person has acknowledged may be billed all the same
   * @param reason for the ledger
   */
  public record Terms(
      Optional<String> customer, boolean beforeLive, boolean acknowledged, String reason) {}

  /**
   * Makes the revisions of an hour, in one transaction: rejected, discrepancy, superseded,
   * unresolved → replaced. A crash right after leaves them to the next tick's sweep.
   *
   * @throws DatabaseException if the source is needed and refuses; nothing of the hour was made
   */
  public List<Retried> retry(Selection selection, Hour hour, Terms terms, Instant now) {
    return explained(
        hour,
        () ->
            database.transaction(
                "retrying reports of " + hour,
                transaction -> {
                  List<Retried> planned =
                      plan(transaction, RetrySql.LOCKED_PLAN, selection, hour, terms, now);
                  Set<ReportKey> made =
                      new HashSet<>(
                          Revisions.make(
                              transaction,
                              planned.stream()
                                  .filter(one -> one.refusal() == null)
                                  .map(Retried::row)
                                  .toList(),
                              terms.reason(),
                              now,
                              lateAfter));
                  return planned.stream().map(one -> told(one, made)).toList();
                }));
  }

  /**
   * What {@link #retry} would make after the later hours.
   *
   * @param later of {@code last} meters, what the hours planned so far would make live; added to
   */
  public List<Retried> preview(
      Selection selection, Hour hour, Terms terms, Instant now, Set<List<String>> later) {
    List<Retried> planned =
        explained(
            hour,
            () ->
                database
                    .readOnly()
                    .transaction(
                        "looking for reports of " + hour,
                        transaction ->
                            plan(transaction, RetrySql.PLAN, selection, hour, terms, now)));
    List<Retried> previewed = new ArrayList<>();
    for (Retried one : planned) {
      List<List<String>> places =
          one.last() && one.refusal() == null
              ? List.of(
                  List.of(one.meter(), "organization", one.organization()),
                  List.of(one.meter(), "customer", String.valueOf(one.customer())))
              : List.of();
      previewed.add(
          places.stream().anyMatch(later::contains)
              ? one.refused(Retried.Refusal.OVERTAKEN, null)
              : one);
      later.addAll(places);
    }
    return previewed;
  }

  private interface Attempt {
    List<Retried> make();
  }

  private List<Retried> explained(Hour hour, Attempt attempt) {
    try {
      return attempt.make();
    } catch (DatabaseException e) {
      throw SourceFunction.explained(database.readOnly(), hour, e);
    }
  }

  /** Of two organizations that would have one customer, the first has it. */
  private List<Retried> plan(
      Transaction transaction,
      String sql,
      Selection selection,
      Hour hour,
      Terms terms,
      Instant now) {
    Map<List<String>, String> holders = new HashMap<>();
    List<Retried> planned = new ArrayList<>();
    for (Retried one :
        transaction.list(
            Retried::of,
            sql,
            hour,
            hour,
            selection.code().orElse(null),
            selection.organization().orElse(null),
            selection.stripeCustomer().orElse(null),
            selection.meter().orElse(null),
            now,
            terms.customer().orElse(null),
            terms.beforeLive(),
            terms.acknowledged(),
            DeclaredMeters.json(meters, hour, Optional.empty()))) {
      String holder =
          one.refusal() == null
              ? holders.putIfAbsent(
                  List.of(one.meter(), String.valueOf(one.customer())), one.organization())
              : null;
      planned.add(holder == null ? one : one.refused(Retried.Refusal.TAKEN, holder));
    }
    return planned;
  }

  /** What another moved, or whose place it took, since it was planned. */
  private static Retried told(Retried one, Set<ReportKey> made) {
    return one.refusal() == null
            && !made.contains(
                new ReportKey(one.hour(), one.meter(), one.organization(), one.revision() + 1))
        ? one.refused(Retried.Refusal.CHANGED, null)
        : one;
  }
}
