package io.sensormeter.view;

import io.sensormeter.inspection.Terms;
import io.sensormeter.meter.Hour;
import io.sensormeter.view.HourRows.HourRow;
import io.sensormeter.view.HoursModel.Cell;
import io.sensormeter.view.HoursModel.DayRow;
import io.sensormeter.view.HoursModel.Legend;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Page Hours: was every hour billed? */
record HoursPage(Terms terms) {

  static final int DAYS = 35;
  private static final int HOURS_OF_A_DAY = 24;

  HoursModel of(ViewRequest request) {
    LocalTimes times = new LocalTimes(request.zone());
    Hour until = request.hour("until").orElseGet(() -> Hour.floor(request.until()));
    LocalDate newest = times.day(until);
    LocalDate oldest = newest.minusDays(DAYS - 1L);
    Hour first = times.first(oldest);
    Verdict.Asked asked = asked(terms);
    List<HourRow> rows =
        HourRows.of(terms.reads(), first, times.first(newest.plusDays(1)).minusHours(1));
    Map<Hour, HourRow> byHour =
        rows.stream().collect(Collectors.toMap(HourRow::hour, Function.identity()));
    List<DayRow> days = new ArrayList<>();
    for (LocalDate day = newest; !day.isBefore(oldest); day = day.minusDays(1)) {
      days.add(day(day, byHour, asked, times));
    }
    return new HoursModel(
        Verdict.of(rows, asked, times),
        times.name(),
        IntStream.range(0, HOURS_OF_A_DAY)
            .mapToObj(i -> times.ofDay(times.first(newest).plusHours(i)))
            .toList(),
        days,
        legend(rows, asked),
        Action.to(DAYS + " days before", "hours", "until", first.minusHours(1).toString()));
  }

  /** Since when hours are owed and looked up. */
  static Verdict.Asked asked(Terms terms) {
    return terms
        .reads()
        .one(
            "reading since when the ledger is live",
            row ->
                new Verdict.Asked(
                    Optional.ofNullable(row.hourOrNull("live_from")),
                    row.instant("verify_from"),
                    terms),
            "select live_from, verify_from from metering.stack")
        .orElseGet(() -> new Verdict.Asked(Optional.empty(), Instant.MAX, terms));
  }

  private static DayRow day(
      LocalDate day, Map<Hour, HourRow> byHour, Verdict.Asked asked, LocalTimes times) {
    Hour first = times.first(day);
    List<Cell> cells = new ArrayList<>();
    for (int i = 0; i < HOURS_OF_A_DAY; i++) {
      HourRow row = byHour.get(first.plusHours(i));
      if (row != null) {
        cells.add(cell(row, asked, times));
      }
    }
    return new DayRow(LocalTimes.day(day), Action.toHour(LocalTimes.day(day), first), cells);
  }

  static Cell cell(HourRow row, Verdict.Asked asked, LocalTimes times) {
    HourState state = asked.state(row);
    List<String> told = new ArrayList<>(List.of(times.hour(row.hour()), state.label()));
    if (row.tick() != null) {
      told.add(Count.of(row.reports(), "report"));
    }
    if (row.exceptions() > 0) {
      told.add(
          (row.exceptions() == HourRows.EXCEPTIONS_MAX ? "at least " : "")
              + Count.of(row.exceptions(), "exception"));
    }
    if (asked.isUnseen(row)) {
      told.add(Verdict.UNSEEN);
    }
    if (row.marked()) {
      told.add("some late or superseded");
    }
    if (row.estimated()) {
      told.add("estimated");
    }
    return new Cell(
        state.label(),
        state.mark(),
        String.join(", ", told),
        needsALook(state, row, asked) || asked.isUnseen(row),
        row.marked() || row.estimated(),
        Action.toHour(state.mark(), row.hour()));
  }

  private static boolean needsALook(HourState state, HourRow row, Verdict.Asked asked) {
    return switch (state) {
      case EXCEPTION, OWED, SKIPPED, PENDING -> true;
      case SHADOW, EMPTY -> asked.isLive(row.hour());
      case VERIFIED, ACCEPTED, SETTLED, PRUNED, NONE -> false;
    };
  }

  private static List<Legend> legend(List<HourRow> rows, Verdict.Asked asked) {
    Map<HourState, Long> counts = new EnumMap<>(HourState.class);
    rows.forEach(row -> counts.merge(asked.state(row), 1L, Long::sum));
    return Arrays.stream(HourState.values())
        .filter(state -> state != HourState.NONE)
        .map(
            state ->
                new Legend(
                    state.label(),
                    state.mark(),
                    state.label(),
                    state.meaning(),
                    Count.of(counts.getOrDefault(state, 0L), "hour")))
        .toList();
  }
}
