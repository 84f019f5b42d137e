package io.sensormeter.view;

import io.sensormeter.database.ReadOnly;
import io.sensormeter.database.Row;
import io.sensormeter.inspection.Advice;
import io.sensormeter.inspection.PrunedMonths;
import io.sensormeter.inspection.Terms;
import io.sensormeter.meter.Hour;
import io.sensormeter.view.HourModel.ExceptionLine;
import io.sensormeter.view.HourModel.Fact;
import io.sensormeter.view.HourModel.MeterLine;
import io.sensormeter.view.HourRows.HourRow;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Page Hour: what stands in one, and the exceptions in it. */
record HourPage(Terms terms) {

  private static final int LISTED = 50;

  /** Of each report the last revision. Argument: the hour. */
  private static final String METERS =
      """
      select meter, count(*) as reports,
        count(*) filter (where status = 'verified') as verified,
        count(*) filter (where status = 'accepted') as accepted,
        count(*) filter (where status = 'pending') as pending,
        count(*) filter (where acknowledged_at is null
          and status in ('rejected', 'unresolved', 'discrepancy', 'expired')) as exceptions,
        coalesce(sum(value) filter (where status in ('verified', 'accepted')), 0) as units
      from metering.meter_report
      where hour = ? and status <> 'replaced'
      group by meter order by meter
      """;

  private static final String EXCEPTIONS =
      """
      select organization_id, meter, status, failure_code, failure_message, value
      from metering.meter_report
      where hour = ? and status in ('rejected', 'unresolved', 'discrepancy', 'expired')
        and acknowledged_at is null
      order by organization_id, meter, revision limit %d
      """
          .formatted(LISTED + 1);

  /** What a tick noted of itself. */
  private record Noted(
      Instant capturedAt, @Nullable Instant publishedAt, @Nullable Instant sendBefore) {

    private static Noted read(Row row) {
      return new Noted(
          row.instant("captured_at"),
          row.instantOrNull("published_at"),
          row.instantOrNull("send_before"));
    }
  }

  HourModel of(ViewRequest request) {
    LocalTimes times = new LocalTimes(request.zone());
    Hour hour = request.hour("hour").orElseGet(() -> Hour.floor(request.until()));
    ReadOnly reads = terms.reads();
    PrunedMonths.refuse(reads, hour, hour);
    Verdict.Asked asked = HoursPage.asked(terms);
    Hour first = times.first(times.day(hour));
    List<HourRow> day =
        HourRows.of(reads, first, times.first(times.day(hour).plusDays(1)).minusHours(1));
    HourRow row = day.stream().filter(each -> each.hour().equals(hour)).findFirst().orElseThrow();
    List<ExceptionLine> exceptions =
        reads.list("reading exceptions of " + hour, HourPage::exception, EXCEPTIONS, hour);
    return new HourModel(
        times.hour(hour),
        hour.toString(),
        times.name(),
        HoursPage.cell(row, asked, times),
        asked.state(row).meaning(),
        facts(reads, hour, times),
        day.stream().map(each -> HoursPage.cell(each, asked, times)).toList(),
        Action.toHour("← " + times.ofDay(hour.minusHours(1)), hour.minusHours(1)),
        Action.toHour(times.ofDay(hour.plusHours(1)) + " →", hour.plusHours(1)),
        reads.list("reading the meters of " + hour, HourPage::meter, METERS, hour),
        exceptions.subList(0, Math.min(LISTED, exceptions.size())),
        exceptions.size() > LISTED ? "There are more: see Exceptions." : "",
        Action.json(command(hour)));
  }

  private static Map<String, Object> command(Hour hour) {
    Map<String, Object> asked = Advice.ask("status");
    asked.put("from", hour);
    asked.put("to", hour);
    return asked;
  }

  private static List<Fact> facts(ReadOnly reads, Hour hour, LocalTimes times) {
    List<Fact> facts = new ArrayList<>();
    reads
        .one(
            "reading the tick of " + hour,
            Noted::read,
            "select captured_at, published_at, send_before from metering.tick where hour = ?",
            hour)
        .ifPresent(
            tick -> {
              facts.add(new Fact("Captured", times.time(tick.capturedAt())));
              if (tick.publishedAt() != null) {
                facts.add(new Fact("Published", times.time(tick.publishedAt())));
              }
              if (tick.sendBefore() != null) {
                facts.add(new Fact("Copies are sent until", times.time(tick.sendBefore())));
              }
            });
    return facts;
  }

  private static MeterLine meter(Row row) {
    long reports = row.number("reports");
    long verified = row.number("verified");
    long accepted = row.number("accepted");
    long pending = row.number("pending");
    long exceptions = row.number("exceptions");
    return new MeterLine(
        row.text("meter"),
        Count.number(reports),
        Count.number(verified),
        Count.number(accepted),
        Count.number(pending),
        Count.number(exceptions),
        Count.number(reports - verified - accepted - pending - exceptions),
        Count.number(row.decimal("units")));
  }

  private static ExceptionLine exception(Row row) {
    String organization = row.text("organization_id");
    BigDecimal value = row.decimalOrNull("value");
    return new ExceptionLine(
        organization,
        row.text("meter"),
        row.text("status"),
        orBlank(row.textOrNull("failure_code")),
        orBlank(row.textOrNull("failure_message")),
        value == null ? "none" : Count.number(value),
        Action.to(organization, "customer", "of", organization));
  }

  private static String orBlank(@Nullable String text) {
    return text == null ? "" : text;
  }
}
