package io.sensormeter.operator;

import io.sensormeter.inspection.BilledHours;
import io.sensormeter.inspection.Csv;
import io.sensormeter.inspection.LocalDays;
import io.sensormeter.inspection.PrunedMonths;
import io.sensormeter.inspection.Range;
import io.sensormeter.inspection.ReportRows;
import io.sensormeter.meter.Hour;
import java.util.List;
import java.util.Optional;

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
      List<BilledHours.OfMeter> total,
      List<BilledHours.OfDay> days,
      Optional<List<BilledHours.Line>> rows,
      Optional<String> csv) {}

  /**
   * Lists.
   *
   * @throws IllegalArgumentException if it is not said whose, or too much is asked for
   */
  Done answer(Command.Statement command) {
    var whose = new ReportRows.Whose(command.organization(), command.stripeCustomer());
    LocalDays days = LocalDays.of(command.zone());
    boolean csv = Csv.isAsked(command.format());
    Range range =
        Range.atMost(HOURS_MAX, command.from(), command.to(), "a statement has at most %d");
    PrunedMonths.refuse(tools.reads(), range.from(), range.to());
    BilledHours billed =
        BilledHours.of(
            tools.reads(), tools.settings().meters().names(), whose, range, command.meter(), days);
    return new Done(
        new Answer(
            "statement",
            whose.toString(),
            range.from(),
            range.to(),
            days.zone().toString(),
            billed.total(),
            billed.byDay(),
            csv ? Optional.empty() : Optional.of(billed.lines()),
            csv ? Optional.of(billed.csv()) : Optional.empty()),
        0);
  }
}
