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
 * @param callsPerSecond the pace of all instances together; empty = by the kind of key
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
    Optional<Integer> callsPerSecond,
    String reportsQueueUrl,
    String outcomesQueueUrl,
    Optional<URI> sqsEndpoint,
    Optional<URI> secretsManagerEndpoint) {

  /** Under Stripe's limit of 1,000 meter events a second with a live key. */
  private static final int LIVE_CALLS_PER_SECOND = 800;

  /** Under Stripe's limit of 25 a second in a sandbox. */
  private static final int TEST_CALLS_PER_SECOND = 20;

  /**
   * Reads the environment.
   *
   * @throws IllegalStateException naming every missing or invalid variable
   */
  public static ReporterSettings read(Map<String, String> environment) {
    Variables variables = new Variables(environment);
    ReporterSettings settings =
        new ReporterSettings(
            variables.required("STRIPE_SECRET_ARN", "the secret that holds the restricted key"),
            variables.address("STRIPE_API_BASE"),
            variables.number("STRIPE_IN_FLIGHT", 1, 256, 32),
            variables.number("REPORTER_MAX_CONCURRENCY", 1, 1000, 4),
            variables
                .optional("STRIPE_CALLS_PER_SECOND")
                .map(_ -> variables.number("STRIPE_CALLS_PER_SECOND", 1, 10_000, 20)),
            variables.queueUrl("REPORTS_QUEUE_URL"),
            variables.queueUrl("OUTCOMES_QUEUE_URL"),
            variables.address("SQS_ENDPOINT"),
            variables.address("SECRETS_MANAGER_ENDPOINT"));
    variables.refuseProblems("ReporterFunction");
    return settings;
  }

  /** The pace of all instances together, in calls a second, given the key they use. */
  public int callsPerSecond(String stripeKey) {
    return callsPerSecond.orElse(
        stripeKey.contains("_live_") ? LIVE_CALLS_PER_SECOND : TEST_CALLS_PER_SECOND);
  }
}
