package io.sensormeter.local.stripe;

/** What a restricted key may do, by Stripe's names (docs/stripe-facts.md, Keys). */
public enum Permission {
  BILLING_METER_EVENT_WRITE("billing_meter_event_write"),
  BILLING_METER_EVENT_READ("billing_meter_event_read"),
  BILLING_METER_READ("billing_meter_read"),
  EVENT_READ("event_read");

  private final String wireName;

  Permission(String wireName) {
    this.wireName = wireName;
  }

  String wireName() {
    return wireName;
  }
}
