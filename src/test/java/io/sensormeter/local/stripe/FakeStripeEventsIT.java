package io.sensormeter.local.stripe;

import static org.assertj.core.api.Assertions.assertThat;

import com.stripe.exception.ApiException;
import com.stripe.exception.InvalidRequestException;
import com.stripe.exception.StripeException;
import com.stripe.model.billing.MeterEvent;
import java.math.BigDecimal;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** docs/stripe-facts.md, Meter events: what one event must look like to be taken. */
final class FakeStripeEventsIT extends FakeStripeFixture {

  @Test
  void eventIsAcceptedAndEchoed() throws Exception {
    hourlySum();

    MeterEvent created = send(event("a:1", "25", NOW.minusSeconds(60)));

    assertThat(created.getIdentifier()).isEqualTo("a:1");
    assertThat(created.getEventName()).isEqualTo(METER);
    assertThat(created.getTimestamp()).isEqualTo(NOW.minusSeconds(60).getEpochSecond());
    assertThat(created.getPayload()).containsEntry("value", "25");
    assertThat(created.getLivemode()).isFalse();
    assertThat(stripe.acceptedEvents())
        .containsExactly(
            new ReceivedEvent(
                "a:1", METER, CUSTOMER, new BigDecimal("25"), NOW.minusSeconds(60), NOW));
  }

  @Test
  void timestampDefaultsToNow() throws Exception {
    hourlySum();

    assertThat(send(event("a:1", "25")).getTimestamp()).isEqualTo(NOW.getEpochSecond());
  }

  @Test
  void identifierIsGeneratedWhenAbsent() throws Exception {
    rawSum();
    String form = form("", "1").replace("&identifier=", "");

    assertThat(post(form).statusCode()).isEqualTo(200);
    assertThat(post(form).statusCode()).isEqualTo(200);

    assertThat(stripe.acceptedEvents())
        .extracting(ReceivedEvent::identifier)
        .doesNotHaveDuplicates()
        .hasSize(2);
  }

  @Test
  void formIsDecoded() throws Exception {
    hourlySum();

    send(event("a b:1+%&=é", "25"));

    assertThat(stripe.acceptedEvents().getFirst().identifier()).isEqualTo("a b:1+%&=é");
  }

  @Test
  void jsonBodyIsRefused() throws Exception {
    hourlySum();

    HttpResponse<String> answer =
        http.send(
            posting("{}").setHeader("Content-Type", "application/json").build(),
            HttpResponse.BodyHandlers.ofString());

    assertThat(answer.statusCode()).isEqualTo(400);
  }

  @Test
  void eventNameIsRequired() throws Exception {
    HttpResponse<String> answer = post("identifier=a:1&payload[value]=1");

    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body()).contains("Missing required param: event_name.");
  }

  @Test
  void payloadIsRequired() throws Exception {
    hourlySum();

    HttpResponse<String> answer = post("event_name=" + METER);

    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body()).contains("Missing required param: payload.");
  }

  @Test
  void unknownParameterIsRefused() {
    hourlySum();

    StripeException refusal = refusalOf(event("a:1", "1").putExtraParam("customer", "x"));

    assertThat(refusal.getStatusCode()).isEqualTo(400);
    assertThat(refusal.getStripeError().getMessage())
        .isEqualTo("Received unknown parameter: customer");
    assertThat(refusal.getCode()).isEqualTo("parameter_unknown");
    assertThat(stripe.acceptedEvents()).isEmpty();
  }

  @Test
  void everyUnknownParameterIsNamed() throws Exception {
    assertThat(post("event_name=x&foo=1&bar[a]=2").body())
        .contains("Received unknown parameters: foo, bar[a]");
  }

  @Test
  void eventNameHasAtMost100Characters() {
    stripe.addCustomer(CUSTOMER);
    stripe.addMeter("m".repeat(100), Formula.SUM, null);
    stripe.addMeter("m".repeat(101), Formula.SUM, null);

    assertThat(refusalOf(event("a:1", "1").setEventName("m".repeat(100)))).isNull();
    assertThat(refusalOf(event("a:2", "1").setEventName("m".repeat(101))))
        .hasMessageContaining("at most 100 characters");
  }

  @Test
  void identifierHasAtMost100Characters() {
    hourlySum();

    assertThat(refusalOf(event("i".repeat(100), "1"))).isNull();
    assertThat(refusalOf(event("i".repeat(101), "1")))
        .hasMessageContaining("at most 100 characters");
  }

  @Test
  void timestampIsInSeconds() throws Exception {
    hourlySum();

    assertThat(post(form("a:1", "1") + "&timestamp=2026-11-22T14:00:00Z").body())
        .contains("Invalid integer: 2026-11-22T14:00:00Z");
    assertThat(refusalOf(event("a:2", "1").setTimestamp(NOW.toEpochMilli()))).isNotNull();
  }

  @Test
  void timestampIsAtMost35DaysBack() {
    hourlySum();

    assertThat(refusalOf(event("a:1", "1", NOW.minus(Duration.ofDays(35))))).isNull();
    StripeException refusal =
        refusalOf(event("a:2", "1", NOW.minus(Duration.ofDays(35)).minusSeconds(1)));
    assertThat(refusal.getStatusCode()).isEqualTo(400);
    assertThat(refusal.getStripeError().getMessage())
        .startsWith("The event timestamp cannot be more than 35 days in past.");
  }

  @Test
  void timestampIsAtMost5MinutesAhead() {
    hourlySum();

    assertThat(refusalOf(event("a:1", "1", NOW.plus(Duration.ofMinutes(5))))).isNull();
    assertThat(refusalOf(event("a:2", "1", NOW.plus(Duration.ofMinutes(5)).plusSeconds(1))))
        .hasMessageContaining("5 minutes in future");
  }

  @Test
  void unknownEventNameIsRefused() {
    stripe.addCustomer(CUSTOMER);

    StripeException refusal = refusalOf(event("a:1", "1"));

    assertThat(refusal).isInstanceOf(InvalidRequestException.class);
    assertThat(refusal.getStatusCode()).isEqualTo(400);
    assertThat(refusal.getStripeError().getMessage())
        .isEqualTo("No active meter found for event name \"active_sensors\".");
  }

  @Test
  void inactiveMeterTakesNoEventsUntilReactivated() {
    FakeMeter meter = hourlySum();
    meter.deactivate();

    assertThat(refusalOf(event("a:1", "1")).getStripeError().getMessage())
        .isEqualTo("No active meter found for event name \"active_sensors\".");

    meter.reactivate();
    assertThat(refusalOf(event("a:1", "1"))).isNull();
  }

  @Test
  void everyAnswerHasItsOwnRequestId() throws Exception {
    hourlySum();
    String accepted = send(event("a:1", "1")).getLastResponse().requestId();
    String duplicate = refusalOf(event("a:1", "1")).getRequestId();

    assertThat(accepted).startsWith("req_");
    assertThat(duplicate).startsWith("req_").isNotEqualTo(accepted);
  }

  @Test
  void otherPathsAreNotServed() {
    StripeException refusal = refusal(() -> client.v1().balance().retrieve());

    assertThat(refusal).isInstanceOfAny(InvalidRequestException.class, ApiException.class);
    assertThat(refusal.getStatusCode()).isEqualTo(404);
  }
}
