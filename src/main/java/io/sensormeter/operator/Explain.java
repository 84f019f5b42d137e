package io.sensormeter.operator;

import io.sensormeter.inspection.LocalDays;
import io.sensormeter.inspection.PrunedMonths;
import io.sensormeter.inspection.Range;
import io.sensormeter.inspection.ReportRow;
import io.sensormeter.inspection.ReportRows;
import io.sensormeter.inspection.Sums;
import io.sensormeter.ledger.ReportStatus;
import io.sensormeter.ledger.Verifications;
import io.sensormeter.ledger.Verifications.Doubted;
import io.sensormeter.meter.Hour;
import io.sensormeter.operator.Explanation.MeterNote;
import io.sensormeter.operator.HoursWithoutReport.TickNote;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** {@code explain}: why an organization or a customer was billed what it was, in sentences. */
record Explain(Tools tools) {

  private static final int HOURS_MAX = 48;

  /**
   * The answer.
   *
   * @param total what Stripe is to bill of the range, a sentence a meter
   * @param hours event hours without a report, and why
   */
  private record Answer(
      String command,
      String of,
      Hour from,
      Hour to,
      String zone,
      List<String> total,
      List<Told> reports,
      List<String> hours) {}

  private record Told(
      Hour hour,
      Optional<String> local,
      String meter,
      String organization,
      int revision,
      String status,
      List<String> sentences,
      List<Map<String, Object>> next) {}

  /**
   * Explains.
   *
   * @throws IllegalArgumentException if it is not said whose and when, or too much is asked for
   */
  Done answer(Command.Explain command) {
    var whose = new ReportRows.Whose(command.organization(), command.stripeCustomer());
    LocalDays days = LocalDays.of(command.zone());
    Range range = range(command, days);
    PrunedMonths.refuse(tools.reads(), range.from(), range.to());
    Range ticks = ReportRows.ticks(range.from(), range.to());
    List<ReportRow> rows =
        new ReportRows(tools.reads(), tools.settings().meters().names())
            .of(whose, ticks, command.meter()).stream()
                .filter(row -> isAsked(row.hour(), range) || isAsked(row.eventHour(), range))
                .toList();
    List<MeterNote> meters = meters();
    Map<Hour, TickNote> noted = TickNote.of(tools.reads(), ticks);
    List<Doubted> doubted = Verifications.doubted(tools.reads(), range.from());
    List<JournalNote> journal = JournalNote.of(tools.reads(), ticks);
    return new Done(
        new Answer(
            "explain",
            whose.toString(),
            range.from(),
            range.to(),
            days.zone().toString(),
            totals(rows.stream().filter(row -> isAsked(row.eventHour(), range)).toList()),
            rows.stream().map(row -> told(row, noted, meters, journal, doubted, days)).toList(),
            new HoursWithoutReport(tools, noted).tell(whose, range, rows, command.meter())),
        0);
  }

  private static Range range(Command.Explain command, LocalDays days) {
    boolean ranged = command.from().isPresent() || command.to().isPresent();
    int ways =
        (command.hour().isPresent() ? 1 : 0)
            + (command.day().isPresent() ? 1 : 0)
            + (ranged ? 1 : 0);
    if (ways != 1 || command.from().isPresent() != command.to().isPresent()) {
      throw new IllegalArgumentException(
          "say when: either \"hour\", or \"from\" and \"to\", or \"day\": \"2026-11-14\" (of a"
              + " \"zone\")");
    }
    return command
        .hour()
        .map(hour -> new Range(hour, hour))
        .or(() -> command.day().map(days::range))
        .orElseGet(
            () ->
                Range.atMost(
                    HOURS_MAX,
                    command.from().orElseThrow(),
                    command.to().orElseThrow(),
                    "explain tells at most %d at once, statement lists 800"));
  }

  private static boolean isAsked(Hour hour, Range range) {
    return !hour.isBefore(range.from()) && !hour.isAfter(range.to());
  }

  private Told told(
      ReportRow row,
      Map<Hour, TickNote> ticks,
      List<MeterNote> meters,
      List<JournalNote> journal,
      List<Doubted> doubted,
      LocalDays days) {
    Explanation explanation =
        Explanation.of(
            row,
            new Explanation.Around(
                meters.stream().filter(noted -> noted.meter().equals(row.meter())).findFirst(),
                journal.stream().filter(entry -> entry.concerns(row)).toList(),
                Optional.ofNullable(ticks.get(row.hour()))
                    .filter(tick -> !tick.isSkipped())
                    .flatMap(TickNote::acknowledged),
                doubted.stream().filter(hour -> isLook(row.seen(), hour.hour())).findFirst(),
                tools.time().now()));
    return new Told(
        row.eventHour(),
        days.local(row.eventHour()),
        row.meter(),
        row.organization(),
        row.revision(),
        row.status().label(),
        explanation.sentences(),
        explanation.next());
  }

  private static boolean isLook(ReportRow.Seen seen, Hour hour) {
    return Stream.of(Optional.ofNullable(seen.absentAt()), Optional.ofNullable(seen.at()))
        .flatMap(Optional::stream)
        .anyMatch(look -> Hour.floor(look).equals(hour));
  }

  /** A sentence for each meter. */
  static List<String> totals(List<ReportRow> rows) {
    Map<String, List<ReportRow>> byMeter =
        rows.stream()
            .collect(
                Collectors.groupingBy(ReportRow::meter, LinkedHashMap::new, Collectors.toList()));
    List<String> totals = new ArrayList<>();
    byMeter.forEach(
        (meter, reports) -> {
          Sums sums = Sums.of(reports);
          totals.add(
              "%s: Stripe is to bill %s: %s of reports that are verified or accepted%s%s%s."
                  .formatted(
                      meter,
                      sums.bills().toPlainString(),
                      sums.ledger().toPlainString(),
                      more(", %s that it shows where it differs", sums.differing()),
                      more(
                          "; whether also %s given up without an outcome is not known",
                          unknown(reports)),
                      sums.isLast() ? "; of a last meter the final hour alone counts" : ""));
        });
    return totals;
  }

  private static String more(String text, BigDecimal units) {
    return units.signum() == 0 ? "" : text.formatted(units.toPlainString());
  }

  private static BigDecimal unknown(List<ReportRow> reports) {
    return reports.stream()
        .filter(
            row ->
                (row.status() == ReportStatus.UNRESOLVED || row.status() == ReportStatus.EXPIRED)
                    && row.seen().at() == null)
        .map(row -> BigDecimal.valueOf(Objects.requireNonNullElse(row.value(), 0L)))
        .reduce(BigDecimal.ZERO, BigDecimal::add);
  }

  private List<MeterNote> meters() {
    return tools
        .reads()
        .list(
            "reading the meters",
            row ->
                new MeterNote(
                    row.text("meter"), row.hourOrNull("live_from"), row.textOrNull("stopped")),
            """
            select meter, live_from,
              coalesce(problem, case when refused_at is not null
                then 'Stripe has no active meter of this name' end) as stopped
            from metering.meter order by meter
            """);
  }
}
