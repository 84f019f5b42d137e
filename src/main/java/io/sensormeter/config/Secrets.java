package io.sensormeter.config;

import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import software.amazon.awssdk.services.secretsmanager.SecretsManagerClient;
import software.amazon.awssdk.services.secretsmanager.model.GetSecretValueResponse;

/**
 * Secrets by ARN, read when first asked for and kept until their user says they no longer work.
 * Whoever uses a secret learns of its rotation from the refusal itself (PostgreSQL 28P01, Stripe
 * 401), so no age limit is needed and no secret is read on a timer. Thread-safe.
 */
public final class Secrets {

  private final SecretsManagerClient client;
  private final ConcurrentMap<String, String> values = new ConcurrentHashMap<>();

  public Secrets(SecretsManagerClient client) {
    this.client = client;
  }

  /**
   * The secret's text, trimmed.
   *
   * @throws software.amazon.awssdk.core.exception.SdkException if Secrets Manager does not give it
   * @throws IllegalStateException if the secret holds no text
   */
  public String get(String arn) {
    String known = values.get(arn);
    return known != null ? known : refresh(arn);
  }

  /** Reads the secret again, because the known text was refused. Throws as {@link #get}. */
  public String refresh(String arn) {
    return keep(arn, client.getSecretValue(request -> request.secretId(arn)));
  }

  /** Reads the secret again within {@code timeout}, retries included. Throws as {@link #get}. */
  public String refresh(String arn, Duration timeout) {
    return keep(
        arn,
        client.getSecretValue(
            request ->
                request.secretId(arn).overrideConfiguration(call -> call.apiCallTimeout(timeout))));
  }

  private String keep(String arn, GetSecretValueResponse response) {
    String text = response.secretString();
    if (text == null || text.isBlank()) {
      throw new IllegalStateException("secret " + arn + " holds no text; store it as plain text");
    }
    String trimmed = text.trim();
    values.put(arn, trimmed);
    return trimmed;
  }
}
