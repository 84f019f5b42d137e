package io.sensormeter.view;

import io.sensormeter.inspection.BilledHours.OfDay;
import io.sensormeter.view.CustomerModel.Bars;
import io.sensormeter.view.CustomerModel.Chart;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** A month's days as bars: what the ledger says, and what Stripe showed. */
final class MonthChart {

  private static final BigDecimal HEIGHT = BigDecimal.valueOf(100);
  private static final int DAY_WIDTH = 20;
  private static final int LABELLED = 5;

  private MonthChart() {}

  static Chart of(String meter, List<OfDay> days, YearMonth month) {
    Map<LocalDate, OfDay> byDay =
        days.stream().collect(Collectors.toMap(OfDay::day, Function.identity()));
    BigDecimal top =
        days.stream()
            .map(day -> day.sums().ledger().max(day.sums().stripe()))
            .reduce(BigDecimal.ONE, BigDecimal::max);
    List<Bars> bars = new ArrayList<>();
    for (int day = 1; day <= month.lengthOfMonth(); day++) {
      OfDay of = byDay.get(month.atDay(day));
      BigDecimal ledger = of == null ? BigDecimal.ZERO : height(of.sums().ledger(), top);
      BigDecimal stripe = of == null ? BigDecimal.ZERO : height(of.sums().stripe(), top);
      bars.add(
          new Bars(
              String.valueOf((day - 1) * DAY_WIDTH),
              day == 1 || day % LABELLED == 0 ? String.valueOf(day) : "",
              ledger.toPlainString(),
              HEIGHT.subtract(ledger).toPlainString(),
              stripe.toPlainString(),
              HEIGHT.subtract(stripe).toPlainString()));
    }
    return new Chart(
        "Units of %s for each day: what the ledger says beside what Stripe showed. The same stands in the table below."
            .formatted(meter),
        Count.number(top),
        bars);
  }

  private static BigDecimal height(BigDecimal units, BigDecimal top) {
    return units.multiply(HEIGHT).divide(top, 1, RoundingMode.HALF_UP);
  }
}
