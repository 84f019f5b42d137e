package io.sensormeter.stripe;

import com.stripe.exception.StripeException;
import com.stripe.model.billing.MeterEvent;
import com.stripe.net.RequestOptions;
import com.stripe.param.billing.MeterEventCreateParams;
import io.sensormeter.config.Secrets;
import io.sensormeter.config.StripeMode;
import io.sensormeter.lambda.Time;
import io.sensormeter.meter.Copy;
import io.sensormeter.stripe.Answer.ConfigurationError;
import io.sensormeter.stripe.Answer.Delivered;
import io.sensormeter.stripe.Answer.NoAnswer;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.function.Supplier;
import software.amazon.awssdk.core.exception.SdkException;

/** Stripe's meter events. Thread-safe; one instance serves an environment for its whole life. */
public final class MeterEvents {

  /**
   * Bound of {@link #send}, from connect to the end of the answer. Stripe documents none; its
   * answers take tens to hundreds of milliseconds, and the SDK's own 80 s would outlast a function.
   */
  public static final Duration CALL_TIMEOUT = Duration.ofSeconds(10);

  private final RotatingClient clients;
  private final StripeMode mode;
  private final Time time;
  private final Duration callTimeout;

  /**
   * @param apiBase such as {@code http://localhost:8080}; blank for Stripe's own
   * @param secretArn the secret that holds the key as plain text
   * @param mode what the key must be of, and every event that Stripe takes
   * @param time tells how long a connection was idle and how long a call took
   * @param http makes a pool of connections, HTTP/1.1 and without redirects; see {@link StripeHttp}
   */
  public MeterEvents(
      String apiBase,
      Secrets secrets,
      String secretArn,
      StripeMode mode,
      Time time,
      Supplier<HttpClient> http) {
    this(apiBase, secrets, secretArn, mode, time, http, CALL_TIMEOUT);
  }

  MeterEvents(
      String apiBase,
      Secrets secrets,
      String secretArn,
      StripeMode mode,
      Time time,
      Supplier<HttpClient> http,
      Duration callTimeout) {
    this.clients =
        new RotatingClient(
            apiBase, secrets, secretArn, mode, new StripeHttp(time, http), callTimeout);
    this.mode = mode;
    this.time = time;
    this.callTimeout = callTimeout;
  }

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
   * Sends the event once, not at all with a key of the other mode, and once more only after Stripe
   * refused the key itself (401) and the secret held another. Both calls together take at most
   * {@link #CALL_TIMEOUT}, beside the reading of the secret. When this returns, no call is under
   * way. An interrupt gives {@link NoAnswer} and leaves the thread's flag set.
   */
  public Answer send(Copy copy) {
    long beganNanos = time.nanos();
    RotatingClient.Keyed keyed = clients.current();
    Answer answer = call(keyed, copy, callTimeout.toMillis());
    if (!(answer instanceof ConfigurationError error) || error.statusCode() != 401) {
      return answer;
    }
    RotatingClient.Keyed renewed;
    try {
      renewed = clients.after(keyed);
    } catch (SdkException | IllegalStateException e) {
      return new ConfigurationError(
          error.message() + "; the secret could not be read again: " + e.getMessage(), 401);
    }
    long restMillis = callTimeout.minusNanos(time.nanos() - beganNanos).toMillis();
    return renewed.hasKeyOf(keyed) || restMillis < 1 ? error : call(renewed, copy, restMillis);
  }

  private Answer call(RotatingClient.Keyed keyed, Copy copy, long boundMillis) {
    String problem = keyed.problem();
    if (problem != null) {
      return new ConfigurationError(problem, 0);
    }
    RequestOptions bound =
        RequestOptions.builder().setReadTimeout(Math.toIntExact(boundMillis)).build();
    MeterEvent event;
    try {
      event = keyed.client().v1().billing().meterEvents().create(params(copy), bound);
    } catch (StripeException e) {
      return StripeErrors.answer(e, copy.identifier());
    } catch (RuntimeException e) {
      // The SDK's own, on answers it did not foresee. Its message may hold what must not be logged.
      return new NoAnswer("the SDK failed with " + e.getClass().getName(), false, 0);
    }
    return answer(event, copy);
  }

  private Answer answer(MeterEvent event, Copy copy) {
    int status = event.getLastResponse().code();
    if (!copy.identifier().value().equals(event.getIdentifier())) {
      return new NoAnswer("HTTP " + status + " without our identifier", false, status);
    }
    // Should it be left out, the key's prefix has told the mode.
    Boolean live = event.getLivemode();
    if (live != null && live != (mode == StripeMode.LIVE)) {
      StripeMode taken = live ? StripeMode.LIVE : StripeMode.TEST;
      return new ConfigurationError(
          "Stripe took the event in mode %s, but STRIPE_MODE and the key are of mode %s; compare STRIPE_API_BASE and the account"
              .formatted(taken.label(), mode.label()),
          status);
    }
    return new Delivered(event.getLastResponse().requestId(), false);
  }

  private static MeterEventCreateParams params(Copy copy) {
    return MeterEventCreateParams.builder()
        .setEventName(copy.key().meter())
        .setIdentifier(copy.identifier().value())
        .setTimestamp(copy.eventHour().start().getEpochSecond())
        .putPayload("stripe_customer_id", copy.stripeCustomerId())
        .putPayload("value", Long.toString(copy.value()))
        .build();
  }
}
