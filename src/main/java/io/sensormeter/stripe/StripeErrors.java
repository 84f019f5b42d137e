package io.sensormeter.stripe;

import com.stripe.exception.ApiConnectionException;
import com.stripe.exception.StripeException;
import com.stripe.model.StripeError;
import io.sensormeter.meter.Identifier;
import io.sensormeter.stripe.Answer.ConfigurationError;
import io.sensormeter.stripe.Answer.Delivered;
import io.sensormeter.stripe.Answer.NoAnswer;
import io.sensormeter.stripe.Answer.NoMeter;
import io.sensormeter.stripe.Answer.Refused;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What Stripe's errors mean for a meter event. Matches {@code error.message} itself: the
 * exception's own message has suffixes, or the whole body, which must not be logged.
 */
final class StripeErrors {

  private static final String DUPLICATE = "already exists with identifier ";
  private static final String NO_METER = "No active meter found";

  private static final Pattern KEY = Pattern.compile("\\b([rs]k_(?:live|test)_)\\S+");

  private StripeErrors() {}

  static Answer answer(StripeException e, Identifier ours) {
    int status = e.getStatusCode() == null ? 0 : e.getStatusCode();
    StripeError error = e.getStripeError();
    String message = error == null || error.getMessage() == null ? "" : error.getMessage();
    if (status == 401 || status == 403) {
      return new ConfigurationError("HTTP " + status + " " + masked(message), status);
    }
    if (status == 429) {
      return new NoAnswer("HTTP 429", true, status);
    }
    if (e instanceof ApiConnectionException) {
      return new NoAnswer(String.valueOf(e.getMessage()), false, 0);
    }
    // Without a type it is not Stripe who speaks, but something between us.
    if (error == null || isBlank(error.getType()) || !isDefinite(status)) {
      return new NoAnswer("HTTP " + status + (error == null ? ", unreadable" : ""), false, status);
    }
    return definite(status, error, message, e.getRequestId(), ours);
  }

  /** Whether a parsed error of this status is Stripe's last word on the event. */
  private static boolean isDefinite(int status) {
    return switch (status) {
      // Timeout, the second simultaneous call of one customer, replay protection.
      case 408, 409, 425, 429 -> false;
      default -> status >= 400 && status < 500;
    };
  }

  private static Answer definite(
      int status, StripeError error, String message, @Nullable String requestId, Identifier ours) {
    if (status == 400) {
      int duplicate = message.indexOf(DUPLICATE);
      if (duplicate >= 0) {
        // The whole rest is compared: one identifier may be the beginning of another (…Z, …Z:r1).
        String named = message.substring(duplicate + DUPLICATE.length());
        return named.equals(ours.value()) || named.equals(ours.value() + ".")
            ? new Delivered(requestId, true)
            // Not about our event, so nothing is known of it: the same as a 2xx with another's
            // name.
            : new NoAnswer("HTTP 400 names another identifier", false, status);
      }
      if (message.startsWith(NO_METER)) {
        return new NoMeter(message);
      }
    }
    return new Refused(code(error), message, requestId);
  }

  private static String code(StripeError error) {
    String code = isBlank(error.getCode()) ? error.getType() : error.getCode();
    String lower = code.toLowerCase(Locale.ROOT);
    return lower.length() <= Refused.CODE_MAX ? lower : lower.substring(0, Refused.CODE_MAX);
  }

  /** Stripe masks the keys it names; should it ever not, our log must not tell. */
  private static String masked(String message) {
    return KEY.matcher(message).replaceAll("$1***");
  }

  private static boolean isBlank(@Nullable String text) {
    return text == null || text.isBlank();
  }
}
