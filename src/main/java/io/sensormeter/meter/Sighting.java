package io.sensormeter.meter;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * What Stripe shows, or says of its own accord. It says what was read and when; what follows from
 * it is decided where the ledger is.
 */
public sealed interface Sighting {

  /**
   * The usage of a customer on a meter, of every event hour from {@code from} to {@code to}.
   *
   * @param from the first event hour
   * @param to the hour after the last one
   * @param values of the hours for which Stripe gave a row; no row means that it holds nothing
   * @param readAt when the read began
   */
  record Usage(
      String meter,
      String stripeMeterId,
      String organizationId,
      String stripeCustomerId,
      Hour from,
      Hour to,
      Map<Hour, BigDecimal> values,
      Instant readAt)
      implements Sighting {

    public Usage {
      Meter.requireName(meter);
      Subject.require(stripeMeterId, organizationId, stripeCustomerId, from, to);
      for (Hour hour : values.keySet()) {
        if (hour.isBefore(from) || !hour.isBefore(to)) {
          throw new IllegalArgumentException(
              "a value of %s was not asked for: %s to %s".formatted(hour, from, to));
        }
      }
    }
  }

  /**
   * Stripe knows no such customer.
   *
   * @param message Stripe's text, at most {@link Outcome#MESSAGE_MAX} characters
   * @param readAt when the read began
   */
  record NoCustomer(
      String meter,
      String stripeMeterId,
      String organizationId,
      String stripeCustomerId,
      Hour from,
      Hour to,
      String message,
      Instant readAt)
      implements Sighting {

    public NoCustomer {
      Meter.requireName(meter);
      Subject.require(stripeMeterId, organizationId, stripeCustomerId, from, to);
    }
  }

  /**
   * Stripe's meters of one event name.
   *
   * @param found the active one first; empty = there is none
   * @param readAt when the read began
   */
  record OfMeter(String meter, List<StripeMeter> found, Instant readAt) implements Sighting {

    public OfMeter {
      Meter.requireName(meter);
    }
  }

  /**
   * Stripe refused an event after it had taken it.
   *
   * @param identifier the event's, perhaps not one of ours
   * @param code Stripe's, such as {@code meter_event_customer_not_found}
   * @param message Stripe's text, at most {@link Outcome#MESSAGE_MAX} characters
   * @param at when Stripe says so
   */
  record Refused(String identifier, String code, String message, Instant at) implements Sighting {}

  /**
   * Stripe refused events of a meter after it had taken them, and names only samples: whatever it
   * took between these instants may be among them.
   *
   * @param stripeMeterId {@code mtr_…}, perhaps not one of ours
   * @param from the begin of what Stripe validated
   * @param to its end
   */
  record Doubted(String stripeMeterId, Instant from, Instant to) implements Sighting {}
}
