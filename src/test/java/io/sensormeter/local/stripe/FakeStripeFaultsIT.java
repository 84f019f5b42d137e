package io.sensormeter.local.stripe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.stripe.StripeClient;
import com.stripe.exception.ApiConnectionException;
import com.stripe.exception.ApiException;
import com.stripe.exception.RateLimitException;
import com.stripe.exception.StripeException;
import com.stripe.param.billing.MeterEventCreateParams;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Scripted faults, and what Stripe's own client makes of them (docs/stripe-facts.md, The client).
 */
final class FakeStripeFaultsIT extends FakeStripeFixture {

  @BeforeEach
  void account() {
    rawSum();
  }

  @Test
  void scripted429CarriesItsReason() throws Exception {
    stripe.onMeterEvent(new Fault.RateLimited("global-concurrency"), 2);

    assertThat(refusalOf(event("a:1", "5"))).isInstanceOf(RateLimitException.class);
    assertThat(post(form("a:1", "5")).headers().firstValue("Stripe-Rate-Limited-Reason"))
        .contains("global-concurrency");
    assertThat(stripe.acceptedEvents()).isEmpty();
  }

  @Test
  void scripted500StoresNoEvent() {
    stripe.onMeterEvent(new Fault.ServerError(), 1);

    StripeException refusal = refusalOf(event("a:1", "5"));

    assertThat(refusal).isExactlyInstanceOf(ApiException.class);
    assertThat(refusal.getStatusCode()).isEqualTo(500);
    assertThat(refusal.getStripeError().getType()).isEqualTo("api_error");
    assertThat(stripe.acceptedEvents()).isEmpty();
    assertThat(refusalOf(event("a:1", "5"))).isNull();
  }

  @Test
  void scripted500AfterProcessingHidesAStoredEvent() {
    stripe.onMeterEvent(new Fault.ServerErrorAfterProcessing(), 1);

    assertThat(refusalOf(event("a:1", "5")).getStatusCode()).isEqualTo(500);

    assertThat(stripe.total(METER)).isEqualByComparingTo("5");
    assertThat(refusalOf(event("a:1", "5"))).hasMessageContaining("already exists");
  }

  @Test
  void emptyAnswerBreaksStripesClient() {
    stripe.onMeterEvent(new Fault.EmptyAnswer(502), 1);

    assertThatThrownBy(() -> send(event("a:1", "5"))).isInstanceOf(NullPointerException.class);
    assertThat(stripe.acceptedEvents()).isEmpty();
  }

  @Test
  void htmlPageIsAnApiException() {
    stripe.onMeterEvent(new Fault.HtmlAnswer(503), 1);

    StripeException refusal = refusalOf(event("a:1", "5"));

    assertThat(refusal).isExactlyInstanceOf(ApiException.class);
    assertThat(refusal.getStatusCode()).isEqualTo(503);
    assertThat(stripe.acceptedEvents()).isEmpty();
  }

  @Test
  void hangingCallTimesOutAndStoresNoEvent() {
    stripe.onMeterEvent(new Fault.HangBeforeProcessing(), 1);

    assertThat(refusal(() -> impatient().v1().billing().meterEvents().create(event())))
        .isInstanceOf(ApiConnectionException.class);

    assertThat(stripe.acceptedEvents()).isEmpty();
    assertThat(refusalOf(event("a:1", "5"))).isNull();
  }

  @Test
  void callHangingAfterProcessingTimesOutAlthoughTheEventIsStored() {
    stripe.onMeterEvent(new Fault.HangAfterProcessing(), 1);

    assertThat(refusal(() -> impatient().v1().billing().meterEvents().create(event())))
        .isInstanceOf(ApiConnectionException.class);

    assertThat(stripe.total(METER)).isEqualByComparingTo("5");
    assertThat(refusalOf(event("a:1", "5"))).hasMessageContaining("already exists");
  }

  @Test
  void hangingCallEndsWithoutAnAnswerWhenReleased() throws Exception {
    var asked = new CountDownLatch(1);
    stripe.script(
        call -> {
          asked.countDown();
          return call.number() == 1 ? new Fault.HangAfterProcessing() : null;
        });
    CompletableFuture<HttpResponse<String>> hanging = postAsync(form("a:1", "5"));
    asked.await();

    stripe.releaseHeldCalls();

    assertThatThrownBy(hanging::join)
        .isInstanceOf(CompletionException.class)
        .hasCauseInstanceOf(IOException.class);
    assertThat(post(form("a:1", "5")).body()).contains("already exists");
  }

  @Test
  void hangingCallEndsWithoutAnAnswerWhenTheFakeIsClosed() throws Exception {
    var asked = new CountDownLatch(1);
    stripe.script(
        call -> {
          asked.countDown();
          return new Fault.HangBeforeProcessing();
        });
    CompletableFuture<HttpResponse<String>> hanging = postAsync(form("a:1", "5"));
    asked.await();

    stripe.close();

    assertThatThrownBy(hanging::join).hasCauseInstanceOf(IOException.class);
  }

  @Test
  void resetBeforeProcessingStoresNoEvent() throws Exception {
    stripe.onMeterEvent(new Fault.ResetBeforeProcessing(), 1);

    assertThatThrownBy(() -> post(form("a:1", "5"))).isInstanceOf(IOException.class);

    assertThat(stripe.acceptedEvents()).isEmpty();
    assertThat(stripe.unanswered()).isEqualTo(1);
    assertThat(post(form("a:1", "5")).statusCode()).isEqualTo(200);
  }

  @Test
  void resetAfterProcessingHidesAStoredEvent() throws Exception {
    stripe.onMeterEvent(new Fault.ResetAfterProcessing(), 1);

    assertThatThrownBy(() -> post(form("a:1", "5"))).isInstanceOf(IOException.class);

    assertThat(stripe.total(METER)).isEqualByComparingTo("5");
    assertThat(post(form("a:1", "5")).body()).contains("already exists");
  }

  @Test
  void defaultTransportSilentlyResendsAfterAReset() throws Exception {
    stripe.onMeterEvent(new Fault.ResetAfterProcessing(), 1);

    assertThat(send(event("a:1", "5")).getIdentifier()).isEqualTo("a:1");

    // Same Idempotency-Key: the second call got the stored answer of the first.
    assertThat(stripe.calls()).isEqualTo(2);
    assertThat(stripe.acceptedEvents()).hasSize(1);
  }

  @Test
  void resetTwiceReachesTheCallerOfTheDefaultTransport() {
    stripe.onMeterEvent(new Fault.ResetAfterProcessing(), 2);

    assertThat(refusalOf(event("a:1", "5"))).isInstanceOf(ApiConnectionException.class);
    assertThat(stripe.acceptedEvents()).hasSize(1);
  }

  @Test
  void eventRejectedLaterIsAnswered200AndNeverCounted() throws Exception {
    stripe.onMeterEvent(new Fault.RejectedLater("meter_event_customer_not_found"), 1);

    assertThat(send(event("a:1", "5")).getIdentifier()).isEqualTo("a:1");

    assertThat(stripe.total(METER)).isZero();
    assertThat(stripe.acceptedEvents()).isEmpty();
    assertThat(stripe.errorReports())
        .singleElement()
        .satisfies(
            report -> {
              assertThat(report.code()).isEqualTo("meter_event_customer_not_found");
              assertThat(report.identifier()).isEqualTo("a:1");
            });
  }

  @Test
  void faultsHappenAsOftenAsAskedAndInOrder() throws Exception {
    stripe.onMeterEvent(new Fault.ServerError(), 2);
    stripe.onMeterEvent(new Fault.HtmlAnswer(503), 1);

    assertThat(post(form("a:1", "5")).statusCode()).isEqualTo(500);
    assertThat(post(form("a:1", "5")).statusCode()).isEqualTo(500);
    assertThat(post(form("a:1", "5")).statusCode()).isEqualTo(503);
    assertThat(post(form("a:1", "5")).statusCode()).isEqualTo(200);
  }

  @Test
  void scriptDecidesByTheCall() throws Exception {
    stripe.script(call -> "a:2".equals(call.identifier()) ? new Fault.ServerError() : null);

    assertThat(post(form("a:1", "5")).statusCode()).isEqualTo(200);
    assertThat(post(form("a:2", "5")).statusCode()).isEqualTo(500);
    assertThat(post(form("a:3", "5")).statusCode()).isEqualTo(200);
  }

  @Test
  void fakeThatFailedSaysSoWhenClosed() {
    stripe.script(
        call -> {
          throw new IllegalArgumentException("a script's bug");
        });
    assertThatThrownBy(() -> post(form("a:1", "5"))).isInstanceOf(IOException.class);

    assertThatThrownBy(stripe::close)
        .isInstanceOf(IllegalStateException.class)
        .hasRootCauseMessage("a script's bug");
  }

  private static MeterEventCreateParams event() {
    return event("a:1", "5").build();
  }

  /** Gives up after a second: long enough for a busy machine to have processed the call. */
  private StripeClient impatient() {
    return StripeClient.builder()
        .setApiKey(KEY)
        .setApiBase(stripe.base().toString())
        .setReadTimeout(1_000)
        .build();
  }
}
