package io.sensormeter.stripe;

import org.jspecify.annotations.Nullable;

/**
 * What one call said about one meter event. None of its texts holds a key or a request's payload.
 */
public sealed interface Answer {

  /**
   * Stripe holds the event.
   *
   * @param requestId Stripe's request id, null if it sent none
   * @param duplicate Stripe held it already and refused this one by its identifier
   */
  record Delivered(@Nullable String requestId, boolean duplicate) implements Answer {}

  /**
   * Stripe refused the event for good; sending the same again would be refused the same way.
   *
   * @param code Stripe's error code, else its error type; lower case, at most {@value #CODE_MAX}
   *     characters
   * @param message Stripe's text, of any length
   * @param requestId Stripe's request id, null if it sent none
   */
  record Refused(String code, String message, @Nullable String requestId) implements Answer {

    /** Stripe's longest code today has 60 characters (docs.stripe.com, error codes). */
    static final int CODE_MAX = 64;
  }

  /** Says nothing about what was asked for. */
  sealed interface Hindrance extends Answer {}

  /**
   * Nothing can be sent or read as things are set up: the key, its mode or its permissions.
   *
   * @param message what a person has to put right
   * @param statusCode 401 or 403; of a 2xx if the event was taken in the other mode; 0 if no call
   *     was made
   */
  record ConfigurationError(String message, int statusCode) implements Hindrance {}

  /**
   * No event of this event's meter can be sent: Stripe has no active one of its name. Says nothing
   * about this event.
   *
   * @param message Stripe's text, of any length
   */
  record NoMeter(String message) implements Answer {}

  /**
   * Of an event it is unknown whether Stripe holds it, or known that it has to be sent again; what
   * was read is unknown.
   *
   * @param reason few distinct texts, so that a batch's can be counted
   * @param rateLimited Stripe answered 429
   * @param statusCode HTTP status, 0 if there was none
   */
  record NoAnswer(String reason, boolean rateLimited, int statusCode) implements Hindrance {}
}
