package io.sensormeter.stripe;

import com.stripe.Stripe;
import com.stripe.StripeClient;
import com.stripe.net.HttpClient;
import io.sensormeter.config.Secrets;
import java.time.Duration;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Stripe's client under the key that is in force. A key is read again when Stripe refuses it, once
 * for all calls that were refused with it. Thread-safe.
 */
final class RotatingClient {

  static {
    // It would write a file into the home directory, which Lambda does not let us.
    Stripe.enableTelemetry = false;
  }

  // A header would refuse any other character, with the key in its message.
  private static final Pattern KEY = Pattern.compile("[\\x21-\\x7e]+");

  private final String apiBase;
  private final Secrets secrets;
  private final String secretArn;
  private final HttpClient http;
  private final Duration callTimeout;
  private volatile @Nullable Keyed current;

  /**
   * @param apiBase blank for Stripe's own
   * @param callTimeout bound of one call, from connect to the end of the body
   */
  RotatingClient(
      String apiBase, Secrets secrets, String secretArn, HttpClient http, Duration callTimeout) {
    this.apiBase = apiBase;
    this.secrets = secrets;
    this.secretArn = secretArn;
    this.http = http;
    this.callTimeout = callTimeout;
  }

  /**
   * A client and the key it uses. Equal to itself only: each reading of the secret gives another.
   */
  static final class Keyed {
    private final String key;
    private final StripeClient client;

    private Keyed(String key, StripeClient client) {
      this.key = key;
      this.client = client;
    }

    StripeClient client() {
      return client;
    }

    boolean hasKeyOf(Keyed other) {
      return key.equals(other.key);
    }

    @Override
    public String toString() {
      return "Keyed[key masked]";
    }
  }

  /**
   * The client in force.
   *
   * @throws RuntimeException as {@link Secrets#get}, or if the secret cannot be a Stripe key
   */
  Keyed current() {
    Keyed known = current;
    return known != null ? known : first();
  }

  private synchronized Keyed first() {
    Keyed known = current;
    if (known == null) {
      known = keyed(secrets.get(secretArn));
      current = known;
    }
    return known;
  }

  /**
   * The client in force after Stripe refused the key of {@code refused} with 401. Reads the secret
   * unless another call has done so since {@code refused} was taken; the key may turn out the same.
   *
   * @throws RuntimeException as {@link Secrets#refresh}, or if the secret cannot be a Stripe key;
   *     then the calls that were refused beside this one do not read it again
   */
  synchronized Keyed after(Keyed refused) {
    Keyed known = current();
    if (known != refused) {
      return known;
    }
    current = keyed(refused.key);
    Keyed renewed = keyed(secrets.refresh(secretArn));
    current = renewed;
    return renewed;
  }

  private Keyed keyed(String key) {
    if (!KEY.matcher(key).matches()) {
      throw new IllegalStateException(
          "secret " + secretArn + " holds a character that no Stripe key has; store the key alone");
    }
    StripeClient.StripeClientBuilder builder =
        StripeClient.builder()
            .setApiKey(key)
            .setHttpClient(http)
            .setMaxNetworkRetries(0)
            .setReadTimeout(Math.toIntExact(callTimeout.toMillis()));
    if (!apiBase.isBlank()) {
      builder.setApiBase(apiBase);
    }
    return new Keyed(key, builder.build());
  }
}
