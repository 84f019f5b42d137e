package io.sensormeter.local.stripe;

import static org.assertj.core.api.Assertions.assertThat;

import com.stripe.exception.InvalidRequestException;
import com.stripe.exception.StripeException;
import com.stripe.param.billing.MeterEventCreateParams;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** docs/stripe-facts.md, Payloads: customers and values, and whether they are taken. */
final class FakeStripePayloadsIT extends FakeStripeFixture {

  @Test
  void payloadWithoutCustomerIsRefused() throws Exception {
    hourlySum();

    HttpResponse<String> answer = post("event_name=" + METER + "&payload[value]=1");

    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body()).contains("stripe_customer_id");
  }

  @Test
  void payloadWithoutValueIsRefused() throws Exception {
    hourlySum();

    HttpResponse<String> answer =
        post("event_name=" + METER + "&payload[stripe_customer_id]=" + CUSTOMER);

    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body()).contains("no value under 'value'");
  }

  @Test
  void meterLooksUnderItsOwnPayloadKeys() {
    stripe.addCustomer(CUSTOMER);
    stripe.addMeter(METER, Formula.SUM, null, "customer", "sensors");

    assertThat(refusalOf(event("a:1", "1"))).isNotNull();
    MeterEventCreateParams.Builder fitting =
        MeterEventCreateParams.builder()
            .setEventName(METER)
            .putPayload("customer", CUSTOMER)
            .putPayload("sensors", "7");
    assertThat(refusalOf(fitting)).isNull();
    assertThat(stripe.total(METER)).isEqualByComparingTo("7");
  }

  @Test
  void valueHasAtMost15SignificantDigits() {
    rawSum();

    assertThat(refusalOf(event("a:1", "123456789012345"))).isNull();
    assertThat(refusalOf(event("a:2", "1234567890123456"))).isNotNull();
    assertThat(refusalOf(event("a:3", "12345678901.23456"))).isNotNull();
  }

  @Test
  void valueHasAtMost12Decimals() {
    rawSum();

    assertThat(refusalOf(event("a:1", "0.123456789012"))).isNull();
    assertThat(refusalOf(event("a:2", "0.0000000000001"))).isNotNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " 1", "1e3", "NaN", "0x10", "1,5", "1.", ".5", "twelve"})
  void valueIsADecimalString(String value) throws Exception {
    rawSum();
    String encoded = value.replace(" ", "+");

    assertThat(post(form("a:1", encoded)).statusCode()).isEqualTo(400);
    assertThat(stripe.acceptedEvents()).isEmpty();
  }

  @Test
  void zeroCountsUnlessItIsChosenToBeRefused() {
    hourlySum();

    assertThat(refusalOf(event("a:1", "0"))).isNull();
    stripe.refuseZero(true);
    assertThat(stripe.zeroIsRefused()).isTrue();
    assertThat(refusalOf(event("a:2", "0"))).isNotNull();
    assertThat(stripe.acceptedEvents()).hasSize(1);
  }

  @Test
  void unknownCustomerIsRefusedAtOnce() {
    stripe.addMeter(METER, Formula.SUM, "hour");

    StripeException refusal = refusalOf(event("a:1", "1"));

    assertThat(refusal).isInstanceOf(InvalidRequestException.class);
    assertThat(refusal.getStripeError().getMessage()).isEqualTo("No such customer: 'cus_1'");
    assertThat(stripe.errorReports()).isEmpty();
  }

  @Test
  void unknownCustomerCanBeReportedLater() {
    FakeMeter meter = stripe.addMeter(METER, Formula.SUM, "hour");
    stripe.unknownCustomers(UnknownCustomers.ASYNCHRONOUS);

    assertThat(refusalOf(event("a:1", "1"))).isNull();

    assertThat(stripe.acceptedEvents()).isEmpty();
    assertThat(stripe.total(METER)).isZero();
    ErrorReport report = stripe.errorReports().getFirst();
    assertThat(report.code()).isEqualTo("meter_event_customer_not_found");
    assertThat(report.identifier()).isEqualTo("a:1");
    assertThat(report.meter()).isEqualTo(meter.id());
  }

  @Test
  void deletedCustomerIsUnknownButKeepsItsUsage() {
    hourlySum();

    assertThat(refusalOf(event("a:1", "5"))).isNull();
    stripe.deleteCustomer(CUSTOMER);

    assertThat(refusalOf(event("a:2", "6"))).hasMessageContaining("No such customer");
    assertThat(stripe.total(METER)).isEqualByComparingTo("5");
  }

  @Test
  void invalidPayloadCanBeReportedLater() {
    hourlySum();
    stripe.invalidPayloadsAreReportedLater(true);

    assertThat(refusalOf(event("a:1", "many"))).isNull();
    assertThat(refusalOf(event("a:2", "1234567890123456"))).isNull();

    assertThat(stripe.acceptedEvents()).isEmpty();
    assertThat(stripe.errorReports())
        .extracting(ErrorReport::code)
        .containsExactly("meter_event_invalid_value", "meter_event_value_too_many_digits");
  }
}
