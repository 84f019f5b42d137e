package io.sensormeter.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.sensormeter.meter.Hour;
import io.sensormeter.meter.Question;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class QuestionFormatTest {
  private static final Instant ASK_BEFORE = Instant.parse("2026-11-22T15:00:00Z");
  private static final Question.Usage USAGE =
      new Question.Usage(
          "active_sensors",
          "mtr_1",
          "örg \"1\"",
          "cus_1",
          Hour.parse("2026-11-21T14Z"),
          Hour.parse("2026-11-22T14Z"),
          ASK_BEFORE);
  private static final String USAGE_BODY =
      """
      {"v":1,"usage":{"meter":"active_sensors","stripeMeterId":"mtr_1","organization":"örg \\"1\\"",\
      "customer":"cus_1","from":"2026-11-21T14Z","to":"2026-11-22T14Z"},\
      "askBefore":"2026-11-22T15:00:00Z"}\
      """;
  private static final String METERS_BODY =
      """
      {"v":1,"meters":["active_sensors","readings"],"askBefore":"2026-11-22T15:00:00Z"}\
      """;

  @Test
  void usageIsAskedForAsEver() throws UnreadableMessage {
    assertThat(QuestionFormat.encode(USAGE)).isEqualTo(USAGE_BODY);
    assertThat(QuestionFormat.decode(USAGE_BODY)).isEqualTo(USAGE);
  }

  @Test
  void metersAreAskedForAsEver() throws UnreadableMessage {
    Question meters = new Question.OfMeters(List.of("active_sensors", "readings"), ASK_BEFORE);
    assertThat(QuestionFormat.encode(meters)).isEqualTo(METERS_BODY);
    assertThat(QuestionFormat.decode(METERS_BODY)).isEqualTo(meters);
  }

  @Test
  void fieldsOfALaterReleaseAreIgnored() throws UnreadableMessage {
    assertThat(QuestionFormat.decode(USAGE_BODY.replace("{\"v\":1,", "{\"v\":1,\"why\":\"slot\",")))
        .isEqualTo(USAGE);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          "v":1                        | "v":2                         | version 2 is unknown
          "v":1                        | "v":"1"                       | version "1" is unknown
          "meter":"active_sensors"     | "meter":"Active"              | does not match
          "meter":"active_sensors"     | "meter":7                     | field 'usage.meter'
          "customer":"cus_1"           | "customer":"cus 1"            | is no Stripe customer
          "customer":"cus_1"           | "customer":null               | a field is null
          "customer":"cus_1",          | ``                            | field 'usage.customer'
          "stripeMeterId":"mtr_1"      | "stripeMeterId":"../mtr_1 "   | is no id of a Stripe meter
          "from":"2026-11-21T14Z"      | "from":"2026-11-22T14Z"       | are 0 hours, not 1 to 96
          "from":"2026-11-21T14Z"      | "from":"2026-11-18T13Z"       | are 97 hours, not 1 to 96
          "from":"2026-11-21T14Z"      | "from":"2026-11-21T14:30:00Z" | is not a full hour
          "askBefore":"2026-11-22T15:00:00Z" | "askBefore":"soon"      | field 'askBefore' is no instant
          "usage":{                    | "other":{                     | asks neither for 'usage' nor for 'meters'
          """)
  void whatIsNoQuestionIsUnreadable(String from, String to, String reason) {
    String body = USAGE_BODY.replace(from, to == null ? "" : to);
    assertThat(body).isNotEqualTo(USAGE_BODY);
    assertThatExceptionOfType(UnreadableMessage.class)
        .isThrownBy(() -> QuestionFormat.decode(body))
        .withMessageContaining(reason);
  }

  @Test
  void noMeterIsNoQuestion() {
    assertThatExceptionOfType(UnreadableMessage.class)
        .isThrownBy(
            () ->
                QuestionFormat.decode(
                    METERS_BODY.replace("[\"active_sensors\",\"readings\"]", "[]")))
        .withMessage("no meter is asked about");
    assertThatExceptionOfType(UnreadableMessage.class)
        .isThrownBy(() -> QuestionFormat.decode(null));
  }
}
