package io.sensormeter.local.stripe;

import static org.assertj.core.api.Assertions.assertThat;

import com.stripe.exception.ApiException;
import com.stripe.exception.AuthenticationException;
import com.stripe.exception.PermissionException;
import com.stripe.exception.RateLimitException;
import com.stripe.exception.StripeException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * docs/stripe-facts.md, Keys; docs/stripe-facts.md, Limits: who may call, how often, how many at
 * once.
 */
final class FakeStripeAccessIT extends FakeStripeFixture {

  @Test
  void unknownKeyMeets401() {
    hourlySum();

    StripeException refusal =
        refusal(
            () ->
                client("rk_test_other")
                    .v1()
                    .billing()
                    .meterEvents()
                    .create(event("a:1", "1").build()));

    assertThat(refusal).isInstanceOf(AuthenticationException.class);
    assertThat(refusal.getStatusCode()).isEqualTo(401);
    assertThat(stripe.acceptedEvents()).isEmpty();
  }

  @Test
  void callWithoutAKeyMeets401() throws Exception {
    HttpRequest anonymous =
        HttpRequest.newBuilder(stripe.base().resolve("/v1/billing/meters")).build();

    assertThat(http.send(anonymous, HttpResponse.BodyHandlers.ofString()).statusCode())
        .isEqualTo(401);
  }

  @Test
  void removedKeyMeets401WhileTheNewOneWorks() throws Exception {
    hourlySum();
    stripe.addKey("rk_test_rolled", Permission.BILLING_METER_EVENT_WRITE);
    stripe.removeKey(KEY);

    assertThat(refusalOf(event("a:1", "1")).getStatusCode()).isEqualTo(401);
    client("rk_test_rolled").v1().billing().meterEvents().create(event("a:1", "1").build());
    assertThat(stripe.acceptedEvents()).hasSize(1);
  }

  @Test
  void keyIsNotShownInARefusal() {
    stripe.removeKey(KEY);

    assertThat(refusalOf(event("a:1", "1")).getMessage()).doesNotContain(KEY);
  }

  @Test
  void sendingNeedsThePermissionToWriteMeterEvents() {
    hourlySum();
    stripe.addKey(
        KEY,
        Permission.BILLING_METER_READ,
        Permission.BILLING_METER_EVENT_READ,
        Permission.EVENT_READ);

    StripeException refusal = refusalOf(event("a:1", "1"));

    assertThat(refusal).isInstanceOf(PermissionException.class);
    assertThat(refusal.getStatusCode()).isEqualTo(403);
    assertThat(refusal).hasMessageContaining("'billing_meter_event_write'");
    assertThat(stripe.acceptedEvents()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(names = {"BILLING_METER_READ", "BILLING_METER_EVENT_READ", "EVENT_READ"})
  void eachReadNeedsItsPermission(Permission needed) throws Exception {
    FakeMeter meter = hourlySum();
    stripe.addKey(KEY, Permission.BILLING_METER_EVENT_WRITE);
    String path =
        switch (needed) {
          case BILLING_METER_READ -> "/v1/billing/meters";
          case BILLING_METER_EVENT_READ ->
              "/v1/billing/meters/" + meter.id() + "/event_summaries?customer=cus_1";
          case EVENT_READ -> "/v2/core/events/evt_1";
          case BILLING_METER_EVENT_WRITE -> throw new IllegalArgumentException("no read");
        };

    HttpResponse<String> answer = get(path);

    assertThat(answer.statusCode()).isEqualTo(403);
    assertThat(answer.body()).contains("'" + needed.name().toLowerCase(Locale.ROOT));
  }

  @Test
  void liveKeyMakesLiveObjects() throws Exception {
    hourlySum();
    stripe.addKey("rk_live_1", Permission.BILLING_METER_EVENT_WRITE);

    assertThat(
            client("rk_live_1")
                .v1()
                .billing()
                .meterEvents()
                .create(event("a:1", "1").build())
                .getLivemode())
        .isTrue();
  }

  @Test
  void secondSimultaneousCallForACustomerAndMeterMeets409() throws Exception {
    rawSum();
    var gate = new Gate();
    stripe.script(call -> gate.holdFirst(call));
    CompletableFuture<HttpResponse<String>> first = postAsync(form("a:1", "1"));
    gate.entered.await();

    StripeException refusal = refusalOf(event("a:2", "1"));
    gate.opened.countDown();

    assertThat(refusal).isExactlyInstanceOf(ApiException.class);
    assertThat(refusal.getStatusCode()).isEqualTo(409);
    assertThat(first.join().statusCode()).isEqualTo(200);
    assertThat(refusalOf(event("a:2", "1"))).isNull();
  }

  @Test
  void otherCustomersAndOtherMetersMayBeCalledAtTheSameTime() throws Exception {
    rawSum();
    stripe.addCustomer("cus_2");
    stripe.addMeter("other", Formula.SUM, null);
    var gate = new Gate();
    stripe.script(call -> gate.holdFirst(call));
    CompletableFuture<HttpResponse<String>> first = postAsync(form("a:1", "1"));
    gate.entered.await();

    assertThat(refusalOf(event("a:2", "1").putPayload("stripe_customer_id", "cus_2"))).isNull();
    assertThat(refusalOf(event("a:3", "1").setEventName("other"))).isNull();
    gate.opened.countDown();

    assertThat(first.join().statusCode()).isEqualTo(200);
    assertThat(stripe.maxSimultaneous()).isEqualTo(2);
  }

  @Test
  void simultaneousCallsCanBeChosenToBeTaken() throws Exception {
    rawSum();
    stripe.simultaneousCallsAreRefused(false);
    var gate = new Gate();
    stripe.script(call -> gate.holdFirst(call));
    CompletableFuture<HttpResponse<String>> first = postAsync(form("a:1", "1"));
    gate.entered.await();

    assertThat(refusalOf(event("a:2", "1"))).isNull();
    gate.opened.countDown();

    assertThat(first.join().statusCode()).isEqualTo(200);
  }

  @Test
  void callsOneAfterAnotherAreNeverSimultaneous() throws Exception {
    rawSum();
    for (int i = 0; i < 50; i++) {
      assertThat(post(form("a:" + i, "1")).statusCode()).isEqualTo(200);
    }

    assertThat(stripe.maxSimultaneous()).isEqualTo(1);
  }

  @Test
  void latencyIsTheTimeACallTakes() throws Exception {
    rawSum();
    stripe.latency(Duration.ofMillis(50));
    long before = System.nanoTime();

    post(form("a:1", "1"));

    assertThat(System.nanoTime() - before).isGreaterThanOrEqualTo(50_000_000L);
  }

  @Test
  void callsBeyondTheRateMeet429UntilASecondHasPassed() throws Exception {
    rawSum();
    stripe.rateLimit(2);
    send(event("a:1", "1"));
    clock.advance(Duration.ofMillis(600));
    send(event("a:2", "1"));

    StripeException refusal = refusalOf(event("a:3", "1"));
    assertThat(refusal).isInstanceOf(RateLimitException.class);
    assertThat(refusal.getStatusCode()).isEqualTo(429);
    assertThat(post(form("a:3", "1")).headers().firstValue("Stripe-Rate-Limited-Reason"))
        .contains("endpoint-rate");

    clock.advance(Duration.ofMillis(400));
    assertThat(refusalOf(event("a:3", "1"))).isNull();
    assertThat(refusalOf(event("a:4", "1"))).isNotNull();
  }

  @Test
  void rateIsUnlimitedUnlessChosen() throws Exception {
    rawSum();
    for (int i = 0; i < 100; i++) {
      post(form("a:" + i, "1"));
    }

    assertThat(stripe.answers()).containsOnlyKeys(200);
  }

  @Test
  void readsBeyondTheirRateMeet429() throws Exception {
    stripe.readRateLimit(1, () -> Instant.EPOCH);

    assertThat(get("/v1/billing/meters").statusCode()).isEqualTo(200);
    assertThat(get("/v1/billing/meters").statusCode()).isEqualTo(429);
    assertThat(stripe.reads()).isEqualTo(2);
  }

  @Test
  void answersAndUnansweredAddUpToTheCalls() throws Exception {
    rawSum();
    stripe.onMeterEvent(new Fault.EmptyAnswer(502), 1);
    stripe.onMeterEvent(new Fault.ResetBeforeProcessing(), 1);
    post(form("a:1", "1"));
    postAsync(form("a:1", "1")).exceptionally(e -> null).join();
    post(form("a:1", "1"));
    post(form("a:1", "1"));

    assertThat(stripe.answers())
        .containsExactlyInAnyOrderEntriesOf(Map.of(200, 1L, 400, 1L, 502, 1L));
    assertThat(stripe.unanswered()).isEqualTo(1);
    assertThat(stripe.calls()).isEqualTo(4);
  }
}
