package io.sensormeter.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.sensormeter.config.SchedulerSettings;
import io.sensormeter.meter.Hour;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SettingProbesTest {

  @ParameterizedTest
  @CsvSource({
    "active_sensors:sum-hourly, 1, false",
    "temperature_readings:sum:past-hour, 1, true",
    "temperature_readings:sum-hourly:past-hour, 1, true",
    "temperature_readings:sum:past-hour, 2, false",
    "temperature_readings:sum:past-hour, 72, false"
  })
  void flowWithOneHourOfGraceIsWarnedOf(String meters, int graceHours, boolean warned) {
    Finding finding = findings(meters, graceHours).getLast();

    assertThat(finding.item()).isEqualTo("METERS " + meters.substring(0, meters.indexOf(':')));
    assertThat(finding.isOk()).isTrue();
    assertThat(finding.isWarning()).isEqualTo(warned);
    if (warned) {
      assertThat(finding.says())
          .contains("each tick reads the hour before it")
          .endsWith(
              "a lost copy of it is sent again an hour later: with INVOICE_GRACE_HOURS=1 that is"
                  + " too late for the invoice. Give invoices 2 hours of grace or more, in Stripe"
                  + " and here");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "'', blank: every month is kept",
    "12, 12 full months are kept; older ones that a person has written out leave by prune"
  })
  void howLongTheLedgerKeepsIsSaid(String months, String says) {
    assertThat(findings("active_sensors:sum", 1, months))
        .contains(Finding.good("LEDGER_KEEP_MONTHS", says));
  }

  private static List<Finding> findings(String meters, int graceHours) {
    return findings(meters, graceHours, "");
  }

  private static List<Finding> findings(String meters, int graceHours, String keepMonths) {
    SchedulerSettings settings =
        SchedulerSettings.read(
            Map.of(
                "DATABASE_SECRET_ARN",
                "arn:aws:secretsmanager:us-east-1:1:secret:x",
                "STACK",
                "aws:us-east-1:1:sensor-meter",
                "SOURCE",
                "own",
                "METERS",
                meters,
                "STRIPE_MODE",
                "test",
                "REPORTS_QUEUE_URL",
                "https://sqs.us-east-1.amazonaws.com/1/reports",
                "VERIFICATIONS_QUEUE_URL",
                "https://sqs.us-east-1.amazonaws.com/1/verifications",
                "INVOICE_GRACE_HOURS",
                String.valueOf(graceHours),
                "LEDGER_KEEP_MONTHS",
                keepMonths));
    return new SettingProbes(settings).findings(Hour.parse("2026-11-22T14Z"));
  }
}
