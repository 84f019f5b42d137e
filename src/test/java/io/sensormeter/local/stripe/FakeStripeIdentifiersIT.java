package io.sensormeter.local.stripe;

import static org.assertj.core.api.Assertions.assertThat;

import com.stripe.exception.InvalidRequestException;
import com.stripe.exception.StripeException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/**
 * docs/stripe-facts.md, Identifiers; docs/stripe-facts.md, Idempotency keys: two different layers.
 */
final class FakeStripeIdentifiersIT extends FakeStripeFixture {

  @Test
  void duplicateIsRefusedInStripesWordsAndNotCounted() throws Exception {
    rawSum();
    send(event("a:1", "5"));

    StripeException refusal = refusalOf(event("a:1", "5"));

    assertThat(refusal).isInstanceOf(InvalidRequestException.class);
    assertThat(refusal.getStatusCode()).isEqualTo(400);
    assertThat(refusal.getStripeError().getType()).isEqualTo("invalid_request_error");
    assertThat(refusal.getStripeError().getMessage())
        .isEqualTo("An event already exists with identifier a:1.");
    assertThat(refusal.getStripeError().getCode()).isNull();
    assertThat(stripe.total(METER)).isEqualByComparingTo("5");
  }

  @Test
  void duplicateIsNotToBeRetried() throws Exception {
    rawSum();
    post(form("a:1", "5"));

    HttpResponse<String> answer = post(form("a:1", "5"));

    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.headers().firstValue("stripe-should-retry")).contains("false");
  }

  @Test
  void identifierIsUniqueAcrossMetersAndCustomers() throws Exception {
    rawSum();
    stripe.addCustomer("cus_2");
    stripe.addMeter("other", Formula.SUM, null);
    send(event("a:1", "5"));

    assertThat(refusalOf(event("a:1", "5").setEventName("other")))
        .hasMessageContaining("already exists");
    assertThat(refusalOf(event("a:1", "5").putPayload("stripe_customer_id", "cus_2")))
        .hasMessageContaining("already exists");
  }

  @Test
  void identifierStaysTakenFor24Hours() throws Exception {
    rawSum();
    send(event("a:1", "5"));
    clock.advance(Duration.ofHours(24).minusNanos(1));

    assertThat(refusalOf(event("a:1", "5"))).hasMessageContaining("already exists");
  }

  @Test
  void after24HoursTheSameIdentifierBillsAgain() throws Exception {
    rawSum();
    send(event("a:1", "5", NOW));
    clock.advance(Duration.ofHours(24));

    assertThat(refusalOf(event("a:1", "5", NOW))).isNull();
    assertThat(stripe.total(METER)).isEqualByComparingTo("10");
  }

  @Test
  void duplicateDoesNotProlongTheWindow() throws Exception {
    rawSum();
    send(event("a:1", "5"));
    clock.advance(Duration.ofHours(23));
    assertThat(refusalOf(event("a:1", "5"))).isNotNull();
    clock.advance(Duration.ofHours(1));

    assertThat(refusalOf(event("a:1", "5"))).isNull();
  }

  @Test
  void ofSimultaneousCallsWithOneIdentifierOneIsTaken() throws Exception {
    rawSum();
    stripe.simultaneousCallsAreRefused(false);
    Callable<HttpResponse<String>> call = () -> post(form("a:1", "5"));
    var answers = new ArrayList<Integer>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Future<HttpResponse<String>> answer :
          threads.invokeAll(List.of(call, call, call, call, call, call, call, call))) {
        answers.add(answer.get().statusCode());
      }
    }

    assertThat(answers).containsOnlyOnce(200).contains(400);
    assertThat(stripe.acceptedEvents()).hasSize(1);
  }

  @Test
  void refusedIdentifierIsUsedUp() {
    rawSum();

    assertThat(refusalOf(event("a:1", "many"))).hasMessageContaining("not a decimal");
    assertThat(refusalOf(event("a:1", "5"))).hasMessageContaining("already exists");
    assertThat(stripe.acceptedEvents()).isEmpty();
  }

  @Test
  void refusedIdentifierCanBeChosenToStayFree() {
    rawSum();
    stripe.refusedIdentifiersAreBurned(false);

    assertThat(refusalOf(event("a:1", "many"))).hasMessageContaining("not a decimal");
    assertThat(refusalOf(event("a:1", "5"))).isNull();
  }

  @Test
  void identifierOfAnEventRejectedLaterIsUsedUp() {
    rawSum();
    stripe.onMeterEvent(new Fault.RejectedLater("meter_event_invalid_value"), 1);

    assertThat(refusalOf(event("a:1", "5"))).isNull();
    assertThat(refusalOf(event("a:1", "5"))).hasMessageContaining("already exists");
  }

  @Test
  void identifierOfAnEventRejectedLaterCanBeChosenToStayFree() {
    rawSum();
    stripe.refusedIdentifiersAreBurned(false);
    stripe.onMeterEvent(new Fault.RejectedLater("meter_event_invalid_value"), 1);

    assertThat(refusalOf(event("a:1", "5"))).isNull();
    assertThat(refusalOf(event("a:1", "5"))).isNull();
    assertThat(stripe.acceptedEvents()).hasSize(1);
  }

  @Test
  void identifierStaysFreeWhenNoActiveMeterTookIt() {
    FakeMeter meter = rawSum();
    meter.deactivate();
    assertThat(refusalOf(event("a:1", "5"))).hasMessageContaining("No active meter");
    meter.reactivate();

    assertThat(refusalOf(event("a:1", "5"))).isNull();
  }

  @Test
  void identifierCanBeChosenToBeUsedUpWithoutAnActiveMeter() {
    FakeMeter meter = rawSum();
    stripe.noActiveMeterBurnsIdentifiers(true);
    meter.deactivate();
    assertThat(refusalOf(event("a:1", "5"))).hasMessageContaining("No active meter");
    meter.reactivate();

    assertThat(refusalOf(event("a:1", "5"))).hasMessageContaining("already exists");
  }

  @Test
  void malformedCallTakesNoIdentifier() {
    rawSum();

    assertThat(refusalOf(event("a:1", "5").putExtraParam("foo", "1"))).isNotNull();
    assertThat(refusalOf(event("a:1", "5"))).isNull();
  }

  @Test
  void sameKeyReplaysTheStoredAnswer() throws Exception {
    rawSum();
    HttpResponse<String> first = post(form("a:1", "5"), "key-1");

    HttpResponse<String> second = post(form("a:1", "5"), "key-1");

    assertThat(first.headers().firstValue("Idempotent-Replayed")).isEmpty();
    assertThat(second.statusCode()).isEqualTo(200);
    assertThat(second.body()).isEqualTo(first.body());
    assertThat(second.headers().firstValue("Idempotent-Replayed")).contains("true");
    assertThat(second.headers().firstValue("Original-Request"))
        .isEqualTo(first.headers().firstValue("Request-Id"));
    assertThat(stripe.acceptedEvents()).hasSize(1);
  }

  @Test
  void sameKeyReplaysAStored400() throws Exception {
    FakeMeter meter = rawSum();
    meter.deactivate();
    post(form("a:1", "5"), "key-1");
    meter.reactivate();

    HttpResponse<String> second = post(form("a:1", "5"), "key-1");

    assertThat(second.statusCode()).isEqualTo(400);
    assertThat(second.body()).contains("No active meter");
    assertThat(second.headers().firstValue("Idempotent-Replayed")).contains("true");
  }

  @Test
  void sameKeyReplaysAStored500() throws Exception {
    rawSum();
    stripe.onMeterEvent(new Fault.ServerError(), 1);
    post(form("a:1", "5"), "key-1");

    HttpResponse<String> second = post(form("a:1", "5"), "key-1");

    assertThat(second.statusCode()).isEqualTo(500);
    assertThat(second.headers().firstValue("Idempotent-Replayed")).contains("true");
    assertThat(stripe.acceptedEvents()).isEmpty();
  }

  @Test
  void sameKeyWithOtherParametersIsAnIdempotencyError() throws Exception {
    rawSum();
    post(form("a:1", "5"), "key-1");

    HttpResponse<String> second = post(form("a:2", "5"), "key-1");

    assertThat(second.statusCode()).isEqualTo(400);
    assertThat(second.body()).contains("\"type\":\"idempotency_error\"").contains("key-1");
    assertThat(stripe.acceptedEvents()).hasSize(1);
  }

  @Test
  void storedAnswerIsForgottenAfter24Hours() throws Exception {
    rawSum();
    post(form("a:1", "5"), "key-1");
    clock.advance(Duration.ofHours(24));

    HttpResponse<String> second = post(form("a:2", "5"), "key-1");

    assertThat(second.statusCode()).isEqualTo(200);
    assertThat(stripe.acceptedEvents()).hasSize(2);
  }

  @Test
  void answersBeforeExecutionAreNotStored() throws Exception {
    rawSum();
    stripe.onMeterEvent(new Fault.RateLimited("endpoint-rate"), 1);
    stripe.onMeterEvent(new Fault.EmptyAnswer(502), 1);
    stripe.onMeterEvent(new Fault.HtmlAnswer(503), 1);

    assertThat(post(form("a:1", "5"), "key-1").statusCode()).isEqualTo(429);
    assertThat(post(form("a:1", "5"), "key-1").statusCode()).isEqualTo(502);
    assertThat(post(form("a:1", "5"), "key-1").statusCode()).isEqualTo(503);
    assertThat(post(form("a:1", "5"), "key-1").statusCode()).isEqualTo(200);
  }
}
