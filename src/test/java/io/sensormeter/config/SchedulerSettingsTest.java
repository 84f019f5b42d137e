package io.sensormeter.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.sensormeter.meter.Hour;
import io.sensormeter.meter.Meter;
import io.sensormeter.meter.MeterKind;
import io.sensormeter.meter.Meters;
import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssertAlternative;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class SchedulerSettingsTest {
  private static final Map<String, String> LEAST =
      Map.of(
          "DATABASE_SECRET_ARN", "arn:aws:secretsmanager:eu-central-1:1:secret:db",
          "STACK", "aws:eu-central-1:1:sensor-meter",
          "SOURCE", "own",
          "METERS", "active_sensors:last",
          "STRIPE_MODE", "test",
          "REPORTS_QUEUE_URL", "https://sqs.eu-central-1.amazonaws.com/1/reports",
          "VERIFICATIONS_QUEUE_URL", "https://sqs.eu-central-1.amazonaws.com/1/verifications");

  @Test
  void blankIsTheDefault() {
    Map<String, String> blank = new HashMap<>(LEAST);
    for (String name :
        new String[] {
          "DATABASE_HOST",
          "DATABASE_PORT",
          "DATABASE_NAME",
          "DATABASE_SSL_MODE",
          "STRIPE_CALLS_PER_SECOND",
          "BILL_FROM",
          "CATCH_UP_HOURS",
          "INVOICE_GRACE_HOURS",
          "LEDGER_KEEP_MONTHS",
          "VERIFY_EVERY_HOURS",
          "STRIPE_READS_PER_SECOND",
          "SQS_ENDPOINT",
          "SECRETS_MANAGER_ENDPOINT"
        }) {
      blank.put(name, " ");
    }

    SchedulerSettings settings = SchedulerSettings.read(blank);

    assertThat(settings).isEqualTo(SchedulerSettings.read(LEAST));
    assertThat(settings.database().tls()).isTrue();
    assertThat(settings.database().host()).isEmpty();
    assertThat(settings.database().port()).isEmpty();
    assertThat(settings.shippedSource()).isFalse();
    assertThat(settings.meters()).isEqualTo(meters(MeterKind.LAST));
    assertThat(settings.callsPerSecond()).isEqualTo(20);
    assertThat(settings.billFrom()).isEmpty();
    assertThat(settings.catchUpHours()).isEqualTo(816);
    assertThat(settings.invoiceGraceHours()).isEqualTo(1);
    assertThat(settings.ledgerKeepMonths()).isEmpty();
    assertThat(settings.verifyEveryHours()).isEqualTo(24);
    assertThat(settings.readsPerSecond()).isEqualTo(3);
    assertThat(settings.sqsEndpoint()).isEmpty();
  }

  @Test
  void everyValueIsTaken() {
    SchedulerSettings settings =
        SchedulerSettings.read(
            Map.ofEntries(
                Map.entry("DATABASE_SECRET_ARN", " arn "),
                Map.entry("DATABASE_HOST", "localhost"),
                Map.entry("DATABASE_PORT", "5433"),
                Map.entry("DATABASE_NAME", "application"),
                Map.entry("DATABASE_SSL_MODE", "disable"),
                Map.entry("SOURCE", "shipped"),
                Map.entry("STACK", "laptop"),
                Map.entry("METERS", "active_sensors:sum-hourly"),
                Map.entry("STRIPE_MODE", "live"),
                Map.entry("STRIPE_CALLS_PER_SECOND", "900"),
                Map.entry("BILL_FROM", "2026-12-01T00:00:00Z"),
                Map.entry("CATCH_UP_HOURS", "24"),
                Map.entry("INVOICE_GRACE_HOURS", "72"),
                Map.entry("LEDGER_KEEP_MONTHS", "3"),
                Map.entry("VERIFY_EVERY_HOURS", "96"),
                Map.entry("STRIPE_READS_PER_SECOND", "25"),
                Map.entry("REPORTS_QUEUE_URL", "http://127.0.0.1:9324/1/reports"),
                Map.entry("VERIFICATIONS_QUEUE_URL", "http://127.0.0.1:9324/1/verifications"),
                Map.entry("SQS_ENDPOINT", "http://127.0.0.1:9324"),
                Map.entry("SECRETS_MANAGER_ENDPOINT", "http://127.0.0.1:9325")));

    assertThat(settings)
        .isEqualTo(
            new SchedulerSettings(
                new DatabaseSettings(
                    "arn",
                    Optional.of("localhost"),
                    Optional.of(5433),
                    Optional.of("application"),
                    false,
                    DatabaseSettings.shippedAuthorities()),
                "laptop",
                true,
                meters(MeterKind.SUM_HOURLY),
                StripeMode.LIVE,
                900,
                Optional.of(Hour.parse("2026-12-01T00Z")),
                24,
                72,
                Optional.of(3),
                96,
                25,
                "http://127.0.0.1:9324/1/reports",
                "http://127.0.0.1:9324/1/verifications",
                Optional.of(URI.create("http://127.0.0.1:9324")),
                Optional.of(URI.create("http://127.0.0.1:9325"))));
  }

  @Test
  void everythingInvalidIsNamedAtOnce() {
    assertThatIllegalStateException()
        .isThrownBy(
            () ->
                SchedulerSettings.read(
                    Map.ofEntries(
                        Map.entry("DATABASE_SECRET_ARN", "arn"),
                        Map.entry("DATABASE_PORT", "0"),
                        Map.entry("DATABASE_SSL_MODE", "prefer"),
                        Map.entry("SOURCE", "Shipped"),
                        Map.entry("METERS", "active_sensors:max"),
                        Map.entry("STRIPE_MODE", "sandbox"),
                        Map.entry("STRIPE_CALLS_PER_SECOND", "10001"),
                        Map.entry("BILL_FROM", "tomorrow"),
                        Map.entry("CATCH_UP_HOURS", "817"),
                        Map.entry("INVOICE_GRACE_HOURS", "1.5"),
                        Map.entry("LEDGER_KEEP_MONTHS", "for ever"),
                        Map.entry("VERIFY_EVERY_HOURS", "1"),
                        Map.entry("STRIPE_READS_PER_SECOND", "26"),
                        Map.entry("REPORTS_QUEUE_URL", "reports"),
                        Map.entry("SQS_ENDPOINT", "ftp://sqs"),
                        Map.entry("SECRETS_MANAGER_ENDPOINT", "http://"))))
        .withMessageStartingWith("SchedulerFunction does not start, 17 setting(s) to mend: ")
        .withMessageContaining("DATABASE_PORT is '0': a whole number from 1 to 65535")
        .withMessageContaining("DATABASE_SSL_MODE is 'prefer': verify-full (default) or disable")
        .withMessageContaining("SOURCE is 'Shipped': it must be one of shipped, own")
        .withMessageContaining("STACK is missing: who owns the ledger")
        .withMessageContaining("METERS: entry 'active_sensors:max': 'max' is no meter kind")
        .withMessageContaining("STRIPE_MODE is 'sandbox': it must be one of live, test")
        .withMessageContaining("STRIPE_CALLS_PER_SECOND is '10001': a whole number from 1 to")
        .withMessageContaining("BILL_FROM: 'tomorrow' is not an hour")
        .withMessageContaining("CATCH_UP_HOURS is '817': a whole number from 1 to 816")
        .withMessageContaining("INVOICE_GRACE_HOURS is '1.5': a whole number from 1 to 72")
        .withMessageContaining(
            "LEDGER_KEEP_MONTHS is 'for ever': a whole number from 3 to 999 (default blank: all"
                + " are kept)")
        .withMessageContaining("VERIFY_EVERY_HOURS is '1': a whole number from 2 to 96")
        .withMessageContaining("STRIPE_READS_PER_SECOND is '26': a whole number from 1 to 25")
        .withMessageContaining("VERIFICATIONS_QUEUE_URL is missing")
        .withMessageContaining("REPORTS_QUEUE_URL is 'reports': it must be an http or https URL")
        .withMessageContaining("SQS_ENDPOINT is 'ftp://sqs'")
        .withMessageContaining("SECRETS_MANAGER_ENDPOINT is 'http://'");
  }

  /** A value out of range is not moved into it. */
  @ParameterizedTest
  @CsvSource({
    "CATCH_UP_HOURS, 0",
    "CATCH_UP_HOURS, -1",
    "CATCH_UP_HOURS, 1000000000000",
    "INVOICE_GRACE_HOURS, 0",
    "INVOICE_GRACE_HOURS, 73",
    "LEDGER_KEEP_MONTHS, 2",
    "LEDGER_KEEP_MONTHS, 3.5",
    "LEDGER_KEEP_MONTHS, -3",
    "DATABASE_PORT, 65536",
    "STRIPE_MODE, Live",
    "STRIPE_CALLS_PER_SECOND, 0",
    "BILL_FROM, 2026-12-01",
    "BILL_FROM, 2026-12-01T00:00:00",
    "BILL_FROM, 2026-13-01T00Z"
  })
  void nothingIsCorrectedSilently(String name, String value) {
    refused(name, value).withMessageContaining(name).withMessageContaining("'" + value + "'");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"2026-12-01T00:30:00Z", "2026-12-01T00:00:01Z", "2026-12-01T00:00:00+05:30"})
  void hourThatIsNotFullIsRefused(String billFrom) {
    refused("BILL_FROM", billFrom)
        .withMessageContaining("BILL_FROM: ")
        .withMessageContaining("is not a full hour in UTC");
  }

  @Test
  void offsetIsTurnedIntoUtc() {
    assertThat(with("BILL_FROM", "2026-12-01T02:00:00+02:00").billFrom())
        .contains(Hour.parse("2026-12-01T00Z"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"localhost", "127.0.0.1", "::1", "host.docker.internal"})
  void tlsMayBeDisabledOnThisMachine(String host) {
    assertThat(SchedulerSettings.read(withoutTls(host)).database().tls()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"db.example.com", "10.0.0.1", "localhost.example.com"})
  void tlsMayNotBeDisabledElsewhere(String host) {
    assertThatIllegalStateException()
        .isThrownBy(() -> SchedulerSettings.read(withoutTls(host)))
        .withMessageContaining("DATABASE_SSL_MODE is 'disable': only with a host that is one of");
  }

  private static Map<String, String> withoutTls(String host) {
    Map<String, String> environment = new HashMap<>(LEAST);
    environment.put("DATABASE_HOST", host);
    environment.put("DATABASE_SSL_MODE", "disable");
    return environment;
  }

  private static ThrowableAssertAlternative<IllegalStateException> refused(
      String name, String value) {
    return assertThatIllegalStateException().isThrownBy(() -> with(name, value));
  }

  private static SchedulerSettings with(String name, String value) {
    Map<String, String> environment = new HashMap<>(LEAST);
    environment.put(name, value);
    return SchedulerSettings.read(environment);
  }

  private static Meters meters(MeterKind kind) {
    return new Meters(List.of(new Meter("active_sensors", kind, false, Optional.empty())));
  }

  @Test
  void meterKindOfTheReleaseBeforeSaysWhatToWrite() {
    refused("METER_KIND", "sum")
        .withMessageContaining("1 setting(s) to mend: METER_KIND is given")
        .withMessageContaining("write METERS=<event name>:sum, such as METERS=active_sensors:sum");
  }
}
