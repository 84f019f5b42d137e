package io.sensormeter.view;

import io.sensormeter.database.ReadOnly;
import io.sensormeter.inspection.Advice;
import io.sensormeter.inspection.BilledHours;
import io.sensormeter.inspection.LocalDays;
import io.sensormeter.inspection.PrunedMonths;
import io.sensormeter.inspection.Range;
import io.sensormeter.inspection.ReportRow;
import io.sensormeter.inspection.ReportRows.Whose;
import io.sensormeter.inspection.Sums;
import io.sensormeter.ledger.ReportStatus;
import io.sensormeter.meter.Hour;
import io.sensormeter.meter.Meters;
import io.sensormeter.view.CustomerModel.Day;
import io.sensormeter.view.CustomerModel.Notable;
import io.sensormeter.view.CustomerModel.OfMeter;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.YearMonth;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Page Customer: what was billed in a month, the ledger's side and Stripe's. */
record CustomerPage(ReadOnly reads, Meters meters) {

  private static final int NOTABLE_MAX = 200;
  private static final String CUSTOMER = "cus_";
  private static final DateTimeFormatter MONTH =
      DateTimeFormatter.ofPattern("MMMM yyyy", Locale.ENGLISH);

  CustomerModel of(ViewRequest request) {
    LocalTimes times = new LocalTimes(request.zone());
    YearMonth month = month(request, times);
    Optional<String> searched = request.field("of").or(() -> request.field("search"));
    Hour first = times.first(month.atDay(1));
    Range range = new Range(first, times.first(month.plusMonths(1).atDay(1)).minusHours(1));
    Optional<Whose> whose = searched.map(CustomerPage::whose);
    BilledHours billed = billed(whose, range, new LocalDays(times.zone()));
    List<ReportRow> notable = billed.rows().stream().filter(CustomerPage::isNotable).toList();
    return new CustomerModel(
        searched.orElse(""),
        says(whose, billed),
        MONTH.format(month),
        month.toString(),
        Action.to("Search", "customer"),
        "%s to %s, %s"
            .formatted(times.hour(range.from()), times.hour(range.to().plusHours(1)), times.name()),
        to("← %s", month.minusMonths(1), searched),
        to("%s →", month.plusMonths(1), searched),
        ofMeters(billed, month, times),
        notable.stream().limit(NOTABLE_MAX).map(row -> notable(row, times)).toList(),
        notable.size() > NOTABLE_MAX
            ? "%s more are in the table below."
                .formatted(Count.number((long) notable.size() - NOTABLE_MAX))
            : "",
        billed.rows().isEmpty() ? "" : billed.csv(),
        whose.map(one -> commands(one, range, billed.rows(), times)).orElse(List.of()));
  }

  /** Of nobody, nothing. */
  private BilledHours billed(Optional<Whose> whose, Range range, LocalDays days) {
    PrunedMonths.refuse(reads, range.from(), range.to());
    return whose
        .map(one -> BilledHours.of(reads, meters.names(), one, range, Optional.empty(), days))
        .orElseGet(() -> new BilledHours(List.of(), days));
  }

  private static YearMonth month(ViewRequest request, LocalTimes times) {
    Optional<String> text = request.field("month");
    try {
      return text.map(YearMonth::parse)
          .orElseGet(() -> YearMonth.from(times.day(Hour.floor(request.until()))));
    } catch (DateTimeException e) {
      throw new IllegalArgumentException(
          "'" + text.orElseThrow() + "' is no month; write it like 2026-11", e);
    }
  }

  private static Whose whose(String text) {
    return text.startsWith(CUSTOMER)
        ? new Whose(Optional.empty(), Optional.of(text))
        : new Whose(Optional.of(text), Optional.empty());
  }

  private static String says(Optional<Whose> whose, BilledHours billed) {
    if (whose.isEmpty()) {
      return "Search for an organization's id or a Stripe customer.";
    }
    return billed.rows().isEmpty()
        ? "The ledger holds no report of " + whose.get() + " in this month."
        : "";
  }

  private static Action to(String form, YearMonth month, Optional<String> searched) {
    String label = form.formatted(MONTH.format(month));
    return searched
        .map(of -> Action.to(label, "customer", "month", month.toString(), "of", of))
        .orElseGet(() -> Action.to(label, "customer", "month", month.toString()));
  }

  private static List<OfMeter> ofMeters(BilledHours billed, YearMonth month, LocalTimes times) {
    List<BilledHours.OfDay> days = billed.byDay();
    return billed.total().stream()
        .map(
            total -> {
              List<BilledHours.OfDay> own =
                  days.stream().filter(day -> day.meter().equals(total.meter())).toList();
              return new OfMeter(
                  total.meter(),
                  invoice(total.sums()),
                  times.isUtc()
                      ? ""
                      : "of a month in %s; invoices and the command month count in UTC"
                          .formatted(times.name()),
                  sums(total.sums()),
                  MonthChart.of(total.meter(), own, month),
                  own.stream().map(CustomerPage::day).toList());
            })
        .toList();
  }

  private static String invoice(Sums sums) {
    return Count.number(sums.bills())
        + (sums.isLast() ? " (of a last meter the final hour alone counts)" : "");
  }

  private static List<HourModel.Fact> sums(Sums sums) {
    List<HourModel.Fact> facts = new ArrayList<>();
    facts.add(fact("Verified or accepted", sums.ledger()));
    facts.add(fact("Stripe shows", sums.stripe()));
    if (sums.unseen() > 0) {
      facts.add(new HourModel.Fact("Not looked up yet", Count.of(sums.unseen(), "hour")));
    }
    addIfAny(facts, "Pending", sums.pending());
    addIfAny(facts, "In shadow", sums.shadow());
    addIfAny(facts, "Open exceptions", sums.open());
    addIfAny(facts, "Acknowledged", sums.acknowledged());
    return facts;
  }

  private static void addIfAny(List<HourModel.Fact> facts, String name, BigDecimal units) {
    if (units.signum() != 0) {
      facts.add(fact(name, units));
    }
  }

  private static HourModel.Fact fact(String name, BigDecimal units) {
    return new HourModel.Fact(name, Count.number(units));
  }

  private static Day day(BilledHours.OfDay day) {
    Sums sums = day.sums();
    boolean whole = sums.unseen() == 0;
    BigDecimal difference = sums.ledger().subtract(sums.stripe());
    return new Day(
        LocalTimes.day(day.day()),
        Count.number(sums.ledger()),
        whole
            ? Count.number(sums.stripe())
            : "%s, %s to come"
                .formatted(Count.number(sums.stripe()), Count.of(sums.unseen(), "hour")),
        whole ? Count.number(difference) : "",
        whole && difference.signum() != 0,
        Count.number(sums.pending()),
        Count.number(sums.open()));
  }

  /** Neither a first report that is billed, nor one in shadow. */
  private static boolean isNotable(ReportRow row) {
    boolean plain =
        switch (row.status()) {
          case VERIFIED, ACCEPTED, SHADOW -> true;
          case PENDING, REJECTED, UNRESOLVED, SUPERSEDED, DISCREPANCY, EXPIRED, REPLACED -> false;
        };
    return !plain || row.revision() > 0 || row.late() || row.isEstimated();
  }

  private static Notable notable(ReportRow row, LocalTimes times) {
    List<String> marks = new ArrayList<>();
    if (row.answer().code() != null) {
      marks.add(row.answer().code());
    }
    if (row.isEstimated()) {
      marks.add("estimated");
    }
    if (row.late()) {
      marks.add("late");
    }
    row.acknowledged().ifPresent(by -> marks.add("acknowledged by " + by.by()));
    return new Notable(
        times.hour(row.eventHour()),
        Action.toHour(times.hour(row.eventHour()), row.hour()),
        row.meter(),
        row.organization(),
        String.valueOf(row.revision()),
        row.value() == null ? "none" : Count.number(row.value()),
        style(row.status()),
        row.status().label(),
        String.join(", ", marks),
        row.seen().shown().map(Count::number).orElse(""));
  }

  private static String style(ReportStatus status) {
    return switch (status) {
      case VERIFIED -> HourState.VERIFIED.label();
      case ACCEPTED -> HourState.ACCEPTED.label();
      case PENDING -> HourState.PENDING.label();
      case SHADOW, REPLACED -> HourState.SHADOW.label();
      case REJECTED, UNRESOLVED, SUPERSEDED, DISCREPANCY, EXPIRED -> HourState.EXCEPTION.label();
    };
  }

  private static List<HourModel.Fact> commands(
      Whose whose, Range range, List<ReportRow> rows, LocalTimes times) {
    Map<String, Object> statement = Advice.ask("statement");
    put(statement, whose);
    statement.put("from", range.from());
    statement.put("to", range.to());
    statement.put("zone", times.zoneId());
    statement.put("format", "csv");
    Map<String, Object> explain = Advice.ask("explain");
    put(explain, whose);
    explain.put("hour", rows.isEmpty() ? range.from() : rows.getLast().eventHour());
    return List.of(
        new HourModel.Fact("This month as a table", Action.json(statement)),
        new HourModel.Fact("An hour in sentences", Action.json(explain)));
  }

  private static void put(Map<String, Object> asked, Whose whose) {
    Advice.put(asked, "organization", whose.organization().orElse(null));
    Advice.put(asked, "stripeCustomer", whose.stripeCustomer().orElse(null));
  }
}
