package io.sensormeter.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.sensormeter.meter.Hour;
import io.sensormeter.meter.MeterRefusal;
import io.sensormeter.meter.Outcome;
import io.sensormeter.meter.ReportKey;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class OutcomeFormatTest {
  private static final String KEY =
      "\"hour\":\"2026-11-22T14Z\",\"meter\":\"m\",\"organization\":\"a\",\"revision\":0";
  private static final ReportKey REPORT = new ReportKey(Hour.parse("2026-11-22T14Z"), "m", "a", 0);
  private static final Instant AT = Instant.parse("2026-11-22T14:00:03Z");

  /** As sent today. Messages of it may be in a queue while a release is being replaced. */
  private static final String BODY =
      """
      {"v":1,"outcomes":[\
      {KEY,"at":"2026-11-22T14:00:03Z","requestId":"req_1","outcome":"accepted"},\
      {KEY,"at":"2026-11-22T14:00:03Z","outcome":"duplicate"},\
      {KEY,"at":"2026-11-22T14:00:03Z","requestId":"req_3","outcome":"zero_refused","message":"No."},\
      {KEY,"at":"2026-11-22T14:00:03Z","requestId":"req_4","outcome":"rejected",\
      "code":"resource_missing","message":"No such customer: 'cus_1'"}]}\
      """
          .replace("KEY", KEY);

  private static final List<Outcome> OUTCOMES =
      List.of(
          new Outcome.Accepted(REPORT, AT, "req_1", false),
          new Outcome.Accepted(REPORT, AT, null, true),
          new Outcome.ZeroRefused(REPORT, AT, "req_3", "No."),
          new Outcome.Rejected(
              REPORT, AT, "req_4", "resource_missing", "No such customer: 'cus_1'"));

  private static final OutcomeMessage MESSAGE = new OutcomeMessage(OUTCOMES, List.of());

  /** Behind the outcomes, where a recorder that knows of none does not look. */
  private static final String REFUSED_METERS =
      """
      ,"refusedMeters":[{"meter":"m","at":"2026-11-22T14:00:03Z","message":"No active meter found."}]}\
      """;

  private static final List<MeterRefusal> REFUSALS =
      List.of(new MeterRefusal("m", AT, "No active meter found."));

  @Test
  void bodyIsGolden() throws Exception {
    assertThat(OutcomeFormat.encode(MESSAGE)).isEqualTo(BODY);
    assertThat(OutcomeFormat.decode(BODY)).isEqualTo(MESSAGE);
  }

  @Test
  void bodyWithRefusedMetersIsGolden() throws Exception {
    OutcomeMessage message = new OutcomeMessage(OUTCOMES, REFUSALS);
    String body = BODY.substring(0, BODY.length() - 1) + REFUSED_METERS;

    assertThat(OutcomeFormat.encode(message)).isEqualTo(body);
    assertThat(OutcomeFormat.decode(body)).isEqualTo(message);
  }

  @Test
  void metersMayBeRefusedWithoutAnyOutcome() throws Exception {
    OutcomeMessage message = new OutcomeMessage(List.of(), REFUSALS);
    String body = "{\"v\":1,\"outcomes\":[]" + REFUSED_METERS;

    assertThat(OutcomeFormat.encode(message)).isEqualTo(body);
    assertThat(OutcomeFormat.decode(body)).isEqualTo(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"meter\":\"m\"|\"meter\":\"M\"|meter 'M' does not match",
        "\"meter\":\"m\",||field 'refusedMeters.0.meter'",
        "14:00:03Z|14:00|field 'at' is no instant",
        "\"message\":|\"text\":|field 'refusedMeters.0.message'",
        "[{|[1,{|field 'refusedMeters.0'",
      })
  void oneBadRefusalMakesTheMessageUnreadable(String original, String replacement, String message) {
    String refusals = REFUSED_METERS.replace(original, replacement == null ? "" : replacement);

    assertThat(refusals).isNotEqualTo(REFUSED_METERS);
    assertThatExceptionOfType(UnreadableMessage.class)
        .isThrownBy(() -> OutcomeFormat.decode("{\"v\":1,\"outcomes\":[]" + refusals))
        .withMessageContaining(message);
  }

  @Test
  void fieldOfALaterReleaseIsIgnored() throws Exception {
    assertThat(OutcomeFormat.decode(BODY.replace("\"outcome\":", "\"new\":1,\"outcome\":")))
        .isEqualTo(MESSAGE);
  }

  @Test
  void noOutcomesAreAMessageToo() throws Exception {
    OutcomeMessage nothing = new OutcomeMessage(List.of(), List.of());

    assertThat(OutcomeFormat.decode(OutcomeFormat.encode(nothing))).isEqualTo(nothing);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"v\":1|\"v\":2|version 2 is unknown; this release reads 1",
        "\"outcomes\":[|\"outcome\":[|field 'outcomes'",
        "\"outcome\":\"duplicate\"|\"outcome\":\"maybe\"|outcome 'maybe' is unknown",
        "\"outcome\":\"duplicate\"|\"result\":\"duplicate\"|field 'outcomes.1.outcome'",
        "\"message\":\"No.\"|\"text\":\"No.\"|field 'message' is missing: outcome 'zero_refused'"
            + " needs it",
        "\"code\":\"resource_missing\",||field 'code' is missing",
        "\"requestId\":\"req_1\"|\"requestId\":1|field 'outcomes.0.requestId'",
        "\"requestId\":\"req_1\"|\"requestId\":null|a field is null",
        "14:00:03Z|14:00|field 'at' is no instant",
      })
  void oneBadOutcomeMakesTheMessageUnreadable(String original, String replacement, String message) {
    String body = BODY.replace(original, replacement == null ? "" : replacement);

    assertThat(body).isNotEqualTo(BODY);
    assertThatExceptionOfType(UnreadableMessage.class)
        .isThrownBy(() -> OutcomeFormat.decode(body))
        .withMessageContaining(message);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "hello", "[]", "{\"v\":1,\"outcomes\":[1]}"})
  void whatIsNoObjectIsUnreadable(String body) {
    assertThatExceptionOfType(UnreadableMessage.class).isThrownBy(() -> OutcomeFormat.decode(body));
  }
}
