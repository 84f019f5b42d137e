package io.sensormeter.stripe;

import static org.assertj.core.api.Assertions.assertThat;

import io.sensormeter.config.StripeMode;
import io.sensormeter.meter.Outcome;
import io.sensormeter.meter.Sighting;
import io.sensormeter.stripe.Answer.NoAnswer;
import io.sensormeter.stripe.ReadAnswer.Found;
import io.sensormeter.stripe.ReadAnswer.Hindered;
import io.sensormeter.stripe.ReadAnswer.Missing;
import io.sensormeter.stripe.ReadAnswer.What;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What stands behind a notification, byte for byte as it comes over the wire. */
final class ErrorReportsIT extends StripeFixture {
  private static final Notification NOTIFICATION = new Notification("evt_1", "mtr_1", NOW);
  private static final String FROM = "2026-11-22T13:59:00Z";
  private static final String TO = "2026-11-22T13:59:10Z";

  @Test
  void everyNamedEventIsARefusalAndTheTimeIsDoubted() throws Exception {
    String event =
        report(
            """
            {"code":"meter_event_customer_not_found","error_count":9,"sample_errors":[
              {"error_message":"No such customer","request":{"identifier":"m:a:2026-11-22T13Z"}},
              {"error_message":"No such customer","request":{"id":"req_1","idempotency_key":"m:b:2026-11-22T13Z"}}]},
            {"code":"meter_event_invalid_value","error_count":1,"sample_errors":[
              {"error_message":"Bad","request":{"identifier":"other\\u0000"}},
              {"error_message":"Bad","request":{"identifier":"%s"}},
              {"error_message":"Bad","request":{}}]}
            """
                .formatted("x".repeat(101)));

    assertThat(answerTo(200, event))
        .isEqualTo(
            new Found<>(
                List.of(
                    refused("m:a:2026-11-22T13Z"),
                    refused("req_1"),
                    refused("m:b:2026-11-22T13Z"),
                    new Sighting.Doubted("mtr_1", Instant.parse(FROM), Instant.parse(TO)))));
  }

  @Test
  void eventIsAskedForById() throws Exception {
    try (RawServer server = RawServer.start(RawServer.answer(200, report("")))) {
      ErrorReports reports = new ErrorReports(calls(server, StripeMode.TEST, StripeCalls.TIMEOUT));
      assertThat(reports.read(NOTIFICATION)).isInstanceOf(Found.class);
      assertThat(server.requests().getFirst().head())
          .startsWith("GET /v2/core/events/evt_1 HTTP/1.1\r\n");

      reports.read(new Notification("../../v1/customers?limit=3", "mtr_1", NOW));
      assertThat(server.requests().getLast().head())
          .startsWith("GET /v2/core/events/..%2F..%2Fv1%2Fcustomers%3Flimit%3D3 HTTP/1.1\r\n");
    }
  }

  @Test
  void timeThatIsNotToldIsTheHourBefore() throws Exception {
    String event = report("").replace("validation_", "unknown_");

    assertThat(answerTo(200, event))
        .isEqualTo(
            new Found<>(List.of(new Sighting.Doubted("mtr_1", NOW.minusSeconds(3_600), NOW))));
  }

  @Test
  void longTextsAreCutAndTravelThroughSqs() throws Exception {
    String event =
        report(
            "{\"code\":\"c\",\"sample_errors\":[{\"error_message\":\"%s\uffff%s\",\"request\":{\"identifier\":\"a\"}}]}"
                .formatted("x".repeat(100), "y".repeat(200)));

    assertThat(answerTo(200, event))
        .isInstanceOfSatisfying(
            Found.class,
            found ->
                assertThat(((Sighting.Refused) ((List<?>) found.value()).getFirst()).message())
                    .hasSize(Outcome.MESSAGE_MAX)
                    .contains("x?y"));
  }

  @Test
  void eventThatIsGoneIsMissing() throws Exception {
    assertThat(answerTo(404, error("No such event: 'evt_1'")))
        .isEqualTo(new Missing<>(What.EVENT, "No such event: 'evt_1'"));
    assertThat(answerTo(404, error("Object not found.")))
        .isEqualTo(new Missing<>(What.EVENT, "Object not found."));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "<html/>",
        "null",
        "[]",
        "{}",
        "{\"id\":\"evt_2\",\"data\":{\"reason\":{\"error_types\":[]}}}",
        "{\"id\":\"evt_1\"}",
        "{\"id\":\"evt_1\",\"data\":{\"reason\":{\"error_types\":{}}}}"
      })
  void whatIsNoReportIsNoAnswer(String body) throws Exception {
    assertThat(answerTo(200, body))
        .isInstanceOfSatisfying(
            Hindered.class, hindered -> assertThat(hindered.why()).isInstanceOf(NoAnswer.class));
  }

  @ParameterizedTest
  @ValueSource(ints = {409, 500, 503})
  void errorThatMayPassIsNoAnswer(int status) throws Exception {
    assertThat(answerTo(status, error("Not now.")))
        .isEqualTo(new Hindered<>(new NoAnswer("HTTP " + status, false, status)));
  }

  private static Sighting refused(String identifier) {
    return new Sighting.Refused(
        identifier, "meter_event_customer_not_found", "No such customer", NOW);
  }

  private static String report(String errorTypes) {
    return """
    {"id":"evt_1","object":"v2.core.event","type":"v1.billing.meter.error_report_triggered",\
    "data":{"validation_start":"%s","validation_end":"%s","reason":{"error_types":[%s]}}}\
    """
        .formatted(FROM, TO, errorTypes);
  }

  private ReadAnswer<List<Sighting>> answerTo(int status, String body) throws Exception {
    try (RawServer server = RawServer.start(RawServer.answer(status, body))) {
      return new ErrorReports(calls(server, StripeMode.TEST, StripeCalls.TIMEOUT))
          .read(NOTIFICATION);
    }
  }
}
