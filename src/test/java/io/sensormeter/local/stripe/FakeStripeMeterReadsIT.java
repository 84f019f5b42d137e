package io.sensormeter.local.stripe;

import static org.assertj.core.api.Assertions.assertThat;

import com.stripe.exception.InvalidRequestException;
import com.stripe.exception.StripeException;
import com.stripe.model.StripeCollection;
import com.stripe.model.billing.Meter;
import com.stripe.param.billing.MeterListParams;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** docs/stripe-facts.md, Meters: how they are read and listed. */
final class FakeStripeMeterReadsIT extends FakeStripeFixture {

  @Test
  void meterIsReadAsStripesClientExpects() throws Exception {
    FakeMeter meter = hourlySum();

    Meter read = client.v1().billing().meters().retrieve(meter.id());

    assertThat(read.getEventName()).isEqualTo(METER);
    assertThat(read.getStatus()).isEqualTo("active");
    assertThat(read.getDefaultAggregation().getFormula()).isEqualTo("sum");
    assertThat(read.getEventTimeWindow()).isEqualTo("hour");
    assertThat(read.getCustomerMapping().getEventPayloadKey()).isEqualTo("stripe_customer_id");
    assertThat(read.getValueSettings().getEventPayloadKey()).isEqualTo("value");
  }

  @Test
  void rawMeterHasNoWindow() throws Exception {
    FakeMeter meter = rawSum();

    assertThat(client.v1().billing().meters().retrieve(meter.id()).getEventTimeWindow()).isNull();
  }

  @Test
  void inactiveMeterSaysSinceWhen() throws Exception {
    FakeMeter meter = rawSum();
    clock.advance(Duration.ofHours(1));
    meter.deactivate();

    Meter read = client.v1().billing().meters().retrieve(meter.id());

    assertThat(read.getStatus()).isEqualTo("inactive");
    assertThat(read.getStatusTransitions().getDeactivatedAt())
        .isEqualTo(clock.instant().getEpochSecond());
  }

  @Test
  void unknownMeterMeets404() {
    StripeException refusal = refusal(() -> client.v1().billing().meters().retrieve("mtr_none"));

    assertThat(refusal).isInstanceOf(InvalidRequestException.class);
    assertThat(refusal.getStatusCode()).isEqualTo(404);
    assertThat(refusal.getCode()).isEqualTo("resource_missing");
  }

  @Test
  void metersAreListedByStatus() throws Exception {
    FakeMeter first = rawSum();
    FakeMeter second = stripe.addMeter("other", Formula.LAST, null);
    first.deactivate();

    assertThat(list(MeterListParams.builder()).getData())
        .extracting(Meter::getId)
        .containsExactly(second.id(), first.id());
    assertThat(list(MeterListParams.builder().setStatus(MeterListParams.Status.ACTIVE)).getData())
        .extracting(Meter::getId)
        .containsExactly(second.id());
    assertThat(get("/v1/billing/meters?status=gone").statusCode()).isEqualTo(400);
  }

  @Test
  void metersAreListedByPages() throws Exception {
    for (int i = 0; i < 12; i++) {
      stripe.addMeter("meter_" + i, Formula.SUM, null);
    }

    StripeCollection<Meter> first = list(MeterListParams.builder());
    assertThat(first.getData()).hasSize(10);
    assertThat(first.getHasMore()).isTrue();
    String cursor = first.getData().getLast().getId();
    StripeCollection<Meter> second = list(MeterListParams.builder().setStartingAfter(cursor));
    assertThat(second.getData())
        .extracting(Meter::getEventName)
        .containsExactly("meter_1", "meter_0");
    assertThat(second.getHasMore()).isFalse();
    assertThat(
            list(MeterListParams.builder()
                    .setEndingBefore(second.getData().getLast().getId())
                    .setLimit(3L))
                .getData())
        .extracting(Meter::getEventName)
        .containsExactly("meter_3", "meter_2", "meter_1");
  }

  private StripeCollection<Meter> list(MeterListParams.Builder params) throws StripeException {
    return client.v1().billing().meters().list(params.build());
  }
}
