package io.sensormeter.stripe;

import static org.assertj.core.api.Assertions.assertThat;

import io.sensormeter.stripe.Answer.ConfigurationError;
import io.sensormeter.stripe.Answer.Delivered;
import io.sensormeter.stripe.Answer.NoAnswer;
import io.sensormeter.stripe.Answer.NoMeter;
import io.sensormeter.stripe.Answer.Refused;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What each answer means, byte for byte as it comes over the wire. */
final class MeterEventsIT extends StripeFixture {

  @Test
  void eventIsSentAsStripeDocumentsIt() throws Exception {
    try (RawServer server = RawServer.start(RawServer.answer(200, event(OURS)))) {
      assertThat(events(server).send(COPY)).isEqualTo(new Delivered("req_1", false));

      RawServer.Request request = server.requests().getFirst();
      assertThat(request.head()).startsWith("POST /v1/billing/meter_events HTTP/1.1\r\n");
      assertThat(request.header("Authorization")).isEqualTo("Bearer " + KEY);
      assertThat(request.header("Content-Type")).startsWith("application/x-www-form-urlencoded");
      assertThat(request.header("Stripe-Version")).isNotEmpty();
      assertThat(request.header("Idempotency-Key")).isNotEmpty();
      assertThat(request.header("X-Stripe-Client-Telemetry")).isEmpty();
      assertThat(request.header("Upgrade")).isEmpty();
      assertThat(URLDecoder.decode(request.body(), StandardCharsets.UTF_8).split("&"))
          .containsExactlyInAnyOrder(
              "event_name=active_sensors",
              "identifier=" + OURS,
              "timestamp=" + COPY.key().hour().start().getEpochSecond(),
              "payload[stripe_customer_id]=cus_1",
              "payload[value]=25");
    }
  }

  @Test
  void eachCallHasItsOwnIdempotencyKey() throws Exception {
    try (RawServer server = RawServer.start(RawServer.answer(200, event(OURS)))) {
      MeterEvents events = events(server);
      events.send(COPY);
      events.send(COPY);

      assertThat(server.requests())
          .extracting(request -> request.header("Idempotency-Key"))
          .doesNotHaveDuplicates();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "."})
  void duplicateOfOursIsDelivered(String end) throws Exception {
    assertThat(answerTo(400, error("An event already exists with identifier " + OURS + end)))
        .isEqualTo(new Delivered("req_1", true));
  }

  @Test
  void successMustNameOurIdentifier() throws Exception {
    assertThat(answerTo(200, event(OURS + ":r1")))
        .isEqualTo(new NoAnswer("HTTP 200 without our identifier", false, 200));
    assertThat(answerTo(200, "{\"object\":\"billing.meter_event\"}"))
        .isEqualTo(new NoAnswer("HTTP 200 without our identifier", false, 200));
  }

  @Test
  void eventTakenInTheOtherModeIsNoAcceptance() throws Exception {
    String live = event(OURS).replace("\"livemode\":false", "\"livemode\":true");

    assertThat(answerTo(200, live))
        .isEqualTo(
            new ConfigurationError(
                "Stripe took the event in mode live, but STRIPE_MODE and the key are of mode test;"
                    + " compare STRIPE_API_BASE and the account",
                200));
  }

  @Test
  void whereStripeDoesNotTellTheModeTheKeyHas() throws Exception {
    String silent = event(OURS).replace("\"livemode\":false,", "");

    assertThat(answerTo(200, silent)).isInstanceOf(Delivered.class);
  }

  @Test
  void refusalCarriesCodeMessageAndRequestId() throws Exception {
    String body =
        "{\"error\":{\"type\":\"invalid_request_error\",\"code\":\"resource_missing\",\"message\":\"No"
            + " such customer: 'cus_1'\",\"param\":\"payload[stripe_customer_id]\"}}";

    assertThat(answerTo(400, body))
        .isEqualTo(new Refused("resource_missing", "No such customer: 'cus_1'", "req_1"));
  }

  @Test
  void missingMeterIsToldFromARefusal() throws Exception {
    String noMeter = "No active meter found for event name 'active_sensors'.";

    assertThat(answerTo(400, error(noMeter))).isEqualTo(new NoMeter(noMeter));
  }

  @Test
  void missingPermissionIsAConfigurationError() throws Exception {
    assertThat(answerTo(403, error("Having the 'x' permission would allow this request.")))
        .isEqualTo(
            new ConfigurationError(
                "HTTP 403 Having the 'x' permission would allow this request.", 403));
    assertThat(answerTo(403, "")).isEqualTo(new ConfigurationError("HTTP 403 ", 403));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "200|``",
        "200|<html>fine</html>",
        "200|[]",
        "200|null",
        "200|{",
        "400|``",
        "400|<html>bad</html>",
        "400|{}",
        "400|{\"error\":null}",
        "400|{\"error\":{}}",
        "400|{\"error\":\"invalid_client\"}",
        "404|[]",
        "502|``",
        "502|<html>bad gateway</html>",
        "503|{}",
      })
  void whatIsNotStripesLastWordIsNoAnswer(int status, String body) throws Exception {
    assertThat(answerTo(status, body))
        .isInstanceOfSatisfying(
            NoAnswer.class,
            none -> {
              assertThat(none.rateLimited()).isFalse();
              assertThat(none.reason()).doesNotContain("html");
            });
  }

  @ParameterizedTest
  @ValueSource(ints = {302, 408, 409, 425, 500, 502, 503, 504})
  void errorThatMayPassIsNoAnswer(int status) throws Exception {
    String body = "{\"error\":{\"type\":\"api_error\",\"code\":\"some_code\",\"message\":\"No.\"}}";

    assertThat(answerTo(status, body)).isEqualTo(new NoAnswer("HTTP " + status, false, status));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {"``", "<html/>", "{\"error\":{\"type\":\"invalid_request_error\"}}"})
  void tooManyRequestsAreTold(String body) throws Exception {
    assertThat(answerTo(429, body)).isEqualTo(new NoAnswer("HTTP 429", true, 429));
  }

  @Test
  void errorWithUnforeseenShapeIsNoAnswer() throws Exception {
    assertThat(answerTo(400, "{\"error\":[\"" + KEY + "\"]}"))
        .isInstanceOfSatisfying(
            NoAnswer.class, none -> assertThat(none.reason()).doesNotContain(KEY));
  }

  @Test
  void nobodyListeningIsNoAnswer() throws Exception {
    RawServer server = RawServer.start(RawServer.answer(200, event(OURS)));
    MeterEvents events = events(server);
    server.close();

    assertThat(events.send(COPY))
        .isInstanceOfSatisfying(NoAnswer.class, none -> assertThat(none.statusCode()).isZero());
  }

  private Answer answerTo(int status, String body) throws Exception {
    try (RawServer server = RawServer.start(RawServer.answer(status, body))) {
      Answer answer = events(server).send(COPY);
      assertThat(server.requests()).hasSize(1);
      return answer;
    }
  }
}
