package io.sensormeter.config;

import java.net.URI;
import java.util.Map;
import java.util.Optional;

/**
 * What VerifierFunction is told by its environment.
 *
 * @param stripeReadSecretArn the secret that holds the restricted key that reads
 * @param stripeApiBase instead of Stripe's own
 * @param stripeMode what the key must be of
 * @param readsPerSecond the pace of all instances together, 1 to 25
 * @param maxConcurrency how many instances share that pace, 1 to 1,000
 * @param outcomesQueueUrl where sightings are sent
 * @param sqsEndpoint instead of AWS's own
 * @param secretsManagerEndpoint instead of AWS's own
 */
public record VerifierSettings(
    String stripeReadSecretArn,
    Optional<URI> stripeApiBase,
    StripeMode stripeMode,
    int readsPerSecond,
    int maxConcurrency,
    String outcomesQueueUrl,
    Optional<URI> sqsEndpoint,
    Optional<URI> secretsManagerEndpoint) {

  /**
   * Reads the environment.
   *
   * @throws IllegalStateException naming every missing or invalid variable
   */
  public static VerifierSettings read(Map<String, String> environment) {
    Variables variables = new Variables(environment);
    StripeMode mode = variables.stripeMode();
    VerifierSettings settings =
        new VerifierSettings(
            variables.required(
                "STRIPE_READ_SECRET_ARN", "the secret that holds the restricted key that reads"),
            variables.address("STRIPE_API_BASE"),
            mode,
            variables.readsPerSecond(mode),
            variables.number("VERIFIER_MAX_CONCURRENCY", 1, 1000, 2),
            variables.queueUrl("OUTCOMES_QUEUE_URL"),
            variables.address("SQS_ENDPOINT"),
            variables.address("SECRETS_MANAGER_ENDPOINT"));
    variables.refuseProblems("VerifierFunction");
    return settings;
  }
}
