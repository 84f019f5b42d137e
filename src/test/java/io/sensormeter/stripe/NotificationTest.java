package io.sensormeter.stripe;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class NotificationTest {
  private static final String BARE =
      """
      {"id":"evt_1","object":"v2.core.event","type":"v1.billing.meter.error_report_triggered",\
      "created":"2026-11-22T14:05:11.123Z","livemode":true,\
      "related_object":{"id":"mtr_1","type":"billing.meter","url":"/v1/billing/meters/mtr_1"}}\
      """;
  private static final Instant CREATED = Instant.parse("2026-11-22T14:05:11.123Z");

  @Test
  void bareEventAndEnvelopeSayTheSame() {
    Notification said = new Notification("evt_1", "mtr_1", CREATED);

    assertThat(Notification.read(BARE)).contains(said);
    assertThat(
            Notification.read(
                "{\"version\":\"0\",\"id\":\"6a7e\",\"source\":\"aws.partner/stripe.com/ed_1\","
                    + "\"detail-type\":\"v1.billing.meter.error_report_triggered\",\"detail\":"
                    + BARE
                    + "}"))
        .contains(said);
  }

  @Test
  void noMeterFoundIsAboutNone() {
    String noMeter =
        BARE.replace("error_report_triggered", "no_meter_found")
            .replaceAll(",\"related_object.*", "}");

    assertThat(Notification.read(noMeter)).contains(new Notification("evt_1", null, CREATED));
    assertThat(Notification.read(BARE.replace("\"billing.meter\"", "\"customer\"")))
        .contains(new Notification("evt_1", null, CREATED));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "[]",
        "null",
        "7",
        "\"evt_1\"",
        "{}",
        "{\"detail\":{}}",
        "{\"detail\":\"evt_1\"}",
        "{\"type\":\"v1.billing.meter.error_report_triggered\"}",
        "{\"type\":\"v1.billing.meter.error_report_triggered\",\"id\":\""
            + " \",\"created\":\"2026-11-22T14:05:11Z\"}",
        "{\"type\":\"v1.billing.meter.error_report_triggered\",\"id\":\"evt_1\",\"created\":1795356005}",
        "{\"type\":\"v1.customer.created\",\"id\":\"evt_1\",\"created\":\"2026-11-22T14:05:11Z\"}",
        "{\"v\":1,\"meters\":[\"a\"],\"askBefore\":\"2026-11-22T15:00:00Z\"}"
      })
  void anythingElseIsNone(String body) {
    assertThat(Notification.read(body)).isEmpty();
  }
}
