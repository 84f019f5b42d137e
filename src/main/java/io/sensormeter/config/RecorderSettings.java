package io.sensormeter.config;

import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * What RecorderFunction is told by its environment.
 *
 * @param invoiceGraceHours how long the Stripe account keeps invoices open after the period, 1 to
 *     72
 * @param secretsManagerEndpoint instead of AWS's own
 */
public record RecorderSettings(
    DatabaseSettings database, int invoiceGraceHours, Optional<URI> secretsManagerEndpoint) {

  /**
   * Reads the environment.
   *
   * @throws IllegalStateException naming every missing or invalid variable
   */
  public static RecorderSettings read(Map<String, String> environment) {
    Variables variables = new Variables(environment);
    RecorderSettings settings =
        new RecorderSettings(
            DatabaseSettings.read(variables),
            variables.invoiceGraceHours(),
            variables.address("SECRETS_MANAGER_ENDPOINT"));
    variables.refuseProblems("RecorderFunction");
    return settings;
  }

  /** An acceptance later than this after its hour comes perhaps too late for its invoice. */
  public Duration lateAfter() {
    return lateAfter(invoiceGraceHours);
  }

  static Duration lateAfter(int invoiceGraceHours) {
    return Duration.ofHours(1L + invoiceGraceHours);
  }
}
