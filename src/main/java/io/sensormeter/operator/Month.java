package io.sensormeter.operator;

import io.sensormeter.config.SchedulerSettings;
import io.sensormeter.inspection.Advice;
import io.sensormeter.inspection.Csv;
import io.sensormeter.inspection.PrunedMonths;
import io.sensormeter.meter.CalendarMonth;
import io.sensormeter.meter.Hour;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * {@code month}: whether a calendar month of UTC is complete, or what is missing and until when it
 * can be mended; or all its customers as a table.
 */
record Month(Tools tools) {

  /**
   * The answer.
   *
   * @param closes when the month's invoices do: what Stripe takes later is on none
   * @param invoiceItems what no meter event can bill any more
   */
  private record Answer(
      String command,
      String month,
      boolean complete,
      String says,
      Instant closes,
      List<Missing> missing,
      MonthRows.Customers exceptions,
      MonthRows.Items invoiceItems) {}

  /**
   * Something that keeps a month from being complete.
   *
   * @param count hours or reports
   * @param until from then on it can be mended by a meter event no more
   */
  record Missing(
      String what,
      Optional<String> meter,
      long count,
      Optional<BigDecimal> units,
      Hour since,
      Hour newest,
      Instant until,
      String means) {}

  /**
   * All customers.
   *
   * @param complete and {@code says} stand on the first page
   */
  private record Table(
      String command,
      String month,
      Optional<Boolean> complete,
      Optional<String> says,
      String csv,
      long lines,
      Optional<Map<String, Object>> next) {}

  /**
   * Says, or lists.
   *
   * @throws IllegalArgumentException if it is no month, or has not begun
   */
  Done answer(Command.Month command) {
    CalendarMonth month = CalendarMonth.parse(command.month());
    Instant now = tools.time().now();
    if (month.first().start().isAfter(now)) {
      throw new IllegalArgumentException(month + " has not begun, it is " + now);
    }
    PrunedMonths.refuse(tools.reads(), month.first(), month.end().minusHours(1));
    MonthRows rows = new MonthRows(tools.reads(), month, command.meter(), now);
    boolean csv = Csv.isAsked(command.format());
    if (command.after().isPresent() && !csv) {
      throw new IllegalArgumentException(
          "\"after\" goes on with a list: it needs \"format\": \"csv\"");
    }
    if (command.after().isPresent()) {
      return table(command, month, now, Optional.empty(), Optional.empty());
    }
    Instant closes = month.closes(tools.settings().invoiceGraceHours());
    List<Missing> missing = rows.missing();
    boolean live = rows.wasLive();
    boolean complete = live && missing.isEmpty() && !now.isBefore(month.end().start());
    String says = says(month, complete, live, missing, now, closes);
    if (csv) {
      return table(command, month, now, Optional.of(complete), Optional.of(says));
    }
    return new Done(
        new Answer(
            "month",
            month.toString(),
            complete,
            says,
            closes,
            missing,
            rows.exceptions(),
            now.isBefore(closes) ? MonthRows.Items.NONE : rows.invoiceItems()),
        0);
  }

  private static String says(
      CalendarMonth month,
      boolean complete,
      boolean live,
      List<Missing> missing,
      Instant now,
      Instant closes) {
    if (!live) {
      return month + ": nothing was billed, the ledger was not live.";
    }
    if (complete) {
      return month
          + " is complete: every hour was captured, Stripe was seen to hold every report, and no"
          + " exception is open.";
    }
    if (missing.isEmpty()) {
      return month + " has not ended; nothing is missing so far.";
    }
    return "%s is not complete. Its invoices %s at %s; a meter event can mend an hour until %d days after it."
        .formatted(
            month,
            now.isBefore(closes) ? "close" : "have closed",
            closes,
            SchedulerSettings.CATCH_UP_HOURS_MAX / 24);
  }

  private Done table(
      Command.Month command,
      CalendarMonth month,
      Instant now,
      Optional<Boolean> complete,
      Optional<String> says) {
    MonthTable.Page page =
        new MonthTable(tools.reads(), month, command.meter(), now).page(command.after().orElse(""));
    return new Done(
        new Table(
            "month",
            month.toString(),
            complete,
            says,
            csv(page),
            page.lines().size(),
            page.after().map(after -> next(command, after))),
        0);
  }

  private static String csv(MonthTable.Page page) {
    Csv csv =
        new Csv(
            "organization",
            "stripe_customer",
            "meter",
            "reports",
            "ledger",
            "stripe",
            "difference",
            "unseen",
            "open",
            "acknowledged");
    for (MonthTable.OfCustomer line : page.lines()) {
      csv.line(
          line.organization(),
          line.customer(),
          line.meter(),
          line.reports(),
          line.ledger(),
          line.stripe(),
          line.difference(),
          line.unseen(),
          line.open(),
          line.acknowledged());
    }
    return csv.toString();
  }

  private static Map<String, Object> next(Command.Month command, String after) {
    Map<String, Object> next = Advice.ask("month");
    next.put("month", command.month());
    command.meter().ifPresent(meter -> next.put("meter", meter));
    next.put("format", "csv");
    next.put("after", after);
    return next;
  }
}
