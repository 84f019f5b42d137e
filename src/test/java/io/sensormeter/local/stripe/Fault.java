package io.sensormeter.local.stripe;

/**
 * What can go wrong with one call. Of an event "before processing" means that Stripe never stored
 * the event, "after processing" that it is stored and billed although the caller cannot know.
 */
public sealed interface Fault {
  /** 429 with {@code Stripe-Rate-Limited-Reason}; docs/stripe-facts.md, Limits. */
  record RateLimited(String reason) implements Fault {}

  /** 500 with a Stripe error, before processing; the answer is stored under the idempotency key. */
  record ServerError() implements Fault {}

  /** 500 with a Stripe error although the event was stored; stored under the idempotency key. */
  record ServerErrorAfterProcessing() implements Fault {}

  /** 400 with this code and message: Stripe refuses the event for good, and does not store it. */
  record Refused(String code, String message) implements Fault {}

  /**
   * No body at all, such as a gateway's 502; stripe-java 33.3.0 throws NullPointerException on it
   * (docs/stripe-facts.md, The client).
   */
  record EmptyAnswer(int status) implements Fault {}

  /** A gateway's HTML page instead of JSON. */
  record HtmlAnswer(int status) implements Fault {}

  /** Holds the connection until {@link FakeStripe#releaseHeldCalls()} or close, then drops it. */
  record HangBeforeProcessing() implements Fault {}

  /** Stores the event, then holds the connection as {@link HangBeforeProcessing} does. */
  record HangAfterProcessing() implements Fault {}

  /** Drops the connection; the event is not stored. */
  record ResetBeforeProcessing() implements Fault {}

  /** Stores the event and drops the connection without an answer. */
  record ResetAfterProcessing() implements Fault {}

  /**
   * 200, then an error report with this code; the event is never counted (docs/stripe-facts.md,
   * Asynchronous refusals: there may be other codes).
   */
  record RejectedLater(String code) implements Fault {}

  /**
   * 200, and the event is never counted, and nothing ever says so (docs/stripe-facts.md,
   * Asynchronous refusals).
   */
  record Swallowed() implements Fault {}
}
