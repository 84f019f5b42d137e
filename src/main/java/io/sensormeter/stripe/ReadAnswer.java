package io.sensormeter.stripe;

import org.jspecify.annotations.Nullable;

/**
 * What one read said. None of its texts holds a key.
 *
 * @param <T> what was asked for
 */
public sealed interface ReadAnswer<T> {

  /** Stripe shows it. */
  record Found<T>(T value) implements ReadAnswer<T> {}

  /**
   * Stripe says that it has none.
   *
   * @param message Stripe's text, of any length
   */
  record Missing<T>(What what, String message) implements ReadAnswer<T> {}

  /** Stripe did not say. */
  record Hindered<T>(Answer.Hindrance why) implements ReadAnswer<T> {}

  /** What Stripe has none of. */
  enum What {
    CUSTOMER,
    METER,
    EVENT;

    /** By the word in Stripe's "No such …". */
    static @Nullable What of(String word) {
      return switch (word) {
        case "customer" -> CUSTOMER;
        case "meter", "billing meter" -> METER;
        case "event" -> EVENT;
        default -> null;
      };
    }
  }
}
