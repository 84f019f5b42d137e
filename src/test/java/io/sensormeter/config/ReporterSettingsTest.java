package io.sensormeter.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ReporterSettingsTest {
  private static final Map<String, String> LEAST =
      Map.of(
          "STRIPE_SECRET_ARN", "arn",
          "STRIPE_MODE", "test",
          "REPORTS_QUEUE_URL", "https://sqs.eu-central-1.amazonaws.com/1/reports",
          "OUTCOMES_QUEUE_URL", "https://sqs.eu-central-1.amazonaws.com/1/outcomes");

  @Test
  void blankIsTheDefault() {
    Map<String, String> blank = new HashMap<>(LEAST);
    for (String name :
        new String[] {
          "STRIPE_API_BASE",
          "STRIPE_IN_FLIGHT",
          "REPORTER_MAX_CONCURRENCY",
          "STRIPE_CALLS_PER_SECOND",
          "SQS_ENDPOINT",
          "SECRETS_MANAGER_ENDPOINT"
        }) {
      blank.put(name, "");
    }

    assertThat(ReporterSettings.read(blank))
        .isEqualTo(
            new ReporterSettings(
                "arn",
                Optional.empty(),
                32,
                4,
                StripeMode.TEST,
                20,
                "https://sqs.eu-central-1.amazonaws.com/1/reports",
                "https://sqs.eu-central-1.amazonaws.com/1/outcomes",
                Optional.empty(),
                Optional.empty()));
  }

  @ParameterizedTest
  @CsvSource({
    "STRIPE_IN_FLIGHT, 0",
    "STRIPE_IN_FLIGHT, 257",
    "REPORTER_MAX_CONCURRENCY, 1001",
    "STRIPE_CALLS_PER_SECOND, 0",
    "STRIPE_CALLS_PER_SECOND, fast",
    "STRIPE_API_BASE, api.stripe.com"
  })
  void nothingIsCorrectedSilently(String name, String value) {
    Map<String, String> environment = new HashMap<>(LEAST);
    environment.put(name, value);

    assertThatIllegalStateException()
        .isThrownBy(() -> ReporterSettings.read(environment))
        .withMessageContaining("1 setting(s)")
        .withMessageContaining(name + " is '" + value + "'");
  }

  @Test
  void paceFollowsTheModeUnlessItIsSet() {
    assertThat(with("STRIPE_MODE", "live").callsPerSecond()).isEqualTo(800);
    assertThat(with("STRIPE_MODE", "test").callsPerSecond()).isEqualTo(20);
    assertThat(with("STRIPE_CALLS_PER_SECOND", "50").callsPerSecond()).isEqualTo(50);
  }

  private static ReporterSettings with(String name, String value) {
    Map<String, String> environment = new HashMap<>(LEAST);
    environment.put(name, value);
    return ReporterSettings.read(environment);
  }
}
