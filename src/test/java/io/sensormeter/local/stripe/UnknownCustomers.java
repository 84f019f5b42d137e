package io.sensormeter.local.stripe;

/** Both were seen on the real API (facts/stripe.md, Meter events v1: unknown customer). */
public enum UnknownCustomers {
  /** 400 at once. */
  SYNCHRONOUS,
  /** 200, the event is never counted, and an error report follows. */
  ASYNCHRONOUS
}
