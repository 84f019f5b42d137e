package io.sensormeter.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.sensormeter.meter.Copy;
import io.sensormeter.meter.Hour;
import io.sensormeter.meter.Identifier;
import io.sensormeter.meter.MeterKind;
import io.sensormeter.meter.ReportKey;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

final class CopyFormatTest {
  /** As published today. Messages of it may be in a queue while a release is being replaced. */
  private static final String BODY =
      """
      {"v":1,"hour":"2026-11-22T14Z","meter":"active_sensors","organization":"org \\"é\\"",\
      "revision":2,"kind":"sum-hourly","value":25,"customer":"cus_1",\
      "identifier":"active_sensors:org:2026-11-22T14Z:r2","sendBefore":"2026-11-22T15:50:00.123456Z",\
      "capturedAt":"2026-11-22T14:00:03Z"}\
      """;

  private static final Copy COPY =
      new Copy(
          new ReportKey(Hour.parse("2026-11-22T14Z"), "active_sensors", "org \"é\"", 2),
          MeterKind.SUM_HOURLY,
          Hour.parse("2026-11-22T14Z"),
          25,
          "cus_1",
          new Identifier("active_sensors:org:2026-11-22T14Z:r2"),
          Instant.parse("2026-11-22T14:00:03Z"),
          Instant.parse("2026-11-22T15:50:00.123456Z"));

  @Test
  void bodyIsGolden() throws Exception {
    assertThat(CopyFormat.encode(COPY)).isEqualTo(BODY);
    assertThat(CopyFormat.decode(BODY)).isEqualTo(COPY);
  }

  @ParameterizedTest
  @EnumSource
  void everyKindTravels(MeterKind kind) throws Exception {
    Copy copy =
        new Copy(
            COPY.key(),
            kind,
            COPY.eventHour(),
            Copy.VALUE_MAX,
            COPY.stripeCustomerId(),
            COPY.identifier(),
            COPY.capturedAt(),
            COPY.sendBefore());

    assertThat(CopyFormat.decode(CopyFormat.encode(copy))).isEqualTo(copy);
  }

  @Test
  void identifierIsTakenAsItCameAndNeverComputedAgain() throws Exception {
    String body = BODY.replace("active_sensors:org:2026-11-22T14Z:r2", "frozen-at-capture");

    assertThat(CopyFormat.decode(body).identifier().value()).isEqualTo("frozen-at-capture");
  }

  /** A reader of version 1 alone would stamp it with the hour of its tick. */
  @Test
  void copyOfAFlowIsAVersionOfItsOwn() throws Exception {
    Copy flow =
        new Copy(
            COPY.key(),
            MeterKind.SUM,
            COPY.key().hour().minusHours(1),
            25,
            COPY.stripeCustomerId(),
            COPY.identifier(),
            COPY.capturedAt(),
            COPY.sendBefore());
    String body =
        BODY.replace("\"v\":1", "\"v\":2")
            .replace("sum-hourly", "sum")
            .replace("03Z\"}", "03Z\",\"eventHour\":\"2026-11-22T13Z\"}");

    assertThat(CopyFormat.encode(flow)).isEqualTo(body);
    assertThat(CopyFormat.decode(body)).isEqualTo(flow);
    assertThatExceptionOfType(UnreadableMessage.class)
        .isThrownBy(() -> CopyFormat.decode(BODY.replace("\"v\":1", "\"v\":2")))
        .withMessage("field 'eventHour' is missing: version 2 needs it");
  }

  /** Messages of it are in the queue while the next one is deployed. */
  @Test
  void copyOfTheReleaseBeforeIsRead() throws Exception {
    String before = BODY.replace(",\"capturedAt\":\"2026-11-22T14:00:03Z\"", "");

    assertThat(before).isNotEqualTo(BODY);
    assertThat(CopyFormat.decode(before).capturedAt()).isEqualTo(COPY.key().hour().start());
  }

  @Test
  void fieldOfALaterReleaseIsIgnored() throws Exception {
    assertThat(CopyFormat.decode(BODY.replace("{\"v\":1,", "{\"v\":1,\"new\":[{}],")))
        .isEqualTo(COPY);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"v\":1|\"v\":3|version 3 is unknown; this release reads 1 and 2",
        "\"v\":1|\"v\":\"1\"|version \"1\" is unknown; this release reads 1 and 2",
        "\"v\":1,||version  is unknown; this release reads 1 and 2",
        "\"value\":25|\"value\":25.0|field 'value'",
        "\"value\":25|\"value\":\"25\"|field 'value'",
        "\"value\":25|\"value\":-1|value -1 of active_sensors:org:2026-11-22T14Z:r2 is not 0 to",
        "\"value\":25|\"value\":1000000000000000|is not 0 to 999999999999999",
        "\"value\":25|\"value\":99999999999999999999|field 'value'",
        "\"revision\":2|\"revision\":2147483648|field 'revision'",
        "\"value\":25,||field 'value'",
        "\"customer\":\"cus_1\"|\"customer\":7|field 'customer'",
        "\"customer\":\"cus_1\",||field 'customer'",
        "\"revision\":2,||field 'revision'",
        "\"revision\":2|\"revision\":-1|revision -1 is negative",
        "\"customer\":\"cus_1\"|\"customer\":\" \"|the Stripe customer of",
        "\"customer\":\"cus_1\"|\"customer\":null|a field is null",
        "\"kind\":\"sum-hourly\"|\"kind\":\"max\"|'max' is no meter kind",
        "14Z\",\"meter\"|14:30:00Z\",\"meter\"|is not a full hour",
        "15:50:00.123456Z|15:50|field 'sendBefore' is no instant: 2026-11-22T15:50",
        "\"meter\":\"active_sensors\"|\"meter\":\"Active\"|meter 'Active' does not match",
        "\"v\":1,|\"v\":1,\"v\":1,|not a JSON object",
        "03Z\"}|03Z\"} {}|not a JSON object",
      })
  void whatIsWrongIsNamed(String original, String replacement, String message) {
    String body = BODY.replace(original, replacement == null ? "" : replacement);

    assertThat(body).isNotEqualTo(BODY);
    assertThatExceptionOfType(UnreadableMessage.class)
        .isThrownBy(() -> CopyFormat.decode(body))
        .withMessageContaining(message);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "hello", "[]", "null", "1", "{", "{}"})
  void whatIsNoObjectIsUnreadable(String body) {
    assertThatExceptionOfType(UnreadableMessage.class).isThrownBy(() -> CopyFormat.decode(body));
  }

  @Test
  void messageWithoutBodyIsUnreadable() {
    assertThatExceptionOfType(UnreadableMessage.class)
        .isThrownBy(() -> CopyFormat.decode(null))
        .withMessage("the message has no body");
  }
}
