package io.sensormeter.inspection;

import io.sensormeter.ledger.ReportStatus;
import java.math.BigDecimal;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Reports of one meter added up. Every report that is not replaced counts in exactly one of {@code
 * ledger}, {@code pending}, {@code shadow}, {@code open}, {@code acknowledged}. Of a {@code last}
 * meter each is the value of its newest event hour.
 *
 * @param ledger of what Stripe said it took, or was seen to hold: accepted or verified
 * @param pending without an outcome yet
 * @param shadow captured, and not billed
 * @param open of exceptions that wait for a person
 * @param acknowledged of exceptions that a person has settled
 * @param stripe what Stripe's summaries showed, each event hour of a customer once
 * @param unseen event hours that were sent and not looked up yet
 * @param differing what Stripe shows of discrepancies, and bills
 * @param bills what Stripe is to bill: {@code ledger}, and of discrepancies what it shows; of a
 *     {@code last} meter the newest of both
 */
public record Sums(
    BigDecimal ledger,
    BigDecimal pending,
    BigDecimal shadow,
    BigDecimal open,
    BigDecimal acknowledged,
    BigDecimal stripe,
    long unseen,
    BigDecimal differing,
    BigDecimal bills,
    boolean isLast) {

  public static Sums of(List<ReportRow> rows) {
    List<ReportRow> standing =
        rows.stream().filter(row -> row.status() != ReportStatus.REPLACED).toList();
    List<ReportRow> looked = looked(rows);
    return new Sums(
        total(standing, Sums::isLedger, Sums::value),
        total(standing, row -> row.status() == ReportStatus.PENDING, Sums::value),
        total(
            standing,
            row -> row.status() == ReportStatus.SHADOW && !acknowledged(row),
            Sums::value),
        total(standing, row -> isException(row) && !acknowledged(row), Sums::value),
        total(standing, row -> !isLedger(row) && acknowledged(row), Sums::value),
        total(looked, row -> row.seen().at() != null, Sums::shown),
        looked.stream().filter(row -> row.seen().at() == null).count(),
        total(looked, Sums::isDiffering, Sums::shown),
        total(
            standing,
            row -> isLedger(row) || isDiffering(row),
            row -> isLedger(row) ? value(row) : shown(row)),
        rows.stream().anyMatch(ReportRow::isLast));
  }

  /** What was sent; of an event hour and customer the report that was looked up last. */
  private static List<ReportRow> looked(List<ReportRow> rows) {
    Comparator<ReportRow> lastSeen =
        Comparator.comparing(
                (ReportRow row) -> row.seen().at(),
                Comparator.nullsFirst(Comparator.naturalOrder()))
            .thenComparingInt(ReportRow::revision);
    Map<String, ReportRow> newest = new TreeMap<>();
    rows.stream()
        .filter(row -> row.sendBefore() != null || row.seen().at() != null)
        .forEach(
            row ->
                newest.merge(
                    row.eventHour() + " " + row.customer(),
                    row,
                    (one, other) -> lastSeen.compare(one, other) > 0 ? one : other));
    return List.copyOf(newest.values());
  }

  private static boolean isLedger(ReportRow row) {
    return row.status() == ReportStatus.ACCEPTED || row.status() == ReportStatus.VERIFIED;
  }

  private static boolean isDiffering(ReportRow row) {
    return row.status() == ReportStatus.DISCREPANCY && row.seen().at() != null;
  }

  private static boolean isException(ReportRow row) {
    return switch (row.status()) {
      case REJECTED, UNRESOLVED, SUPERSEDED, DISCREPANCY, EXPIRED -> true;
      case SHADOW, PENDING, ACCEPTED, VERIFIED, REPLACED -> false;
    };
  }

  private static boolean acknowledged(ReportRow row) {
    return row.acknowledged().isPresent() && row.status() != ReportStatus.PENDING;
  }

  private static BigDecimal value(ReportRow row) {
    return row.value() == null ? BigDecimal.ZERO : BigDecimal.valueOf(row.value());
  }

  private static BigDecimal shown(ReportRow row) {
    return row.seen().shown().orElse(BigDecimal.ZERO);
  }

  private static BigDecimal total(
      List<ReportRow> rows, Predicate<ReportRow> counted, Function<ReportRow, BigDecimal> of) {
    return rows.stream().anyMatch(ReportRow::isLast)
        ? rows.stream()
            .filter(counted)
            .max(Comparator.comparing(ReportRow::eventHour).thenComparingInt(ReportRow::revision))
            .map(of)
            .orElse(BigDecimal.ZERO)
        : rows.stream().filter(counted).map(of).reduce(BigDecimal.ZERO, BigDecimal::add);
  }
}
