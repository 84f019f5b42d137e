package io.sensormeter.operator;

import io.sensormeter.database.ReadOnly;
import io.sensormeter.inspection.Range;
import io.sensormeter.inspection.ReportRow;
import io.sensormeter.inspection.ReportRows;
import io.sensormeter.ledger.Acknowledgements;
import io.sensormeter.meter.Hour;
import io.sensormeter.meter.Meter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Why there is no report of an hour. */
record HoursWithoutReport(Tools tools, Map<Hour, TickNote> ticks) {

  /**
   * A tick row.
   *
   * @param acknowledged by whom, when and why; empty if nobody has
   */
  record TickNote(Hour hour, String status, String capturedAt, Optional<String> acknowledged) {

    static Map<Hour, TickNote> of(ReadOnly reads, Range range) {
      return reads
          .list(
              "reading tick rows",
              row ->
                  new TickNote(
                      row.hour("hour"),
                      row.text("status"),
                      Explanation.at(row.instant("captured_at")),
                      Optional.ofNullable(row.textOrNull("acknowledged"))),
              "select hour, status, captured_at, %s as acknowledged from metering.tick where hour between ? and ?"
                  .formatted(Acknowledgements.said("tick")),
              range.from(),
              range.to())
          .stream()
          .collect(Collectors.toMap(TickNote::hour, Function.identity()));
    }

    boolean isSkipped() {
      return status.equals("skipped");
    }
  }

  /** A sentence for each run of event hours that lack a report of a meter for the same reason. */
  List<String> tell(
      ReportRows.Whose whose, Range range, List<ReportRow> rows, Optional<String> onlyMeter) {
    Optional<Hour> liveFrom = tools.stacks().look(tools.reads()).liveFrom();
    List<String> sentences = new ArrayList<>();
    for (Meter meter : tools.settings().meters().list()) {
      if (onlyMeter.map(meter.name()::equals).orElse(true)) {
        Map<String, List<Hour>> byReason = new LinkedHashMap<>();
        for (Hour hour : range.newestFirst().reversed()) {
          if (rows.stream().noneMatch(row -> isOf(row, hour, meter))) {
            Hour tick = meter.pastHour() ? hour.plusHours(1) : hour;
            byReason
                .computeIfAbsent(
                    why(whose, tick, ticks.get(tick), liveFrom, tools.currentHour()),
                    _ -> new ArrayList<>())
                .add(hour);
          }
        }
        byReason.forEach(
            (why, hours) -> sentences.add("%s, %s: %s".formatted(meter.name(), span(hours), why)));
      }
    }
    return sentences;
  }

  private static boolean isOf(ReportRow row, Hour eventHour, Meter meter) {
    return row.eventHour().equals(eventHour) && row.meter().equals(meter.name());
  }

  static String why(
      ReportRows.Whose whose,
      Hour tick,
      @Nullable TickNote noted,
      Optional<Hour> liveFrom,
      Hour now) {
    if (noted != null && noted.isSkipped()) {
      return "never captured, and given up as too old: it is not billed. "
          + noted
              .acknowledged()
              .map("It was acknowledged by %s."::formatted)
              .orElse(
                  "Younger than 34 days it can be captured by backfill; older, bill it by an"
                      + " invoice item.");
    }
    if (noted != null) {
      return whose.organization().isPresent()
          ? "captured at %s, and the source gave no reading of %s: it is not billed. A backfill of the organization captures what the source says by now."
              .formatted(noted.capturedAt(), whose)
          : "captured at %s, and no report of %s is live or was refused. One that was replaced or superseded is found by its organization."
              .formatted(noted.capturedAt(), whose);
    }
    if (tick.isAfter(now)) {
      return "it has not come yet.";
    }
    if (liveFrom.isEmpty() || tick.isBefore(liveFrom.get())) {
      return "not captured, and not owed: "
          + liveFrom
              .map(first -> "the first hour billed is " + first + ".")
              .orElse("nothing was billed yet.");
    }
    return "never captured, and owed: the next tick captures it, from what the source says then.";
  }

  /** Hours that follow each other are told as one. */
  private static String span(List<Hour> hours) {
    List<String> spans = new ArrayList<>();
    Hour first = hours.getFirst();
    for (int i = 0; i < hours.size(); i++) {
      boolean ends = i + 1 == hours.size() || !hours.get(i).plusHours(1).equals(hours.get(i + 1));
      if (ends) {
        spans.add(first.equals(hours.get(i)) ? first.toString() : first + " to " + hours.get(i));
        first = i + 1 == hours.size() ? first : hours.get(i + 1);
      }
    }
    return String.join(", ", spans);
  }
}
