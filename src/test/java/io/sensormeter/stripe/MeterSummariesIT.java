package io.sensormeter.stripe;

import static org.assertj.core.api.Assertions.assertThat;

import io.sensormeter.config.StripeMode;
import io.sensormeter.local.Services;
import io.sensormeter.meter.Hour;
import io.sensormeter.meter.Question;
import io.sensormeter.stripe.Answer.ConfigurationError;
import io.sensormeter.stripe.Answer.NoAnswer;
import io.sensormeter.stripe.ReadAnswer.Found;
import io.sensormeter.stripe.ReadAnswer.Hindered;
import io.sensormeter.stripe.ReadAnswer.Missing;
import io.sensormeter.stripe.ReadAnswer.What;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What each answer to a read of summaries means, byte for byte as it comes over the wire. */
final class MeterSummariesIT extends StripeFixture {
  private static final Hour FROM = Hour.parse("2026-11-22T12Z");
  private static final long START = FROM.start().getEpochSecond();
  private static final Question.Usage ASKED =
      new Question.Usage(
          "active_sensors", "mtr_1", "org", "cus_1", FROM, FROM.plusHours(2), NOW.plusSeconds(60));
  private static final String METER = "{\"id\":\"mtr_1\",\"object\":\"billing.meter\"}";
  private static final String NO_CUSTOMER =
      "{\"error\":{\"type\":\"invalid_request_error\",\"message\":\"No such customer: 'cus_1'\"}}";

  @Test
  void readIsAskedForAsStripeDocumentsIt() throws Exception {
    try (RawServer server = RawServer.start(RawServer.answer(200, page(row(START, "25"))))) {
      assertThat(summaries(server).read(ASKED, () -> true))
          .isEqualTo(new Found<>(Map.of(FROM, new BigDecimal("25"))));

      RawServer.Request request = server.requests().getFirst();
      assertThat(request.head())
          .startsWith("GET /v1/billing/meters/mtr_1/event_summaries?")
          .contains(
              "customer=cus_1",
              "start_time=" + START,
              "end_time=" + (START + 7200),
              "value_grouping_window=hour",
              "limit=100");
      assertThat(request.header("Authorization")).isEqualTo("Bearer " + KEY);
    }
  }

  @Test
  void nextPageGoesOnAfterTheLastRowAndTakesATurn() throws Exception {
    AtomicInteger turns = new AtomicInteger();
    try (RawServer server =
        RawServer.start(
            call ->
                call.answer(
                    200,
                    call.request().head().contains("starting_after=row_" + START)
                        ? page(row(START + 3600, "26"))
                        : page(row(START, "25")).replace("false", "true")))) {
      assertThat(summaries(server).read(ASKED, () -> turns.incrementAndGet() > 0))
          .isEqualTo(
              new Found<>(
                  Map.of(FROM, new BigDecimal("25"), FROM.plusHours(1), new BigDecimal("26"))));
      assertThat(turns).hasValue(1);

      assertThat(summaries(server).read(ASKED, () -> false))
          .isEqualTo(new Hindered<>(new NoAnswer("no time was left for the next page", false, 0)));
    }
  }

  @Test
  void endlessListIsNoAnswer() throws Exception {
    try (RawServer server =
        RawServer.start(RawServer.answer(200, page(row(START, "25")).replace("false", "true")))) {
      assertThat(summaries(server).read(ASKED, () -> true))
          .isEqualTo(new Hindered<>(new NoAnswer("a list of more than 50 pages", false, 0)));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "<html>fine</html>",
        "[]",
        "null",
        "{}",
        "{\"data\":null}",
        "{\"data\":[null]}",
        "{\"data\":[{}]}",
        "{\"data\":[],\"has_more\":true}",
        "{\"data\":[{\"id\":\"a\",\"start_time\":1795348800,\"end_time\":1795352400}]}",
        "{\"data\":[{\"id\":\"a\",\"start_time\":1795348800,\"end_time\":1795352400,\"aggregated_value\":\"many\"}]}",
        "{\"data\":[{\"id\":\"a\",\"start_time\":1795348800,\"end_time\":1795352400,\"aggregated_value\":1e999999}]}",
        "{\"data\":[{\"id\":\"a\",\"start_time\":1795348800,\"end_time\":1795356000,\"aggregated_value\":1}]}",
        "{\"data\":[{\"id\":\"a\",\"start_time\":1795348860,\"end_time\":1795352460,\"aggregated_value\":1}]}",
        "{\"data\":[{\"id\":\"a\",\"start_time\":1795345200,\"end_time\":1795348800,\"aggregated_value\":1}]}",
        "{\"data\":[{\"id\":\"a\",\"start_time\":1795356000,\"end_time\":1795359600,\"aggregated_value\":1}]}",
        "{\"data\":[{\"id\":\"a\",\"meter\":\"mtr_2\",\"start_time\":1795348800,\"end_time\":1795352400,\"aggregated_value\":1}]}"
      })
  void successThatIsNotWhatWasAskedForIsNoAnswer(String body) throws Exception {
    assertThat(START).isEqualTo(1_795_348_800L);
    try (RawServer server = RawServer.start(RawServer.answer(200, body))) {
      assertThat(summaries(server).read(ASKED, () -> true))
          .isInstanceOfSatisfying(
              Hindered.class,
              hindered ->
                  assertThat(hindered.why())
                      .isInstanceOfSatisfying(
                          NoAnswer.class, none -> assertThat(none.rateLimited()).isFalse()));
    }
  }

  @Test
  void anHourThatComesTwiceIsNoAnswer() throws Exception {
    try (RawServer server =
        RawServer.start(RawServer.answer(200, page(row(START, "25") + "," + row(START, "26"))))) {
      assertThat(summaries(server).read(ASKED, () -> true))
          .isEqualTo(new Hindered<>(new NoAnswer("unreadable: an hour came twice", false, 0)));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          400 | ``               | ``       | No such customer: 'cus_1'      | CUSTOMER
          404 | resource_missing | customer | No such customer: 'cus_1'      | CUSTOMER
          404 | resource_missing | customer | Nobody of that name.           | CUSTOMER
          404 | resource_missing | meter    | No such meter: 'mtr_1'         | METER
          404 | resource_missing | id       | No such billing meter: 'mtr_1' | METER
          400 | ``               | ``       | No such meter: 'mtr_1'         | METER
          404 | resource_missing | id       | No such object: 'cus_1'        | ``
          404 | ``               | ``       | Unrecognized request URL       | ``
          400 | resource_missing | ``       | Something is not there.        | ``
          400 | parameter_unknown | customer | Received unknown parameter    | ``
          402 | resource_missing | customer | No such customer: 'cus_1'      | ``
          422 | ``               | ``       | No such customer: 'cus_1'      | ``
          409 | resource_missing | customer | No such customer: 'cus_1'      | ``
          """)
  void onlyWhatIsClearlyMissingIsMissing(
      int status, String code, String param, String message, String missing) throws Exception {
    String body =
        "{\"error\":{\"type\":\"invalid_request_error\",\"code\":\"%s\",\"param\":\"%s\",\"message\":\"%s\"}}"
            .formatted(code, param, message);
    try (RawServer server =
        RawServer.start(
            call ->
                call.answer(
                    call.request().head().contains("event_summaries") ? status : 200,
                    call.request().head().contains("event_summaries") ? body : METER))) {
      ReadAnswer<Map<Hour, BigDecimal>> answer = summaries(server).read(ASKED, () -> true);
      if (missing.isEmpty()) {
        assertThat(answer).isInstanceOf(Hindered.class);
      } else {
        assertThat(answer).isEqualTo(new Missing<>(What.valueOf(missing), message));
      }
    }
  }

  @Test
  void nobodyIsGoneInAnAccountThatDoesNotHaveTheMeter() throws Exception {
    try (RawServer server =
        RawServer.start(
            call ->
                call.answer(
                    404,
                    call.request().head().contains("event_summaries")
                        ? NO_CUSTOMER
                        : error("No such billing meter: 'mtr_1'")))) {
      assertThat(summaries(server).read(ASKED, () -> true))
          .isEqualTo(new Missing<>(What.METER, "No such billing meter: 'mtr_1'"));
      assertThat(summaries(server).read(ASKED, () -> false))
          .isEqualTo(new Hindered<>(new NoAnswer("no time was left to read the meter", false, 0)));
    }
  }

  @Test
  void meterThatWasSeenIsNotReadAgain() throws Exception {
    AtomicInteger reads = new AtomicInteger();
    try (RawServer server =
        RawServer.start(
            call -> {
              boolean first = reads.incrementAndGet() == 1;
              call.answer(first ? 200 : 404, first ? page("") : NO_CUSTOMER);
            })) {
      MeterSummaries summaries = summaries(server);
      assertThat(summaries.read(ASKED, () -> true)).isEqualTo(new Found<>(Map.of()));
      assertThat(summaries.read(ASKED, () -> false)).isInstanceOf(Missing.class);
      assertThat(reads).hasValue(2);
    }
  }

  @Test
  void tooManyRequestsAndMissingPermissionAreTold() throws Exception {
    try (RawServer server = RawServer.start(RawServer.answer(429, error("Too many.")))) {
      assertThat(summaries(server).read(ASKED, () -> true))
          .isEqualTo(new Hindered<>(new NoAnswer("HTTP 429", true, 429)));
    }
    String permission = "Having the 'billing_meter_event_read' permission would allow this.";
    try (RawServer server = RawServer.start(RawServer.answer(403, error(permission)))) {
      assertThat(summaries(server).read(ASKED, () -> true))
          .isEqualTo(new Hindered<>(new ConfigurationError("HTTP 403 " + permission, 403)));
    }
  }

  @Test
  void rotatedKeyIsReadAgainOnce() throws Exception {
    try (RawServer server =
        RawServer.start(
            call -> {
              boolean second = call.request().header("Authorization").endsWith("rk_test_second");
              call.answer(second ? 200 : 401, second ? page("") : error("Invalid API Key"));
            })) {
      StripeCalls calls = calls(server, StripeMode.TEST, StripeCalls.TIMEOUT);
      calls.requireKey();
      Services.secrets().put(arn, "rk_test_second");

      assertThat(new MeterSummaries(calls).read(ASKED, () -> true))
          .isEqualTo(new Found<>(Map.of()));
      assertThat(server.requests()).hasSize(2);
      assertThat(secretReads()).isEqualTo(2);
    }
  }

  @Test
  void silenceEndsAtTheBound() throws Exception {
    try (RawServer server = RawServer.start(RawServer.Call::hang)) {
      StripeCalls calls = calls(server, StripeMode.TEST, Duration.ofMillis(200));

      assertThat(new MeterSummaries(calls).read(ASKED, () -> true))
          .isEqualTo(new Hindered<>(new NoAnswer("no complete answer in time", false, 0)));
      assertThat(server.lostConnection()).succeedsWithin(SOON);
    }
  }

  private MeterSummaries summaries(RawServer server) {
    return new MeterSummaries(calls(server, StripeMode.TEST, StripeCalls.TIMEOUT));
  }

  private static String page(String rows) {
    return "{\"object\":\"list\",\"url\":\"/\",\"has_more\":false,\"data\":[" + rows + "]}";
  }

  private static String row(long start, String value) {
    return "{\"id\":\"row_%d\",\"object\":\"billing.meter_event_summary\",\"aggregated_value\":%s,\"start_time\":%d,\"end_time\":%d,\"meter\":\"mtr_1\"}"
        .formatted(start, value, start, start + 3600);
  }
}
