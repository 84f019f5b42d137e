package io.sensormeter.local.stripe;

import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.stripe.Stripe;
import com.stripe.StripeClient;
import com.stripe.exception.StripeException;
import com.stripe.model.billing.MeterEvent;
import com.stripe.param.billing.MeterEventCreateParams;
import io.sensormeter.local.SettableClock;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A fresh fake and its two callers: Stripe's own client, and raw HTTP where that cannot say it. */
abstract class FakeStripeFixture {
  static final Instant NOW = Instant.parse("2026-11-22T14:20:00Z");
  static final String METER = "active_sensors";
  static final String CUSTOMER = "cus_1";
  static final String KEY = "rk_test_everything";
  static final String FORM = "application/x-www-form-urlencoded;charset=UTF-8";

  static {
    Stripe.enableTelemetry = false; // it would write a file into the home directory
  }

  final SettableClock clock = new SettableClock(NOW);
  final FakeStripe stripe = FakeStripe.start(clock);
  final HttpClient http = HttpClient.newHttpClient();
  final StripeClient client = client(KEY);

  @BeforeEach
  void permitEverything() {
    stripe.addKey(KEY, Permission.values());
  }

  @AfterEach
  void stop() {
    stripe.close();
    http.shutdownNow();
    http.close();
  }

  /** The usual account: one customer and an hourly sum meter. */
  FakeMeter hourlySum() {
    stripe.addCustomer(CUSTOMER);
    return stripe.addMeter(METER, Formula.SUM, "hour");
  }

  FakeMeter rawSum() {
    stripe.addCustomer(CUSTOMER);
    return stripe.addMeter(METER, Formula.SUM, null);
  }

  StripeClient client(String key) {
    return StripeClient.builder()
        .setApiKey(key)
        .setApiBase(stripe.base().toString())
        .setMaxNetworkRetries(0)
        .setConnectTimeout(5_000)
        .setReadTimeout(10_000)
        .build();
  }

  static MeterEventCreateParams.Builder event(String identifier, String value) {
    return MeterEventCreateParams.builder()
        .setEventName(METER)
        .setIdentifier(identifier)
        .putPayload("stripe_customer_id", CUSTOMER)
        .putPayload("value", value);
  }

  static MeterEventCreateParams.Builder event(String identifier, String value, Instant timestamp) {
    return event(identifier, value).setTimestamp(timestamp.getEpochSecond());
  }

  MeterEvent send(MeterEventCreateParams.Builder event) throws StripeException {
    return client.v1().billing().meterEvents().create(event.build());
  }

  StripeException refusalOf(MeterEventCreateParams.Builder event) {
    return refusal(() -> send(event));
  }

  static StripeException refusal(ThrowingCallable call) {
    return catchThrowableOfType(StripeException.class, call);
  }

  static String form(String identifier, String value) {
    return "event_name=%s&identifier=%s&payload[stripe_customer_id]=%s&payload[value]=%s"
        .formatted(METER, identifier, CUSTOMER, value);
  }

  HttpResponse<String> post(String body) throws IOException, InterruptedException {
    return http.send(posting(body).build(), HttpResponse.BodyHandlers.ofString());
  }

  HttpResponse<String> post(String body, String idempotencyKey)
      throws IOException, InterruptedException {
    HttpRequest request = posting(body).setHeader("Idempotency-Key", idempotencyKey).build();
    return http.send(request, HttpResponse.BodyHandlers.ofString());
  }

  CompletableFuture<HttpResponse<String>> postAsync(String body) {
    return http.sendAsync(posting(body).build(), HttpResponse.BodyHandlers.ofString());
  }

  HttpRequest.Builder posting(String body) {
    return HttpRequest.newBuilder(stripe.base().resolve("/v1/billing/meter_events"))
        .timeout(Duration.ofSeconds(10))
        .header("Authorization", "Bearer " + KEY)
        .header("Content-Type", FORM)
        .POST(HttpRequest.BodyPublishers.ofString(body));
  }

  HttpResponse<String> get(String pathAndQuery) throws IOException, InterruptedException {
    URI uri = stripe.base().resolve(pathAndQuery);
    HttpRequest request =
        HttpRequest.newBuilder(uri)
            .timeout(Duration.ofSeconds(10))
            .header("Authorization", "Bearer " + KEY)
            .build();
    return http.send(request, HttpResponse.BodyHandlers.ofString());
  }
}
