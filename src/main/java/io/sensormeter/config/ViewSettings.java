package io.sensormeter.config;

import io.sensormeter.meter.Hour;
import io.sensormeter.meter.Meters;
import java.net.URI;
import java.util.Map;
import java.util.Optional;

/**
 * What ViewFunction is told by its environment.
 *
 * @param database with the secret of {@code DATABASE_VIEW_SECRET_ARN}, or where that is blank of
 *     {@code DATABASE_SECRET_ARN}
 * @param shippedSource whether the migration owns {@code metering.billable_readings}
 * @param meters what is billed
 * @param billFrom the first hour billed; empty = shadow
 * @param verifyEveryHours how often what Stripe accepted is looked up in its summaries, 2 to 96
 * @param secretsManagerEndpoint instead of AWS's own
 */
public record ViewSettings(
    DatabaseSettings database,
    boolean shippedSource,
    Meters meters,
    Optional<Hour> billFrom,
    int verifyEveryHours,
    Optional<URI> secretsManagerEndpoint) {

  /**
   * Reads the environment.
   *
   * @throws IllegalStateException naming every missing or invalid variable
   */
  public static ViewSettings read(Map<String, String> environment) {
    Variables variables = new Variables(environment);
    ViewSettings settings =
        new ViewSettings(
            DatabaseSettings.readForView(variables),
            variables.source(),
            variables.meters(),
            variables.hour("BILL_FROM"),
            variables.verifyEveryHours(),
            variables.address("SECRETS_MANAGER_ENDPOINT"));
    variables.refuseProblems("ViewFunction");
    return settings;
  }
}
