package io.sensormeter.inspection;

import io.sensormeter.database.ReadOnly;
import io.sensormeter.meter.Hour;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What an organization or a customer was billed, hour by hour, with Stripe's side and the sums of
 * each day.
 *
 * @param rows every revision, by event hour
 */
public record BilledHours(List<ReportRow> rows, LocalDays days) {

  /** A meter of the whole. */
  public record OfMeter(String meter, Sums sums) {}

  /** A day of a meter. */
  public record OfDay(LocalDate day, String meter, Sums sums) {}

  /**
   * A revision of a report.
   *
   * @param hour the event hour: what Stripe counts the value for
   * @param tick the hour in which it was captured
   * @param marks estimated, late, duplicate
   * @param stripe what Stripe's summaries last showed; empty = nobody looked
   */
  public record Line(
      Hour hour,
      LocalDate day,
      Hour tick,
      String meter,
      String organization,
      @Nullable String stripeCustomer,
      int revision,
      String identifier,
      @Nullable Long value,
      String status,
      @Nullable String code,
      String marks,
      Optional<BigDecimal> stripe,
      @Nullable Instant stripeAt,
      @Nullable String requestId,
      Optional<String> acknowledged) {

    private static Line of(ReportRow row, LocalDays days) {
      List<String> marks = new ArrayList<>();
      if (row.isEstimated()) {
        marks.add("estimated");
      }
      if (row.late()) {
        marks.add("late");
      }
      if (row.answer().duplicate()) {
        marks.add("duplicate");
      }
      return new Line(
          row.eventHour(),
          days.day(row.eventHour()),
          row.hour(),
          row.meter(),
          row.organization(),
          row.customer(),
          row.revision(),
          row.identifier(),
          row.value(),
          row.status().label(),
          row.answer().code(),
          String.join(" ", marks),
          row.seen().shown(),
          row.seen().at(),
          row.answer().requestId(),
          row.acknowledged().map(by -> by.by() + (by.note() == null ? "" : ": " + by.note())));
    }
  }

  /**
   * Reads.
   *
   * @param meters the declared ones
   * @param range of event hours
   * @param meter empty = all
   */
  public static BilledHours of(
      ReadOnly reads,
      List<String> meters,
      ReportRows.Whose whose,
      Range range,
      Optional<String> meter,
      LocalDays days) {
    return new BilledHours(
        new ReportRows(reads, meters)
            .of(whose, ReportRows.ticks(range.from(), range.to()), meter).stream()
                .filter(row -> isWithin(row.eventHour(), range))
                .filter(row -> isOf(row, whose))
                .toList(),
        days);
  }

  /** A revision for another customer is on that one's statement. */
  private static boolean isOf(ReportRow row, ReportRows.Whose whose) {
    return whose.stripeCustomer().map(asked -> asked.equals(row.customer())).orElse(true);
  }

  private static boolean isWithin(Hour hour, Range range) {
    return !hour.isBefore(range.from()) && !hour.isAfter(range.to());
  }

  public List<Line> lines() {
    return rows.stream().map(row -> Line.of(row, days)).toList();
  }

  public List<OfMeter> total() {
    return byMeter(rows).entrySet().stream()
        .map(each -> new OfMeter(each.getKey(), Sums.of(each.getValue())))
        .toList();
  }

  /** By day, then meter. */
  public List<OfDay> byDay() {
    Map<LocalDate, List<ReportRow>> byDay =
        rows.stream()
            .collect(
                Collectors.groupingBy(
                    row -> days.day(row.eventHour()), TreeMap::new, Collectors.toList()));
    return byDay.entrySet().stream()
        .flatMap(
            day ->
                byMeter(day.getValue()).entrySet().stream()
                    .map(each -> new OfDay(day.getKey(), each.getKey(), Sums.of(each.getValue()))))
        .toList();
  }

  private static Map<String, List<ReportRow>> byMeter(List<ReportRow> rows) {
    return rows.stream()
        .collect(Collectors.groupingBy(ReportRow::meter, TreeMap::new, Collectors.toList()));
  }

  /** The lines as a table. */
  public String csv() {
    Csv csv =
        new Csv(
            "hour",
            "day",
            "tick",
            "meter",
            "organization",
            "stripe_customer",
            "revision",
            "identifier",
            "value",
            "status",
            "code",
            "marks",
            "stripe",
            "stripe_at",
            "request_id",
            "acknowledged");
    for (Line line : lines()) {
      csv.line(
          line.hour(),
          line.day(),
          line.tick(),
          line.meter(),
          line.organization(),
          line.stripeCustomer(),
          line.revision(),
          line.identifier(),
          line.value(),
          line.status(),
          line.code(),
          line.marks(),
          line.stripe(),
          line.stripeAt(),
          line.requestId(),
          line.acknowledged());
    }
    return csv.toString();
  }
}
