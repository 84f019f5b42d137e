package io.sensormeter.local.stripe;

import static org.assertj.core.api.Assertions.assertThat;

import com.stripe.exception.StripeException;
import com.stripe.model.billing.MeterEventSummary;
import com.stripe.param.billing.MeterEventSummaryListParams;
import com.stripe.param.billing.MeterEventSummaryListParams.ValueGroupingWindow;
import java.math.BigDecimal;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** docs/stripe-facts.md, Reading back: event summaries. */
final class FakeStripeSummariesIT extends FakeStripeFixture {
  private static final Instant H12 = Instant.parse("2026-11-22T12:00:00Z");
  private static final Instant H13 = Instant.parse("2026-11-22T13:00:00Z");
  private static final Instant H14 = Instant.parse("2026-11-22T14:00:00Z");
  private static final Instant H15 = Instant.parse("2026-11-22T15:00:00Z");
  private static final Instant MIDNIGHT = Instant.parse("2026-11-22T00:00:00Z");

  private final FakeMeter meter = hourlySum();

  @Test
  void hoursAreListedNewestFirstAndHoursWithoutUsageAreAbsent() throws Exception {
    send(event("a:1", "5", H12));
    send(event("a:2", "7.25", H14));

    List<MeterEventSummary> summaries = list(hours(H12, H15));

    assertThat(summaries)
        .extracting(MeterEventSummary::getStartTime)
        .containsExactly(H14.getEpochSecond(), H12.getEpochSecond());
    assertThat(summaries.getFirst().getEndTime()).isEqualTo(H15.getEpochSecond());
    assertThat(summaries.getFirst().getMeter()).isEqualTo(meter.id());
    assertThat(summaries)
        .extracting(MeterEventSummary::getAggregatedValue)
        .containsExactly(new BigDecimal("7.25"), new BigDecimal("5"));
  }

  @Test
  void hourOfZeroIsPresent() throws Exception {
    send(event("a:1", "0", H12));

    assertThat(list(hours(H12, H13)))
        .extracting(MeterEventSummary::getAggregatedValue)
        .containsExactly(BigDecimal.ZERO);
  }

  @Test
  void startIsIncludedAndEndIsExcluded() throws Exception {
    send(event("a:1", "1", H12));
    send(event("a:2", "2", H13));
    send(event("a:3", "3", H14));

    assertThat(list(hours(H13, H14)))
        .extracting(MeterEventSummary::getAggregatedValue)
        .containsExactly(new BigDecimal("2"));
  }

  @Test
  void replacedEventIsNotShown() throws Exception {
    send(event("a:1", "5", H13));
    send(event("a:1:r1", "6", H13));

    assertThat(list(hours(H13, H14)))
        .extracting(MeterEventSummary::getAggregatedValue)
        .containsExactly(new BigDecimal("6"));
  }

  @Test
  void otherCustomersAreNotShown() throws Exception {
    stripe.addCustomer("cus_2");
    send(event("a:1", "5", H13).putPayload("stripe_customer_id", "cus_2"));

    assertThat(list(hours(H13, H14))).isEmpty();
  }

  @Test
  void summariesOfAnInactiveMeterStayReadable() throws Exception {
    send(event("a:1", "5", H13));
    meter.deactivate();

    assertThat(list(hours(H13, H14))).hasSize(1);
  }

  @Test
  void summariesLagBehindReceipt() throws Exception {
    stripe.summariesLagBehind(Duration.ofMinutes(10));
    send(event("a:1", "5", H13));
    clock.advance(Duration.ofMinutes(10).minusNanos(1));
    assertThat(list(hours(H13, H14))).isEmpty();

    clock.advance(Duration.ofNanos(1));

    assertThat(list(hours(H13, H14))).hasSize(1);
  }

  @Test
  void laggingSummaryShowsTheEventNotYetReplaced() throws Exception {
    stripe.summariesLagBehind(Duration.ofMinutes(10));
    send(event("a:1", "5", H13));
    clock.advance(Duration.ofMinutes(10));
    send(event("a:1:r1", "6", H13));

    assertThat(list(hours(H13, H14)))
        .extracting(MeterEventSummary::getAggregatedValue)
        .containsExactly(new BigDecimal("5"));
  }

  @Test
  void daysAreGroupedInUtc() throws Exception {
    send(event("a:1", "1", MIDNIGHT.minusSeconds(1)));
    send(event("a:2", "2", MIDNIGHT));
    send(event("a:3", "3", H13));
    Instant yesterday = MIDNIGHT.minus(Duration.ofDays(1));

    assertThat(
            list(
                between(yesterday, MIDNIGHT.plus(Duration.ofDays(1)))
                    .setValueGroupingWindow(ValueGroupingWindow.DAY)))
        .extracting(MeterEventSummary::getAggregatedValue)
        .containsExactly(new BigDecimal("5"), new BigDecimal("1"));
  }

  @Test
  void withoutGroupingThereIsOneSummaryOfTheWholeRange() throws Exception {
    send(event("a:1", "1", H12));
    send(event("a:2", "2", H13));

    List<MeterEventSummary> summaries = list(between(H12, H14.plusSeconds(60)));

    assertThat(summaries)
        .extracting(MeterEventSummary::getAggregatedValue)
        .containsExactly(new BigDecimal("3"));
    assertThat(summaries.getFirst().getStartTime()).isEqualTo(H12.getEpochSecond());
    assertThat(summaries.getFirst().getEndTime()).isEqualTo(H14.plusSeconds(60).getEpochSecond());
  }

  @Test
  void pageHas10SummariesUnlessAskedForMore() throws Exception {
    sendHours(12);

    assertThat(list(hours(H14.minus(Duration.ofDays(1)), H15))).hasSize(10);
    assertThat(list(hours(H14.minus(Duration.ofDays(1)), H15).setLimit(12L))).hasSize(12);
  }

  @Test
  void pagesContinueAfterTheLastSummary() throws Exception {
    sendHours(7);

    Iterable<MeterEventSummary> all =
        client
            .v1()
            .billing()
            .meters()
            .eventSummaries()
            .list(meter.id(), hours(H14.minus(Duration.ofDays(1)), H15).setLimit(3L).build())
            .autoPagingIterable();

    assertThat(all)
        .extracting(MeterEventSummary::getAggregatedValue)
        .containsExactly(
            List.of(1, 2, 3, 4, 5, 6, 7).stream()
                .map(BigDecimal::valueOf)
                .toArray(BigDecimal[]::new));
    assertThat(stripe.reads()).isEqualTo(3);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "101", "ten"})
  void limitIsFrom1To100(String limit) throws Exception {
    assertThat(summaries("customer=cus_1&" + range(H13, H14) + "&limit=" + limit).statusCode())
        .isEqualTo(400);
  }

  @Test
  void unknownCursorIsRefused() throws Exception {
    assertThat(summaries("customer=cus_1&" + range(H13, H14) + "&starting_after=x").statusCode())
        .isEqualTo(400);
  }

  @ParameterizedTest
  @ValueSource(strings = {"customer", "start_time", "end_time"})
  void customerAndTimesAreRequired(String missing) throws Exception {
    String query = ("customer=cus_1&" + range(H13, H14)).replaceAll(missing + "=[^&]*&?", "");

    HttpResponse<String> answer = summaries(query);

    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body()).contains("Missing required param: " + missing + ".");
  }

  @Test
  void hourlyGroupingNeedsFullHours() {
    assertThat(refusal(() -> list(hours(H13.plusSeconds(60), H14))))
        .hasMessageContaining("start_time must be aligned with hour boundaries");
    assertThat(refusal(() -> list(hours(H13, H14.plusSeconds(60)))))
        .hasMessageContaining("end_time must be aligned with hour boundaries");
  }

  @Test
  void dailyGroupingNeedsFullUtcDays() {
    assertThat(
            refusal(
                () -> list(between(MIDNIGHT, H13).setValueGroupingWindow(ValueGroupingWindow.DAY))))
        .hasMessageContaining("end_time must be aligned with day boundaries");
  }

  @Test
  void withoutGroupingFullMinutesAreNeeded() {
    assertThat(refusal(() -> list(between(H13.plusSeconds(1), H14))))
        .hasMessageContaining("start_time must be aligned with minute boundaries");
  }

  @Test
  void otherGroupingsDoNotExist() throws Exception {
    assertThat(
            summaries("customer=cus_1&" + range(H13, H14) + "&value_grouping_window=week")
                .statusCode())
        .isEqualTo(400);
  }

  @Test
  void endMustBeAfterStart() {
    assertThat(refusal(() -> list(hours(H13, H13)))).isNotNull();
  }

  @Test
  void timesAreInSeconds() throws Exception {
    assertThat(summaries("customer=cus_1&start_time=2026-11-22&end_time=1").statusCode())
        .isEqualTo(400);
  }

  @Test
  void unknownParameterIsRefused() throws Exception {
    HttpResponse<String> answer = summaries("customer=cus_1&" + range(H13, H14) + "&window=hour");

    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body()).contains("Received unknown parameter: window");
  }

  @Test
  void unknownCustomerIsRefused() {
    StripeException refusal = refusal(() -> list(hours(H13, H14).setCustomer("cus_none")));

    assertThat(refusal.getStripeError().getMessage()).isEqualTo("No such customer: 'cus_none'");
  }

  @Test
  void unknownMeterMeets404() throws Exception {
    assertThat(get("/v1/billing/meters/mtr_none/event_summaries").statusCode()).isEqualTo(404);
  }

  /** The value counts hours back from 14:00, so that the newest is 1. */
  private void sendHours(int hours) throws StripeException {
    for (int i = 0; i < hours; i++) {
      Instant hour = H14.minus(Duration.ofHours(i));
      send(event("a:" + i, Integer.toString(i + 1), hour));
    }
  }

  private static MeterEventSummaryListParams.Builder hours(Instant start, Instant end) {
    return between(start, end).setValueGroupingWindow(ValueGroupingWindow.HOUR);
  }

  private static MeterEventSummaryListParams.Builder between(Instant start, Instant end) {
    return MeterEventSummaryListParams.builder()
        .setCustomer(CUSTOMER)
        .setStartTime(start.getEpochSecond())
        .setEndTime(end.getEpochSecond());
  }

  private List<MeterEventSummary> list(MeterEventSummaryListParams.Builder params)
      throws StripeException {
    return client
        .v1()
        .billing()
        .meters()
        .eventSummaries()
        .list(meter.id(), params.build())
        .getData();
  }

  private static String range(Instant start, Instant end) {
    return "start_time=" + start.getEpochSecond() + "&end_time=" + end.getEpochSecond();
  }

  private HttpResponse<String> summaries(String query) throws Exception {
    return get("/v1/billing/meters/" + meter.id() + "/event_summaries?" + query);
  }
}
