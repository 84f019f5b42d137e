package io.sensormeter.config;

import java.net.URI;
import java.util.Map;
import java.util.Optional;

/**
 * What ReporterFunction is told by its environment.
 *
 * @param stripeSecretArn the secret that holds the restricted key as plain text
 * @param stripeApiBase instead of Stripe's own
 * @param inFlight how many calls to Stripe one instance makes at once, 1 to 256
 * @param maxConcurrency how many instances share the pace, 1 to 1000
 * @param stripeMode what the key must be of
 * @param callsPerSecond the pace of all instances together
 * @param reportsQueueUrl where copies come from, for the delay of those that go back
 * @param outcomesQueueUrl where outcomes are sent
 * @param sqsEndpoint instead of AWS's own
 * @param secretsManagerEndpoint instead of AWS's own
 */
public record ReporterSettings(
    String stripeSecretArn,
    Optional<URI> stripeApiBase,
    int inFlight,
    int maxConcurrency,
    StripeMode stripeMode,
    int callsPerSecond,
    String reportsQueueUrl,
    String outcomesQueueUrl,
    Optional<URI> sqsEndpoint,
    Optional<URI> secretsManagerEndpoint) {

  /**
   * Reads the environment.
   *
   * @throws IllegalStateException naming every missing or invalid variable
   */
  public static ReporterSettings read(Map<String, String> environment) {
    Variables variables = new Variables(environment);
    StripeMode mode = variables.stripeMode();
    ReporterSettings settings =
        new ReporterSettings(
            variables.required("STRIPE_SECRET_ARN", "the secret that holds the restricted key"),
            variables.address("STRIPE_API_BASE"),
            variables.number("STRIPE_IN_FLIGHT", 1, 256, 32),
            variables.number("REPORTER_MAX_CONCURRENCY", 1, 1000, 4),
            mode,
            variables.callsPerSecond(mode),
            variables.queueUrl("REPORTS_QUEUE_URL"),
            variables.queueUrl("OUTCOMES_QUEUE_URL"),
            variables.address("SQS_ENDPOINT"),
            variables.address("SECRETS_MANAGER_ENDPOINT"));
    variables.refuseProblems("ReporterFunction");
    return settings;
  }
}
