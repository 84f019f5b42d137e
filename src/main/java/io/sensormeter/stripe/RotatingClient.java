package io.sensormeter.stripe;

import com.stripe.Stripe;
import com.stripe.StripeClient;
import com.stripe.net.HttpClient;
import io.sensormeter.config.Secrets;
import io.sensormeter.config.StripeMode;
import java.time.Duration;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Stripe's client under the key that is in force. A key is read again when Stripe refuses it, once
 * for all calls that were refused with it. What is no key, or one of the other mode, is told before
 * any call could be made with it. Thread-safe.
 */
final class RotatingClient {

  static {
    // It would write a file into the home directory, which Lambda does not let us.
    Stripe.enableTelemetry = false;
  }

  // No publishable key, no other secret, no two keys; and no character that a header would refuse
  // with the key in its message.
  private static final Pattern KEY = Pattern.compile("[rs]k_(live|test)_[\\x21-\\x7e]+");

  private final String apiBase;
  private final Secrets secrets;
  private final String secretArn;
  private final StripeMode mode;
  private final HttpClient http;
  private final Duration callTimeout;
  private volatile @Nullable Keyed current;

  /**
   * @param apiBase blank for Stripe's own
   * @param mode what the key must be of
   * @param callTimeout bound of one call, from connect to the end of the body
   */
  RotatingClient(
      String apiBase,
      Secrets secrets,
      String secretArn,
      StripeMode mode,
      HttpClient http,
      Duration callTimeout) {
    this.apiBase = apiBase;
    this.secrets = secrets;
    this.secretArn = secretArn;
    this.mode = mode;
    this.http = http;
    this.callTimeout = callTimeout;
  }

  /**
   * A client and the key it uses. Equal to itself only: each reading of the secret gives another.
   */
  static final class Keyed {
    private final String key;
    private final StripeClient client;
    private final @Nullable String problem;

    private Keyed(String key, StripeClient client, @Nullable String problem) {
      this.key = key;
      this.client = client;
      this.problem = problem;
    }

    /** Why no call may be made with it; null if it may. Does not tell the key. */
    @Nullable String problem() {
      return problem;
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
   * @throws RuntimeException as {@link Secrets#get}
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
   * The client in force after the key of {@code refused} turned out to be none, or Stripe refused
   * it with 401. Reads the secret unless another call has done so since {@code refused} was taken;
   * the key may turn out the same.
   *
   * @throws RuntimeException as {@link Secrets#refresh}; then the calls that were refused beside
   *     this one do not read it again
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
    StripeClient.StripeClientBuilder builder =
        StripeClient.builder()
            .setApiKey(key)
            .setHttpClient(http)
            .setMaxNetworkRetries(0)
            .setReadTimeout(Math.toIntExact(callTimeout.toMillis()));
    if (!apiBase.isBlank()) {
      builder.setApiBase(apiBase);
    }
    return new Keyed(key, builder.build(), problem(key));
  }

  private @Nullable String problem(String key) {
    if (!KEY.matcher(key).matches()) {
      return "secret %s holds no secret key of Stripe's, which begins with rk_live_, rk_test_, sk_live_ or sk_test_; store the restricted key alone, as plain text"
          .formatted(secretArn);
    }
    if (!mode.isOf(key)) {
      StripeMode other = mode == StripeMode.LIVE ? StripeMode.TEST : StripeMode.LIVE;
      return "the key in secret %s is of mode %s, but STRIPE_MODE is %s; store a key of mode %3$s, no call is made with this one"
          .formatted(secretArn, other.label(), mode.label());
    }
    return null;
  }
}
