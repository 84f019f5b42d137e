package io.sensormeter.stripe;

import com.stripe.StripeClient;
import com.stripe.exception.StripeException;
import io.sensormeter.config.Secrets;
import io.sensormeter.config.StripeMode;
import io.sensormeter.lambda.Time;
import io.sensormeter.stripe.Answer.ConfigurationError;
import io.sensormeter.stripe.Answer.Hindrance;
import io.sensormeter.stripe.Answer.NoAnswer;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.function.Supplier;
import software.amazon.awssdk.core.exception.SdkException;

/**
 * Calls to Stripe under the key in force, each with a bound. Thread-safe; one instance serves an
 * environment for its whole life.
 */
public final class StripeCalls {

  /**
   * Bound of a call, from connect to the end of the answer. Stripe documents none; its answers take
   * tens to hundreds of milliseconds, and the SDK's own 80 s would outlast a function.
   */
  public static final Duration TIMEOUT = Duration.ofSeconds(10);

  private final RotatingClient clients;
  private final Time time;
  private final Duration timeout;

  /**
   * @param apiBase such as {@code http://localhost:8080}; blank for Stripe's own
   * @param secretArn the secret that holds the key as plain text
   * @param mode what the key must be of
   * @param time tells how long a connection was idle and how long a call took
   * @param http makes a pool of connections, HTTP/1.1 and without redirects; see {@link StripeHttp}
   */
  public StripeCalls(
      String apiBase,
      Secrets secrets,
      String secretArn,
      StripeMode mode,
      Time time,
      Supplier<HttpClient> http) {
    this(apiBase, secrets, secretArn, mode, time, http, TIMEOUT);
  }

  StripeCalls(
      String apiBase,
      Secrets secrets,
      String secretArn,
      StripeMode mode,
      Time time,
      Supplier<HttpClient> http,
      Duration timeout) {
    this.clients =
        new RotatingClient(apiBase, secrets, secretArn, mode, new StripeHttp(time, http), timeout);
    this.time = time;
    this.timeout = timeout;
  }

  /** One call. */
  interface Call<T> {
    /**
     * Makes the call and reads its answer.
     *
     * @param boundMillis the SDK's read timeout, which bounds the whole call
     * @throws UnreadableAnswer if what came is not what Stripe documents
     */
    T under(StripeClient client, int boundMillis) throws StripeException;
  }

  /** What a call came to. */
  sealed interface Result<T> {}

  /** Stripe gave what was asked for. */
  record Answered<T>(T answer) implements Result<T> {}

  /** Stripe's last word is an error of the 4xx kind. */
  record Refused<T>(StripeException error) implements Result<T> {}

  /** Nothing was said about what was asked for. */
  record Hindered<T>(Hindrance why) implements Result<T> {}

  /**
   * Reads the key unless it is known, so that a batch fails before its first call rather than with
   * each; and again if it is one that no call may be made with, since no 401 would ever say that it
   * was replaced.
   *
   * @throws RuntimeException if Secrets Manager does not give it
   */
  public void requireKey() {
    RotatingClient.Keyed known = clients.current();
    if (known.problem() != null) {
      clients.after(known);
    }
  }

  /**
   * Makes the call once, not at all with a key of the other mode, and once more only after Stripe
   * refused the key itself (401) and the secret held another. Both calls together take at most
   * {@link #TIMEOUT}, beside the reading of the secret. When this returns, no call is under way.
   */
  <T> Result<T> make(Call<T> call) {
    long beganNanos = time.nanos();
    RotatingClient.Keyed keyed = clients.current();
    Result<T> result = make(call, keyed, timeout.toMillis());
    if (!(result instanceof Hindered<T>(ConfigurationError error)) || error.statusCode() != 401) {
      return result;
    }
    RotatingClient.Keyed renewed;
    try {
      renewed = clients.after(keyed);
    } catch (SdkException | IllegalStateException e) {
      return new Hindered<>(
          new ConfigurationError(
              error.message() + "; the secret could not be read again: " + e.getMessage(), 401));
    }
    long restMillis = timeout.minusNanos(time.nanos() - beganNanos).toMillis();
    return renewed.hasKeyOf(keyed) || restMillis < 1 ? result : make(call, renewed, restMillis);
  }

  private static <T> Result<T> make(Call<T> call, RotatingClient.Keyed keyed, long boundMillis) {
    String problem = keyed.problem();
    if (problem != null) {
      return new Hindered<>(new ConfigurationError(problem, 0));
    }
    try {
      return new Answered<>(call.under(keyed.client(), Math.toIntExact(boundMillis)));
    } catch (StripeException e) {
      Hindrance hindrance = StripeErrors.hindrance(e);
      return hindrance == null ? new Refused<>(e) : new Hindered<>(hindrance);
    } catch (UnreadableAnswer e) {
      return new Hindered<>(new NoAnswer(String.valueOf(e.getMessage()), false, 0));
    } catch (RuntimeException e) {
      // The SDK's own, on answers it did not foresee. Its message may hold what must not be logged.
      return new Hindered<>(
          new NoAnswer("the SDK failed with " + e.getClass().getName(), false, 0));
    }
  }
}
