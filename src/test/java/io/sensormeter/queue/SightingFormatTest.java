package io.sensormeter.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.sensormeter.meter.Hour;
import io.sensormeter.meter.Sighting;
import io.sensormeter.meter.StripeMeter;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SightingFormatTest {
  private static final Hour FROM = Hour.parse("2026-11-22T13Z");
  private static final Hour TO = Hour.parse("2026-11-22T15Z");
  private static final Instant READ_AT = Instant.parse("2026-11-22T17:00:21Z");
  private static final List<Sighting> SIGHTINGS =
      List.of(
          new Sighting.Usage(
              "active_sensors",
              "mtr_1",
              "org",
              "cus_1",
              FROM,
              TO,
              Map.of(
                  FROM, new BigDecimal("19"), FROM.plusHours(1), new BigDecimal("20.000000000001")),
              READ_AT),
          new Sighting.NoCustomer(
              "active_sensors", "mtr_1", "org", "cus_2", FROM, TO, "No such customer", READ_AT),
          new Sighting.OfMeter(
              "active_sensors",
              List.of(
                  new StripeMeter(
                      "mtr_1", "active", "sum", "hour", "stripe_customer_id", "value", false),
                  new StripeMeter(
                      "mtr_0", "inactive", "last", null, "stripe_customer_id", "value", false)),
              READ_AT),
          new Sighting.Refused("active_sensors:org:2026-11-22T14Z", "code", "No.", READ_AT),
          new Sighting.Doubted("mtr_1", READ_AT, READ_AT.plusSeconds(10)));
  private static final String BODY =
      """
      {"v":2,"usages":[{"meter":"active_sensors","stripeMeterId":"mtr_1","organization":"org",\
      "customer":"cus_1","from":"2026-11-22T13Z","to":"2026-11-22T15Z",\
      "values":{"2026-11-22T13Z":19,"2026-11-22T14Z":20.000000000001},\
      "readAt":"2026-11-22T17:00:21Z"}],\
      "noCustomers":[{"meter":"active_sensors","stripeMeterId":"mtr_1","organization":"org",\
      "customer":"cus_2","from":"2026-11-22T13Z","to":"2026-11-22T15Z",\
      "message":"No such customer","readAt":"2026-11-22T17:00:21Z"}],\
      "meters":[{"meter":"active_sensors","found":[{"id":"mtr_1","status":"active",\
      "formula":"sum","eventTimeWindow":"hour","customerKey":"stripe_customer_id",\
      "valueKey":"value","livemode":false},{"id":"mtr_0","status":"inactive","formula":"last",\
      "customerKey":"stripe_customer_id","valueKey":"value","livemode":false}],\
      "readAt":"2026-11-22T17:00:21Z"}],\
      "refused":[{"identifier":"active_sensors:org:2026-11-22T14Z","code":"code",\
      "message":"No.","at":"2026-11-22T17:00:21Z"}],\
      "doubted":[{"stripeMeterId":"mtr_1","from":"2026-11-22T17:00:21Z",\
      "to":"2026-11-22T17:00:31Z"}]}\
      """;

  @Test
  void everyKindTravelsAsEver() throws UnreadableMessage {
    assertThat(SightingFormat.encode(SIGHTINGS)).isEqualTo(BODY);
    assertThat(SightingFormat.decode(BODY)).isEqualTo(SIGHTINGS);
  }

  @Test
  void outcomesAndSightingsAreToldApartByTheirVersion() {
    assertThatExceptionOfType(UnreadableMessage.class)
        .isThrownBy(() -> OutcomeFormat.decode(BODY))
        .withMessageContaining("version 2 is unknown");
    assertThatExceptionOfType(UnreadableMessage.class)
        .isThrownBy(() -> SightingFormat.decode("{\"v\":1,\"outcomes\":[]}"))
        .withMessageContaining("version 1 is unknown");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          "2026-11-22T13Z":19          | "2026-11-22T13Z":"19"     | field 'usages.0.values
          "2026-11-22T13Z":19          | "2026-11-22T13Z":null     | a field is null
          "2026-11-22T13Z":19          | "2026-11-22T12Z":19       | was not asked for
          "2026-11-22T13Z":19          | "2026-11-22T15Z":19       | was not asked for
          "readAt":"2026-11-22T17:00:21Z"}],"noC | "readAt":0}],"noC | field 'usages.0.readAt'
          "customer":"cus_2"           | "customer":""             | is no Stripe customer
          "livemode":false             | "livemode":0              | livemode
          "doubted":[{                 | "doubt":[{                | field 'doubted'
          """)
  void whatIsNoSightingIsUnreadable(String from, String to, String reason) {
    String body = BODY.replace(from, to == null ? "" : to);
    assertThat(body).as("'%s' stands in it", from).isNotEqualTo(BODY);
    assertThatExceptionOfType(UnreadableMessage.class)
        .isThrownBy(() -> SightingFormat.decode(body))
        .withMessageContaining(reason);
  }
}
