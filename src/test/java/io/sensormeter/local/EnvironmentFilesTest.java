package io.sensormeter.local;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sensormeter.config.RecorderSettings;
import io.sensormeter.config.ReporterSettings;
import io.sensormeter.config.SchedulerSettings;
import io.sensormeter.config.VerifierSettings;
import io.sensormeter.config.ViewSettings;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

final class EnvironmentFilesTest {
  private static final EnvironmentFiles FILES =
      new EnvironmentFiles(
          Map.ofEntries(
              Map.entry("DATABASE_SECRET_ARN", "arn:aws:secretsmanager:us-east-1:0:secret:db"),
              Map.entry("DATABASE_HOST", "127.0.0.1"),
              Map.entry("DATABASE_PORT", "5433"),
              Map.entry("DATABASE_NAME", "application_1"),
              Map.entry("DATABASE_SSL_MODE", "disable"),
              Map.entry("SOURCE", "shipped"),
              Map.entry("STACK", "local"),
              Map.entry("METERS", "active_sensors:sum-hourly"),
              Map.entry("STRIPE_MODE", "test"),
              Map.entry("BILL_FROM", "2026-11-22T14Z"),
              Map.entry("REPORTS_QUEUE_URL", "http://localhost:9324/000000000000/reports"),
              Map.entry("OUTCOMES_QUEUE_URL", "http://127.0.0.1:9324/000000000000/outcomes"),
              Map.entry(
                  "VERIFICATIONS_QUEUE_URL", "http://127.0.0.1:9324/000000000000/verifications"),
              Map.entry(
                  "STRIPE_READ_SECRET_ARN",
                  "arn:aws:secretsmanager:us-east-1:0:secret:stripe-read"),
              Map.entry("STRIPE_SECRET_ARN", "arn:aws:secretsmanager:us-east-1:0:secret:stripe"),
              Map.entry("STRIPE_API_BASE", "http://127.0.0.1:9326"),
              Map.entry("STRIPE_CALLS_PER_SECOND", "800"),
              Map.entry("SQS_ENDPOINT", "http://127.0.0.1:9324"),
              Map.entry("SECRETS_MANAGER_ENDPOINT", "http://127.0.0.1:9325")));

  @Test
  void eachFunctionIsGivenWhatItReadsAndNothingElse() throws JsonProcessingException {
    Map<String, Map<String, String>> functions = read(FILES.linux());

    assertThat(functions)
        .containsOnlyKeys(
            "SchedulerFunction",
            "ReporterFunction",
            "RecorderFunction",
            "VerifierFunction",
            "ViewFunction");
    assertThat(functions.get("SchedulerFunction"))
        .containsOnlyKeys(
            "DATABASE_SECRET_ARN",
            "DATABASE_HOST",
            "DATABASE_PORT",
            "DATABASE_NAME",
            "DATABASE_SSL_MODE",
            "STACK",
            "SOURCE",
            "METERS",
            "STRIPE_MODE",
            "STRIPE_CALLS_PER_SECOND",
            "BILL_FROM",
            "CATCH_UP_HOURS",
            "INVOICE_GRACE_HOURS",
            "LEDGER_KEEP_MONTHS",
            "VERIFY_EVERY_HOURS",
            "STRIPE_READS_PER_SECOND",
            "REPORTS_QUEUE_URL",
            "VERIFICATIONS_QUEUE_URL",
            "SQS_ENDPOINT",
            "SECRETS_MANAGER_ENDPOINT");
    assertThat(functions.get("ReporterFunction"))
        .containsOnlyKeys(
            "STRIPE_SECRET_ARN",
            "STRIPE_API_BASE",
            "STRIPE_IN_FLIGHT",
            "REPORTER_MAX_CONCURRENCY",
            "STRIPE_MODE",
            "STRIPE_CALLS_PER_SECOND",
            "REPORTS_QUEUE_URL",
            "OUTCOMES_QUEUE_URL",
            "SQS_ENDPOINT",
            "SECRETS_MANAGER_ENDPOINT");
    assertThat(functions.get("VerifierFunction"))
        .containsOnlyKeys(
            "STRIPE_READ_SECRET_ARN",
            "STRIPE_API_BASE",
            "STRIPE_MODE",
            "STRIPE_READS_PER_SECOND",
            "VERIFIER_MAX_CONCURRENCY",
            "OUTCOMES_QUEUE_URL",
            "SQS_ENDPOINT",
            "SECRETS_MANAGER_ENDPOINT");
    assertThat(functions.get("RecorderFunction"))
        .containsOnlyKeys(
            "DATABASE_SECRET_ARN",
            "DATABASE_HOST",
            "DATABASE_PORT",
            "DATABASE_NAME",
            "DATABASE_SSL_MODE",
            "INVOICE_GRACE_HOURS",
            "SECRETS_MANAGER_ENDPOINT");
    assertThat(functions.get("ViewFunction"))
        .containsOnlyKeys(
            "DATABASE_SECRET_ARN",
            "DATABASE_VIEW_SECRET_ARN",
            "DATABASE_HOST",
            "DATABASE_PORT",
            "DATABASE_NAME",
            "DATABASE_SSL_MODE",
            "SOURCE",
            "METERS",
            "BILL_FROM",
            "VERIFY_EVERY_HOURS",
            "SECRETS_MANAGER_ENDPOINT");
  }

  @Test
  void whatIsNotSetIsBlank() throws JsonProcessingException {
    assertThat(read(FILES.linux()).get("SchedulerFunction"))
        .containsEntry("CATCH_UP_HOURS", "")
        .containsEntry("BILL_FROM", "2026-11-22T14Z");
  }

  @Test
  void linuxStaysOnLoopback() {
    assertThat(FILES.linux())
        .contains("\"http://127.0.0.1:9325\"", "\"http://localhost:9324/000000000000/reports\"")
        .doesNotContain("host.docker.internal");
  }

  @Test
  void dockerDesktopReachesTheMachineByName() {
    assertThat(FILES.dockerDesktop())
        .contains(
            "\"DATABASE_HOST\" : \"host.docker.internal\"",
            "\"http://host.docker.internal:9324/000000000000/reports\"",
            "\"http://host.docker.internal:9326\"")
        .doesNotContain("127.0.0.1", "localhost");
  }

  @Test
  void everyFunctionStartsWithIts() throws JsonProcessingException {
    for (String file : new String[] {FILES.linux(), FILES.dockerDesktop()}) {
      Map<String, Map<String, String>> functions = read(file);

      assertThat(SchedulerSettings.read(of(functions, "SchedulerFunction")).database().tls())
          .isFalse();
      assertThat(ReporterSettings.read(of(functions, "ReporterFunction")).callsPerSecond())
          .isEqualTo(800);
      assertThat(VerifierSettings.read(of(functions, "VerifierFunction")).readsPerSecond())
          .isEqualTo(3);
      assertThat(RecorderSettings.read(of(functions, "RecorderFunction")).database().port())
          .contains(5433);
      assertThat(ViewSettings.read(of(functions, "ViewFunction")).database().secretArn())
          .endsWith(":secret:db");
    }
  }

  private static Map<String, String> of(
      Map<String, Map<String, String>> functions, String function) {
    return Objects.requireNonNull(functions.get(function));
  }

  private static Map<String, Map<String, String>> read(String json) throws JsonProcessingException {
    return new ObjectMapper().readValue(json, new TypeReference<>() {});
  }
}
