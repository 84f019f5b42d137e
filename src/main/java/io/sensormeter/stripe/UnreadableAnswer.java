package io.sensormeter.stripe;

import org.jspecify.annotations.Nullable;

/** A success of Stripe's whose body is not what it documents. */
final class UnreadableAnswer extends RuntimeException {

  UnreadableAnswer(String message) {
    super("unreadable: " + message);
  }

  static <T> T present(String field, @Nullable T value) {
    if (value == null) {
      throw new UnreadableAnswer("field " + field + " is missing");
    }
    return value;
  }
}
