package io.sensormeter.local.stripe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** docs/stripe-facts.md, Meters: what a meter bills. */
final class FakeStripeMetersIT extends FakeStripeFixture {
  private static final Instant H13 = Instant.parse("2026-11-22T13:00:00Z");
  private static final Instant H14 = Instant.parse("2026-11-22T14:00:00Z");
  private static final Instant MIDNIGHT = Instant.parse("2026-11-22T00:00:00Z");
  private static final Instant PERIOD_START = Instant.parse("2026-11-01T00:00:00Z");
  private static final Instant PERIOD_END = Instant.parse("2026-12-01T00:00:00Z");

  private BigDecimal billed() {
    return stripe.aggregatedValue(METER, CUSTOMER, PERIOD_START, PERIOD_END);
  }

  private void meter(Formula formula, String window) {
    stripe.addCustomer(CUSTOMER);
    stripe.addMeter(METER, formula, window.isEmpty() ? null : window);
  }

  @Test
  void rawSumCountsEveryEvent() throws Exception {
    meter(Formula.SUM, "");
    send(event("a:1", "5", H14));
    send(event("a:2", "7.5", H14));

    assertThat(billed()).isEqualByComparingTo("12.5");
  }

  @Test
  void hourWindowKeepsTheEventReceivedLast() throws Exception {
    meter(Formula.SUM, "hour");
    send(event("a:1", "5", H14.plusSeconds(900)));
    send(event("a:2", "7", H14));

    assertThat(billed()).isEqualByComparingTo("7");
  }

  @Test
  void hourWindowKeepsHoursApart() throws Exception {
    meter(Formula.SUM, "hour");
    send(event("a:1", "5", H14.minusSeconds(1)));
    send(event("a:2", "7", H14));

    assertThat(billed()).isEqualByComparingTo("12");
  }

  @Test
  void hourResentAfterADayIsNotBilledTwice() throws Exception {
    meter(Formula.SUM, "hour");
    send(event("a:1", "5", H14));
    clock.advance(Duration.ofDays(2));
    send(event("a:1", "5", H14));

    assertThat(stripe.acceptedEvents()).hasSize(2);
    assertThat(billed()).isEqualByComparingTo("5");
  }

  @Test
  void customersDoNotReplaceEachOther() throws Exception {
    meter(Formula.SUM, "hour");
    stripe.addCustomer("cus_2");
    send(event("a:1", "5", H14));
    send(event("b:1", "7", H14).putPayload("stripe_customer_id", "cus_2"));

    assertThat(billed()).isEqualByComparingTo("5");
    assertThat(stripe.total(METER)).isEqualByComparingTo("12");
  }

  @Test
  void dayWindowKeepsTheEventReceivedLastOfAUtcDay() throws Exception {
    meter(Formula.SUM, "day");
    send(event("a:1", "5", MIDNIGHT.minusSeconds(1)));
    send(event("a:2", "7", MIDNIGHT));
    send(event("a:3", "9", H13));

    assertThat(billed()).isEqualByComparingTo("14");
  }

  @Test
  void countCountsEventsWhateverTheirValue() throws Exception {
    meter(Formula.COUNT, "");
    send(event("a:1", "5", H13));
    send(event("a:2", "70", H14));

    assertThat(billed()).isEqualByComparingTo("2");
  }

  @Test
  void countWithAWindowCountsWindows() throws Exception {
    meter(Formula.COUNT, "hour");
    send(event("a:1", "5", H13));
    send(event("a:2", "5", H14));
    send(event("a:3", "5", H14.plusSeconds(1)));

    assertThat(billed()).isEqualByComparingTo("2");
  }

  @Test
  void lastBillsTheLatestTimestamp() throws Exception {
    meter(Formula.LAST, "");
    send(event("a:2", "7", H14));
    send(event("a:1", "5", H13));

    assertThat(billed()).isEqualByComparingTo("7");
  }

  @Test
  void lastOfEqualTimestampsIsTheOneReceivedLater() throws Exception {
    meter(Formula.LAST, "");
    send(event("a:1", "5", H14));
    send(event("a:2", "7", H14));

    assertThat(billed()).isEqualByComparingTo("7");
  }

  @Test
  void lastCanBeChosenToFollowReceipt() throws Exception {
    meter(Formula.LAST, "");
    stripe.lastFollowsReceipt(true);
    send(event("a:2", "7", H14));
    send(event("a:1", "5", H13));

    assertThat(billed()).isEqualByComparingTo("5");
  }

  @Test
  void periodWithoutEventsBillsZero() {
    meter(Formula.LAST, "");

    assertThat(billed()).isZero();
    assertThat(stripe.total(METER)).isZero();
  }

  @Test
  void totalOfALastMeterAddsTheHours() throws Exception {
    meter(Formula.LAST, "");
    send(event("a:1", "5", H13));
    send(event("a:2", "7", H14));
    send(event("a:3", "8", H14.plusSeconds(1)));

    assertThat(stripe.total(METER)).isEqualByComparingTo("13");
  }

  @Test
  void periodIncludesItsStartAndExcludesItsEnd() throws Exception {
    meter(Formula.SUM, "");
    send(event("a:1", "1", H13.minusSeconds(1)));
    send(event("a:2", "20", H13));
    send(event("a:3", "300", H14.minusSeconds(1)));
    send(event("a:4", "4000", H14));

    assertThat(stripe.aggregatedValue(METER, CUSTOMER, H13, H14)).isEqualByComparingTo("320");
  }

  @Test
  void windowThatStraddlesThePeriodsEndMovesToTheNextInvoice() throws Exception {
    meter(Formula.SUM, "hour");
    send(event("a:1", "5", H13));
    Instant straddled = H13.plusSeconds(1_800);

    assertThat(stripe.aggregatedValue(METER, CUSTOMER, PERIOD_START, straddled)).isZero();
    assertThat(stripe.aggregatedValue(METER, CUSTOMER, straddled, PERIOD_END))
        .isEqualByComparingTo("5");
  }

  @Test
  void twoActiveMetersNeverShareAnEventName() {
    FakeMeter first = rawSum();

    assertThatThrownBy(() -> stripe.addMeter(METER, Formula.LAST, null))
        .isInstanceOf(IllegalArgumentException.class);
    first.deactivate();
    assertThat(stripe.addMeter(METER, Formula.LAST, null).isActive()).isTrue();
  }

  @Test
  void otherWindowsDoNotExist() {
    assertThatThrownBy(() -> stripe.addMeter(METER, Formula.SUM, "minute"))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
