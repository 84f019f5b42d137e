package io.sensormeter.stripe;

import com.stripe.exception.ApiConnectionException;
import com.stripe.exception.StripeException;
import com.stripe.model.StripeError;
import io.sensormeter.meter.Identifier;
import io.sensormeter.meter.Outcome;
import io.sensormeter.stripe.Answer.ConfigurationError;
import io.sensormeter.stripe.Answer.Delivered;
import io.sensormeter.stripe.Answer.Hindrance;
import io.sensormeter.stripe.Answer.NoAnswer;
import io.sensormeter.stripe.Answer.NoMeter;
import io.sensormeter.stripe.Answer.Refused;
import io.sensormeter.stripe.ReadAnswer.What;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What Stripe's errors mean for a meter event, and for a read. Matches {@code error.message}
 * itself: the exception's own message has suffixes, or the whole body, which must not be logged.
 */
final class StripeErrors {

  private static final String DUPLICATE = "already exists with identifier ";
  private static final String NO_METER = "No active meter found";

  private static final Pattern NO_SUCH =
      Pattern.compile("No such (customer|(?:billing )?meter|event)\\b");

  private static final Pattern KEY = Pattern.compile("\\b([rs]k_(?:live|test)_)\\S+");

  private StripeErrors() {}

  /** Null if it is Stripe's last word on what was sent or asked for. */
  static @Nullable Hindrance hindrance(StripeException e) {
    int status = status(e);
    StripeError error = e.getStripeError();
    if (status == 401 || status == 403) {
      return new ConfigurationError("HTTP " + status + " " + masked(message(e)), status);
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
    return null;
  }

  private static int status(StripeException e) {
    return e.getStatusCode() == null ? 0 : e.getStatusCode();
  }

  private static String message(StripeException e) {
    StripeError error = e.getStripeError();
    return error == null || error.getMessage() == null ? "" : error.getMessage();
  }

  /** Whether a parsed error of this status is Stripe's last word on the event. */
  private static boolean isDefinite(int status) {
    return switch (status) {
      // Timeout, the second simultaneous call of one customer, replay protection.
      case 408, 409, 425, 429 -> false;
      default -> status >= 400 && status < 500;
    };
  }

  /** What Stripe's last word means for an event. */
  static Answer ofEvent(StripeException e, Identifier ours) {
    int status = status(e);
    String message = message(e);
    if (status == 400) {
      int duplicate = message.indexOf(DUPLICATE);
      if (duplicate >= 0) {
        // The whole rest is compared: one identifier may be the beginning of another (…Z, …Z:r1).
        String named = message.substring(duplicate + DUPLICATE.length());
        return named.equals(ours.value()) || named.equals(ours.value() + ".")
            ? new Delivered(e.getRequestId(), true)
            // Not about our event, so nothing is known of it: the same as a 2xx with another's
            // name.
            : new NoAnswer("HTTP 400 names another identifier", false, status);
      }
      if (message.startsWith(NO_METER)) {
        return new NoMeter(message);
      }
    }
    return new Refused(code(e.getStripeError()), message, e.getRequestId());
  }

  /**
   * What Stripe's last word means for a read. Its words are open, its status 400 or 404: what does
   * not clearly say that something is missing is no answer.
   */
  static <T> ReadAnswer<T> ofRead(StripeException e) {
    int status = status(e);
    String message = message(e);
    What missing = missing(e.getStripeError(), message);
    return (status == 400 || status == 404) && missing != null
        ? new ReadAnswer.Missing<>(missing, message)
        : new ReadAnswer.Hindered<>(
            new NoAnswer("HTTP " + status + " " + Outcome.cut(masked(message)), false, status));
  }

  private static @Nullable What missing(StripeError error, String message) {
    Matcher named = NO_SUCH.matcher(message);
    if (named.lookingAt()) {
      return What.of(named.group(1));
    }
    boolean coded = "resource_missing".equals(error.getCode());
    return coded && "customer".equals(error.getParam()) ? What.CUSTOMER : null;
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
