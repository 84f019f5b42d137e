package io.sensormeter.operator;

import static org.assertj.core.api.Assertions.assertThat;

import io.sensormeter.inspection.Csv;
import io.sensormeter.inspection.ReportRow;
import io.sensormeter.inspection.ReportRowBuilder;
import io.sensormeter.inspection.Sums;
import io.sensormeter.ledger.ReportStatus;
import io.sensormeter.meter.Hour;
import io.sensormeter.meter.MeterKind;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How a statement adds up, and how it is written for a spreadsheet. */
final class StatementSumsTest {
  private static final Hour HOUR = ReportRowBuilder.HOUR;

  @Test
  void everyReportThatIsNotReplacedCountsInExactlyOneSum() {
    List<ReportRow> rows = new ArrayList<>();
    for (ReportStatus status : ReportStatus.values()) {
      rows.add(of(status, rows.size()).row());
      rows.add(of(status, rows.size()).acknowledged("ann", "seen").row());
    }

    Sums sums = Sums.of(rows);

    assertThat(
            List.of(sums.ledger(), sums.pending(), sums.shadow(), sums.open(), sums.acknowledged()))
        .containsExactly(units(4), units(2), units(1), units(5), units(6));
  }

  @Test
  void ofARevisedHourStripesSideCountsOnceAsItWasSeenLast() {
    Sums sums =
        Sums.of(
            List.of(
                of(ReportStatus.REPLACED, 0).seen("0", 2).row(),
                of(ReportStatus.VERIFIED, 0).revision(1, "absent").seen("17", 1).row(),
                of(ReportStatus.ACCEPTED, 1).row(),
                of(ReportStatus.REJECTED, 2).neverSent().row(),
                of(ReportStatus.DISCREPANCY, 3).seen("3", 1).row()));

    assertThat(sums.stripe()).isEqualByComparingTo("20");
    assertThat(sums.unseen()).isEqualTo(1);
    assertThat(sums.differing()).isEqualByComparingTo("3");
    assertThat(sums.ledger()).isEqualByComparingTo("34");
    assertThat(sums.bills()).isEqualByComparingTo("37");
  }

  @Test
  void ofALastMeterTheNewestHourCounts() {
    Sums sums =
        Sums.of(
            List.of(
                of(ReportStatus.ACCEPTED, 0).kind(MeterKind.LAST).value(5L).row(),
                of(ReportStatus.ACCEPTED, 1).kind(MeterKind.LAST).value(4L).row(),
                of(ReportStatus.PENDING, 2).kind(MeterKind.LAST).value(9L).row()));

    assertThat(sums.ledger()).isEqualByComparingTo("4");
    assertThat(sums.pending()).isEqualByComparingTo("9");
  }

  @Test
  void ofALastMeterItsNewestHourAloneIsBilledWhoeverHoldsIt() {
    ReportRow accepted = of(ReportStatus.ACCEPTED, 0).kind(MeterKind.LAST).value(5L).row();
    ReportRow differs =
        of(ReportStatus.DISCREPANCY, 1).kind(MeterKind.LAST).value(4L).seen("3", 1).row();
    ReportRow later = of(ReportStatus.VERIFIED, 2).kind(MeterKind.LAST).value(9L).row();

    assertThat(Sums.of(List.of(accepted, differs)).bills()).isEqualByComparingTo("3");
    assertThat(Sums.of(List.of(accepted, differs, later)).bills()).isEqualByComparingTo("9");
  }

  @Test
  void totalIsWhatStripeIsToBill() {
    assertThat(
            Explain.totals(
                List.of(
                    of(ReportStatus.VERIFIED, 0).row(),
                    of(ReportStatus.DISCREPANCY, 1).seen("3", 1).row(),
                    of(ReportStatus.EXPIRED, 2).value(4L).row(),
                    of(ReportStatus.UNRESOLVED, 3).seen("0", 1).row(),
                    of(ReportStatus.ACCEPTED, 0).meter("readings", MeterKind.LAST).row())))
        .containsExactly(
            "active_sensors: Stripe is to bill 20: 17 of reports that are verified or accepted, 3"
                + " that it shows where it differs; whether also 4 given up without an outcome is"
                + " not known.",
            "readings: Stripe is to bill 17: 17 of reports that are verified or accepted; of a last"
                + " meter the final hour alone counts.");
  }

  @Test
  void tableIsQuotedAndNoTextOfItIsAFormula() {
    Csv csv = new Csv("a", "b");
    csv.line("x,\"y\"\nz", -5);
    csv.line("=1+1", new BigDecimal("1E+3"));
    csv.line("-cmd", null);
    csv.line("@a", "\tb");
    csv.line("+49", "\rb");

    assertThat(csv.toString())
        .isEqualTo(
            "a,b\r\n"
                + "\"x,\"\"y\"\"\n"
                + "z\",-5\r\n"
                + "'=1+1,1000\r\n"
                + "'-cmd,\r\n"
                + "'@a,'\tb\r\n"
                + "'+49,\"'\r"
                + "b\"\r\n");
  }

  private static ReportRowBuilder of(ReportStatus status, int hour) {
    return new ReportRowBuilder().status(status).at(HOUR.plusHours(hour), HOUR.plusHours(hour));
  }

  private static BigDecimal units(int reports) {
    return BigDecimal.valueOf(17L * reports);
  }
}
