package io.sensormeter.ledger;

import io.sensormeter.database.Database;
import io.sensormeter.database.ReadOnly;
import io.sensormeter.database.Row;
import io.sensormeter.database.Transaction;
import io.sensormeter.meter.Hour;
import io.sensormeter.meter.Sighting;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What follows from what Stripe shows: each report is compared, hour by hour, with the ledger as it
 * is now. Equal is verified; another value is a discrepancy, for a person; what is absent twice is
 * for {@link Absences}.
 */
public final class Verifications {

  /** A read counts only so long after Stripe took the event: summaries come minutes late. */
  static final int SETTLED_HOURS = 2;

  /** And so long after the last copy could leave. */
  static final int EXPIRED_MINUTES = 15;

  /**
   * What a resend may bill twice is absent only so long after the last copy could leave: one
   * customer's summaries may be hours late while others' are not.
   */
  static final int PATIENCE_HOURS = 6;

  /** Two looks that show nothing are two only so far apart. */
  static final int APART_MINUTES = 50;

  /**
   * Of what a resend may bill twice, times of two functions are in order only so far apart: either
   * clock may be two minutes off.
   */
  static final int CLOCKS_MINUTES = 4;

  private final Database database;

  public Verifications(Database database) {
    this.database = database;
  }

  /**
   * What sightings changed.
   *
   * @param verified reports that Stripe shows as they were sent
   * @param discrepancies reports of which Stripe shows something else, or nothing
   * @param replaced reports that Stripe does not hold: sent again as a new revision
   */
  public record Compared(int verified, int discrepancies, int replaced) {

    static final Compared NOTHING = new Compared(0, 0, 0);

    Compared and(Compared other) {
      return new Compared(
          verified + other.verified,
          discrepancies + other.discrepancies,
          replaced + other.replaced);
    }
  }

  /**
   * Compares, in one transaction. The same sightings again change nothing, nor does one that was
   * read before the last one that counted. A crash before the commit leaves them in their queue.
   *
   * @param lateAfter a revision made later than this after its event time is late
   */
  public Compared compare(List<Sighting> sightings, Duration lateAfter, Instant now) {
    List<SightingRow> rows = sightings.stream().flatMap(Verifications::row).toList();
    if (rows.isEmpty()) {
      return Compared.NOTHING;
    }
    return database.transaction(
        "comparing " + rows.size() + " sighting(s)",
        transaction -> {
          // What is counted over all reports is counted by one at a time.
          transaction.lock("sensor-meter sightings");
          // A batch's 12,000 hours are sorted, each with the sighting that PostgreSQL locks beside
          // it.
          transaction.update("set local work_mem = '32MB'");
          Compared compared = Compared.NOTHING;
          for (List<SightingRow> turn : SightingRow.turns(rows)) {
            compared = compared.and(compare(transaction, turn, lateAfter, now));
          }
          return compared;
        });
  }

  /** The oldest hour with a report that Stripe accepted and that was not seen there yet. */
  public static Optional<Hour> oldestUnverified(Transaction transaction) {
    return transaction
        .one(
            row -> Optional.ofNullable(row.hourOrNull("hour")),
            """
            select min(hour) as hour from metering.meter_report
            where status = 'accepted' and hour >= (select verify_from from metering.stack)
            """)
        .orElseThrow();
  }

  /** Whether in this hour or the one before too much was absent to be believed. */
  public static boolean summariesAbsent(Transaction transaction, Instant now) {
    return transaction
        .one(
            row -> row.flag("absent"),
            """
            select exists (
              select from metering.tick as t
              where t.hour > ?::timestamptz - interval '2 hours' and %s) as absent
            """
                .formatted(Absences.TOO_MANY),
            now)
        .orElseThrow();
  }

  /**
   * An hour whose first looks are not believed.
   *
   * @param absent of {@code compared}
   */
  public record Doubted(Hour hour, long absent, long compared) {}

  /** The hours since in which too much was absent to be believed: nothing is sent anew for them. */
  public static List<Doubted> doubted(ReadOnly reads, Hour since) {
    return reads.list(
        "looking for hours in which too much was absent",
        row -> new Doubted(row.hour("hour"), row.number("absent"), row.number("compared")),
        "select t.hour, t.absent, t.compared from metering.tick as t where t.hour >= ? and "
            + Absences.TOO_MANY,
        since);
  }

  private static Stream<SightingRow> row(Sighting sighting) {
    return switch (sighting) {
      case Sighting.Usage usage -> Stream.of(SightingRow.of(usage));
      case Sighting.NoCustomer none -> Stream.of(SightingRow.of(none));
      case Sighting.OfMeter _, Sighting.Refused _, Sighting.Doubted _ -> Stream.empty();
    };
  }

  private static Compared compare(
      Transaction transaction, List<SightingRow> turn, Duration lateAfter, Instant now) {
    String json = SightingRow.json(turn);
    Instant first =
        turn.stream().map(r -> Instant.parse(r.first())).min(Comparator.naturalOrder()).get();
    Instant last =
        turn.stream()
            .map(r -> Instant.parse(r.last()).plus(Duration.ofHours(1)))
            .max(Comparator.naturalOrder())
            .get();
    Row.Reader<List<Integer>> counts =
        row -> List.of(row.integer("verified"), row.integer("discrepancies"), row.integer("again"));
    List<Integer> found =
        transaction
            .one(counts, ComparisonSql.COMPARE, now, json, first, last, first, last)
            .orElseThrow();
    Compared compared = new Compared(found.get(0), found.get(1), 0);
    compared = compared.and(HeldReports.look(transaction, json, first, last, now));
    return found.get(2) == 0
        ? compared
        : compared.and(Absences.decide(transaction, json, first, last, lateAfter, now));
  }
}
