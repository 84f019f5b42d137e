package io.sensormeter.local.stripe;

import static org.assertj.core.api.Assertions.assertThat;

import com.stripe.exception.StripeException;
import com.stripe.model.v2.core.EventNotification;
import com.stripe.net.ApiResource.RequestMethod;
import com.stripe.net.StripeResponse;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** docs/stripe-facts.md, Asynchronous refusals: the thin event and the data behind it. */
final class FakeStripeErrorReportsIT extends FakeStripeFixture {

  @BeforeEach
  void oneRejectedEvent() throws StripeException {
    hourlySum();
    stripe.onMeterEvent(new Fault.RejectedLater("meter_event_customer_not_found"), 1);
    send(event("a:1", "5"));
  }

  @Test
  void notificationNamesTheMeterAndCarriesNoData() {
    ErrorReport report = stripe.errorReports().getFirst();

    EventNotification notification =
        client.parseEventNotificationWithoutVerification(report.notification());

    assertThat(notification.getId()).isEqualTo(report.eventId());
    assertThat(notification.getType()).isEqualTo("v1.billing.meter.error_report_triggered");
    assertThat(report.notification()).contains(report.meter()).doesNotContain("a:1");
  }

  @Test
  void eventHoldsCodeAndIdentifierOfASample() throws Exception {
    ErrorReport report = stripe.errorReports().getFirst();

    StripeResponse event =
        client.rawRequest(RequestMethod.GET, "/v2/core/events/" + report.eventId(), null);

    assertThat(event.body())
        .contains("\"error_types\":[{")
        .contains("\"code\":\"meter_event_customer_not_found\"")
        .contains("\"sample_errors\":[{")
        .contains("\"request\":{\"identifier\":\"a:1\"}");
  }

  @Test
  void unknownEventMeets404() throws Exception {
    assertThat(get("/v2/core/events/evt_none").statusCode()).isEqualTo(404);
  }
}
