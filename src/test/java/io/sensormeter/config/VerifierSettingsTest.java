package io.sensormeter.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class VerifierSettingsTest {
  private static final Map<String, String> LEAST =
      Map.of(
          "STRIPE_READ_SECRET_ARN", "arn:aws:secretsmanager:eu-central-1:1:secret:read",
          "STRIPE_MODE", "live",
          "OUTCOMES_QUEUE_URL", "https://sqs.eu-central-1.amazonaws.com/1/outcomes");

  @Test
  void blankIsTheDefault() {
    Map<String, String> blank = new HashMap<>(LEAST);
    for (String name :
        new String[] {
          "STRIPE_API_BASE",
          "STRIPE_READS_PER_SECOND",
          "VERIFIER_MAX_CONCURRENCY",
          "SQS_ENDPOINT",
          "SECRETS_MANAGER_ENDPOINT"
        }) {
      blank.put(name, " ");
    }

    VerifierSettings settings = VerifierSettings.read(blank);

    assertThat(settings)
        .isEqualTo(
            new VerifierSettings(
                "arn:aws:secretsmanager:eu-central-1:1:secret:read",
                Optional.empty(),
                StripeMode.LIVE,
                20,
                2,
                "https://sqs.eu-central-1.amazonaws.com/1/outcomes",
                Optional.empty(),
                Optional.empty()));
  }

  @Test
  void everySettingIsRead() {
    VerifierSettings settings =
        VerifierSettings.read(
            Map.of(
                "STRIPE_READ_SECRET_ARN", "arn:read",
                "STRIPE_API_BASE", "http://127.0.0.1:1",
                "STRIPE_MODE", "test",
                "STRIPE_READS_PER_SECOND", "25",
                "VERIFIER_MAX_CONCURRENCY", "1000",
                "OUTCOMES_QUEUE_URL", "http://127.0.0.1:2/1/outcomes",
                "SQS_ENDPOINT", "http://127.0.0.1:2",
                "SECRETS_MANAGER_ENDPOINT", "http://127.0.0.1:3"));

    assertThat(settings)
        .isEqualTo(
            new VerifierSettings(
                "arn:read",
                Optional.of(URI.create("http://127.0.0.1:1")),
                StripeMode.TEST,
                25,
                1000,
                "http://127.0.0.1:2/1/outcomes",
                Optional.of(URI.create("http://127.0.0.1:2")),
                Optional.of(URI.create("http://127.0.0.1:3"))));
  }

  @Test
  void aSandboxLeavesMostOfItsCallsToTheReporter() {
    Map<String, String> test = new HashMap<>(LEAST);
    test.put("STRIPE_MODE", "test");

    assertThat(VerifierSettings.read(test).readsPerSecond()).isEqualTo(3);
  }

  @Test
  void everyProblemIsNamedAtOnce() {
    assertThatIllegalStateException()
        .isThrownBy(
            () ->
                VerifierSettings.read(
                    Map.of(
                        "STRIPE_READS_PER_SECOND", "26",
                        "VERIFIER_MAX_CONCURRENCY", "0",
                        "OUTCOMES_QUEUE_URL", "outcomes")))
        .withMessageStartingWith("VerifierFunction does not start, 5 setting(s) to mend: ")
        .withMessageContaining("STRIPE_READ_SECRET_ARN is missing")
        .withMessageContaining("STRIPE_MODE is missing: one of live, test")
        .withMessageContaining("STRIPE_READS_PER_SECOND is '26': a whole number from 1 to 25")
        .withMessageContaining("VERIFIER_MAX_CONCURRENCY is '0': a whole number from 1 to 1000")
        .withMessageContaining("OUTCOMES_QUEUE_URL is 'outcomes'");
  }
}
