package io.sensormeter.operator;

import io.sensormeter.database.Row;
import io.sensormeter.inspection.PrunedMonths;
import io.sensormeter.inspection.Range;
import io.sensormeter.ledger.ReportStatus;
import io.sensormeter.meter.Hour;
import java.time.Instant;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** {@code status}: what stands in each hour of a range. */
record Status(Tools tools) {

  /** Of a report's last revision. */
  private static final Set<ReportStatus> LAST =
      EnumSet.complementOf(EnumSet.of(ReportStatus.REPLACED));

  private static final String COUNTS =
      LAST.stream()
          .map(s -> "count(*) filter (where status = '%1$s') as %1$s".formatted(s.label()))
          .collect(Collectors.joining(",\n  "));

  /**
   * The answer.
   *
   * @param liveFrom the first hour owed, once anything was billed
   */
  private record Answer(
      String command, String billFrom, Optional<Hour> liveFrom, List<Line> hours) {}

  /**
   * An hour.
   *
   * @param tick the tick row's status; without a row {@code owed} or {@code none}
   */
  private record Line(
      Hour hour,
      String tick,
      @Nullable Instant capturedAt,
      @Nullable Instant publishedAt,
      List<Map<String, Object>> meters) {}

  private record TickRow(
      Hour hour, String status, @Nullable Instant capturedAt, @Nullable Instant publishedAt) {}

  private record MeterHour(Hour hour, Map<String, Object> fields) {}

  /**
   * Says what stands.
   *
   * @throws IllegalArgumentException if the range is upside down or longer than 816 hours
   */
  Done answer(Command.Status command) {
    Hour to = command.to().orElseGet(() -> tools.currentHour());
    Range range = new Range(command.from().orElseGet(() -> to.minusHours(23)), to);
    PrunedMonths.refuse(tools.reads(), range.from(), range.to());
    Map<Hour, TickRow> ticks =
        ticks(range).stream().collect(Collectors.toMap(TickRow::hour, Function.identity()));
    Map<Hour, List<MeterHour>> meters =
        meters(range).stream().collect(Collectors.groupingBy(MeterHour::hour));
    Optional<Hour> liveFrom = tools.stacks().look(tools.reads()).liveFrom();
    return new Done(
        new Answer(
            "status",
            tools.settings().billFrom().map(Hour::toString).orElse("shadow"),
            liveFrom,
            range.newestFirst().stream()
                .map(
                    hour ->
                        line(
                            hour,
                            ticks.get(hour),
                            meters.getOrDefault(hour, List.of()),
                            isOwed(hour, liveFrom)))
                .toList()),
        0);
  }

  private static Line line(
      Hour hour, @Nullable TickRow tick, List<MeterHour> meters, boolean owed) {
    List<Map<String, Object>> fields = meters.stream().map(MeterHour::fields).toList();
    return tick == null
        ? new Line(hour, owed ? "owed" : "none", null, null, fields)
        : new Line(hour, tick.status(), tick.capturedAt(), tick.publishedAt(), fields);
  }

  private boolean isOwed(Hour hour, Optional<Hour> liveFrom) {
    return !hour.isAfter(tools.terms().newestOwed())
        && liveFrom.map(first -> !hour.isBefore(first)).orElse(!tools.settings().inShadow(hour));
  }

  private List<TickRow> ticks(Range range) {
    return tools
        .reads()
        .list(
            "reading tick rows",
            row ->
                new TickRow(
                    row.hour("hour"),
                    row.text("status"),
                    row.instant("captured_at"),
                    row.instantOrNull("published_at")),
            """
            select hour, status, captured_at, published_at
            from metering.tick where hour between ? and ? order by hour desc
            """,
            range.from(),
            range.to());
  }

  /** The hours that have reports; of each report the last revision. */
  private List<MeterHour> meters(Range range) {
    return tools
        .reads()
        .list(
            "reading the status of hours",
            Status::meter,
            """
            select hour, meter, count(*) as organizations, %s,
              coalesce(sum(value) filter (where status <> 'rejected'), 0) as total,
              count(*) filter (where coalesce(read_at, captured_at) > hour + interval '15 minutes'
                and coalesce(event_time, hour) = hour) as estimated,
              count(*) filter (where late) as late
            from metering.meter_report
            where hour between ? and ? and status <> 'replaced'
            group by hour, meter
            order by hour desc, meter
            """
                .formatted(COUNTS),
            range.from(),
            range.to());
  }

  private static MeterHour meter(Row row) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("meter", row.text("meter"));
    fields.put("organizations", row.number("organizations"));
    for (ReportStatus each : LAST) {
      fields.put(each.label(), row.number(each.label()));
    }
    fields.put("total", row.decimal("total"));
    fields.put("estimated", row.number("estimated"));
    fields.put("late", row.number("late"));
    return new MeterHour(row.hour("hour"), fields);
  }
}
