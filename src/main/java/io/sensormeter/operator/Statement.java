package io.sensormeter.operator;

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
 * {@code statement}: what an organization or a customer was billed, hour by hour, with Stripe's
 * side and the sums of each day.
 */
record Statement(Tools tools) {

  private static final int HOURS_MAX = 800;

  /**
   * The answer.
   *
   * @param csv the rows in place of {@code rows}, where that is asked for
   */
  private record Answer(
      String command,
      String of,
      Hour from,
      Hour to,
      String zone,
      List<OfMeter> total,
      List<OfDay> days,
      Optional<List<Line>> rows,
      Optional<String> csv) {}

  private record OfMeter(String meter, Sums sums) {}

  private record OfDay(LocalDate day, String meter, Sums sums) {}

  /**
   * A revision of a report.
   *
   * @param hour the event hour: what Stripe counts the value for
   * @param tick the hour in which it was captured
   * @param marks estimated, late, duplicate
   * @param stripe what Stripe's summaries last showed; empty = nobody looked
   */
  private record Line(
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
   * Lists.
   *
   * @throws IllegalArgumentException if it is not said whose, or too much is asked for
   */
  Done answer(Command.Statement command) {
    var whose = new ReportRows.Whose(command.organization(), command.stripeCustomer());
    LocalDays days = LocalDays.of(command.zone());
    boolean csv = Csv.isAsked(command.format());
    Range range = new Range(command.from(), command.to());
    if (range.hours() > HOURS_MAX) {
      throw new IllegalArgumentException(
          "%s to %s are %d hours; a statement has at most %d"
              .formatted(range.from(), range.to(), range.hours(), HOURS_MAX));
    }
    List<ReportRow> rows =
        new ReportRows(tools.reads(), tools.settings().meters().names())
            .of(whose, ReportRows.ticks(range.from(), range.to()), command.meter()).stream()
                .filter(row -> isWithin(row.eventHour(), range))
                .filter(row -> command.stripeCustomer().isEmpty() || isOf(row, command))
                .toList();
    List<Line> lines = rows.stream().map(row -> Line.of(row, days)).toList();
    return new Done(
        new Answer(
            "statement",
            whose.toString(),
            range.from(),
            range.to(),
            days.zone().toString(),
            total(rows),
            days(rows, days),
            csv ? Optional.empty() : Optional.of(lines),
            csv ? Optional.of(csv(lines)) : Optional.empty()),
        0);
  }

  /** A revision for another customer is on that one's statement. */
  private static boolean isOf(ReportRow row, Command.Statement command) {
    return command.stripeCustomer().get().equals(row.customer());
  }

  private static boolean isWithin(Hour hour, Range range) {
    return !hour.isBefore(range.from()) && !hour.isAfter(range.to());
  }

  private static List<OfMeter> total(List<ReportRow> rows) {
    return byMeter(rows).entrySet().stream()
        .map(each -> new OfMeter(each.getKey(), Sums.of(each.getValue())))
        .toList();
  }

  private static List<OfDay> days(List<ReportRow> rows, LocalDays days) {
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

  private static String csv(List<Line> lines) {
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
    for (Line line : lines) {
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
