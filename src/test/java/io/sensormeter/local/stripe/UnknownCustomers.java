package io.sensormeter.local.stripe;

/** Both were seen on the real API (docs/stripe-facts.md, Payloads). */
public enum UnknownCustomers {
  /** 400 at once. */
  SYNCHRONOUS,
  /** 200, the event is never counted, and an error report follows. */
  ASYNCHRONOUS
}
