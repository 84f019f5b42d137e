package io.sensormeter.local.stripe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.stripe.StripeClient;
import com.stripe.exception.StripeException;
import com.stripe.model.StripeCollection;
import com.stripe.model.billing.MeterEventSummary;
import com.stripe.model.v2.core.EventNotification;
import com.stripe.net.ApiResource.RequestMethod;
import com.stripe.param.billing.MeterEventSummaryListParams;
import com.stripe.param.billing.MeterEventSummaryListParams.ValueGroupingWindow;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** docs/stripe-facts.md, Reading back: what of a read is late, open, paged or goes wrong. */
final class FakeStripeReadFaultsIT extends FakeStripeFixture {
  private static final Instant HOUR = NOW.truncatedTo(ChronoUnit.HOURS);

  @Test
  void oneCustomersSummariesCanBeLater() throws Exception {
    FakeMeter meter = hourlySum();
    send(event("a:1", "5", HOUR));
    stripe.summariesLagBehind(CUSTOMER, Duration.ofMinutes(30));

    assertThat(summaries(meter).getData()).isEmpty();
    clock.advance(Duration.ofMinutes(30));
    assertThat(summaries(meter).getData()).hasSize(1);
  }

  @Test
  void whatWasShownStaysShown() throws Exception {
    FakeMeter meter = hourlySum();
    send(event("a:1", "5", HOUR));
    clock.advance(Duration.ofNanos(1));

    stripe.summariesLagBehind(Duration.ofMinutes(30));
    stripe.summariesLagBehind(CUSTOMER, Duration.ofMinutes(30));

    assertThat(summaries(meter).getData()).hasSize(1);
  }

  @Test
  void hoursWithoutUsageCanHaveRows() throws Exception {
    FakeMeter meter = hourlySum();
    send(event("a:1", "5", HOUR));
    stripe.emptyHoursHaveRows(true);

    assertThat(summaries(meter).getData())
        .extracting(MeterEventSummary::getAggregatedValue)
        .containsExactly(new BigDecimal("5"), new BigDecimal("0"));
  }

  @Test
  void pagesCanBeSmallerThanTheLimit() throws Exception {
    FakeMeter meter = hourlySum();
    send(event("a:1", "5", HOUR));
    send(event("a:2", "6", HOUR.minus(1, ChronoUnit.HOURS)));
    stripe.pagesHoldAtMost(1);

    StripeCollection<MeterEventSummary> first = summaries(meter);
    assertThat(first.getData()).hasSize(1);
    assertThat(first.getHasMore()).isTrue();
    StripeCollection<MeterEventSummary> second =
        summaries(meter, params().setStartingAfter(first.getData().getLast().getId()));
    assertThat(second.getData())
        .extracting(MeterEventSummary::getAggregatedValue)
        .containsExactly(new BigDecimal("6"));
    assertThat(second.getHasMore()).isFalse();
  }

  @Test
  void unknownCustomerCanMeet404() {
    FakeMeter meter = hourlySum();
    stripe.deleteCustomer(CUSTOMER);

    assertThat(refusal(() -> summaries(meter)).getStatusCode()).isEqualTo(400);
    stripe.unknownCustomersMeetAtSummaries(404);
    StripeException refusal = refusal(() -> summaries(meter));
    assertThat(refusal.getStatusCode()).isEqualTo(404);
    assertThat(refusal.getCode()).isEqualTo("resource_missing");
    assertThat(refusal.getStripeError().getParam()).isEqualTo("customer");
  }

  @Test
  void readsMeetFaultsInTheirOrderAndByScript() throws Exception {
    hourlySum();
    stripe.onRead(new Fault.RateLimited("global-rate"), 1);
    stripe.onRead(new Fault.ServerError(), 1);
    stripe.onRead(new Fault.HtmlAnswer(503), 1);

    assertThat(get("/v1/billing/meters").statusCode()).isEqualTo(429);
    assertThat(get("/v1/billing/meters").statusCode()).isEqualTo(500);
    assertThat(get("/v1/billing/meters").statusCode()).isEqualTo(503);
    assertThat(get("/v1/billing/meters").statusCode()).isEqualTo(200);

    stripe.readScript(call -> call.number() == 5 ? new Fault.EmptyAnswer(502) : null);
    assertThat(get("/v1/billing/meters").statusCode()).isEqualTo(502);
    assertThat(get("/v1/billing/meters").statusCode()).isEqualTo(200);
  }

  @Test
  void readHangsUntilItIsReleased() throws Exception {
    hourlySum();
    stripe.onRead(new Fault.HangBeforeProcessing(), 1);
    CompletableFuture<Integer> call =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                HttpResponse<String> answer = get("/v1/billing/meters");
                return answer.statusCode();
              } catch (IOException e) {
                return 0;
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
            });
    while (stripe.reads() == 0) {
      Thread.onSpinWait();
    }
    assertThat(call).isNotDone();

    stripe.releaseHeldCalls();
    // Dropped, or read again by the JDK.
    assertThat(call.join()).isIn(0, 200);
  }

  @Test
  void faultThatLeavesSomethingBehindIsNoneOfARead() {
    hourlySum();
    // The JDK repeats a read whose connection was dropped.
    stripe.onRead(new Fault.Swallowed(), 2);

    assertThatThrownBy(() -> get("/v1/billing/meters")).isInstanceOf(IOException.class);
    assertThatThrownBy(stripe::close).hasRootCauseMessage("a read changes nothing: Swallowed[]");
  }

  @Test
  void swallowedEventIsAnswered200AndNeverSeenAgain() throws Exception {
    FakeMeter meter = hourlySum();
    stripe.onMeterEvent(new Fault.Swallowed(), 1);

    assertThat(send(event("a:1", "5", HOUR)).getIdentifier()).isEqualTo("a:1");

    assertThat(stripe.acceptedEvents()).isEmpty();
    assertThat(stripe.errorReports()).isEmpty();
    assertThat(summaries(meter).getData()).isEmpty();
    assertThat(refusalOf(event("a:1", "5", HOUR))).hasMessageContaining("already exists");
  }

  @Test
  void meterMadeAgainUnderItsNameIsAnother() throws Exception {
    FakeMeter first = hourlySum();
    send(event("a:1", "5", HOUR));
    first.deactivate();
    FakeMeter second = stripe.addMeter(METER, Formula.SUM, "hour");
    send(event("a:2", "6", HOUR));

    assertThat(second.id()).isNotEqualTo(first.id());
    assertThat(summaries(first).getData())
        .extracting(MeterEventSummary::getAggregatedValue)
        .containsExactly(new BigDecimal("5"));
    assertThat(summaries(second).getData())
        .extracting(MeterEventSummary::getAggregatedValue)
        .containsExactly(new BigDecimal("6"));
  }

  @Test
  void envelopeIsReadByStripesClientAsTheBareEventIs() throws Exception {
    hourlySum();
    stripe.onMeterEvent(new Fault.RejectedLater("meter_event_invalid_value"), 1);
    send(event("a:1", "5"));
    ErrorReport report = stripe.errorReports().getFirst();

    EventNotification notification =
        client.parseEventNotificationWithoutVerification(report.envelope());

    assertThat(notification.getId()).isEqualTo(report.eventId());
    assertThat(report.envelope()).contains("aws.partner/stripe.com/").doesNotContain("a:1");
  }

  @Test
  void gatheredReportNamesSamplesOnly() throws Exception {
    hourlySum();
    stripe.errorReportsGather(1);
    stripe.samplesAreNamedBy(SampleShape.ID_AND_IDEMPOTENCY_KEY);
    stripe.onMeterEvent(new Fault.RejectedLater("meter_event_invalid_value"), 3);
    send(event("a:1", "5"));
    send(event("a:2", "5"));
    clock.advance(Duration.ofMinutes(1));
    send(event("a:3", "5"));

    assertThat(stripe.errorReports()).hasSize(2);
    assertThat(read(client, stripe.errorReports().getFirst()))
        .contains("\"error_count\":2", "\"idempotency_key\":\"a:1\"")
        .doesNotContain("a:2", "\"identifier\"");
  }

  @Test
  void eventIsKeptForThirtyDays() throws Exception {
    hourlySum();
    stripe.onMeterEvent(new Fault.RejectedLater("no_meter"), 1);
    send(event("a:1", "5"));
    ErrorReport report = stripe.errorReports().getFirst();
    assertThat(report.notification()).contains("no_meter_found").doesNotContain("related_object");
    clock.advance(Duration.ofDays(30).minusSeconds(1));
    assertThat(get("/v2/core/events/" + report.eventId()).statusCode()).isEqualTo(200);

    clock.advance(Duration.ofSeconds(1));
    assertThat(get("/v2/core/events/" + report.eventId()).statusCode()).isEqualTo(404);
  }

  private static String read(StripeClient client, ErrorReport report) throws StripeException {
    return client.rawRequest(RequestMethod.GET, "/v2/core/events/" + report.eventId(), null).body();
  }

  private static MeterEventSummaryListParams.Builder params() {
    return MeterEventSummaryListParams.builder()
        .setCustomer(CUSTOMER)
        .setStartTime(HOUR.minus(1, ChronoUnit.HOURS).getEpochSecond())
        .setEndTime(HOUR.plus(1, ChronoUnit.HOURS).getEpochSecond())
        .setValueGroupingWindow(ValueGroupingWindow.HOUR);
  }

  private StripeCollection<MeterEventSummary> summaries(FakeMeter meter) throws StripeException {
    return summaries(meter, params());
  }

  private StripeCollection<MeterEventSummary> summaries(
      FakeMeter meter, MeterEventSummaryListParams.Builder params) throws StripeException {
    return client.v1().billing().meters().eventSummaries().list(meter.id(), params.build());
  }
}
