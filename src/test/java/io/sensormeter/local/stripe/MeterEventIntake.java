package io.sensormeter.local.stripe;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What {@code POST /v1/billing/meter_events} does with an event (docs/stripe-facts.md, Meter
 * events). The wording of a refusal is Stripe's where that file has it. Thread-safe.
 */
final class MeterEventIntake {
  // expand is documented for every endpoint; the fake expands nothing.
  private static final Set<String> PARAMETERS =
      Set.of("event_name", "payload", "identifier", "timestamp", "expand");
  private static final int MAX_CHARS = 100;
  private static final Duration OLDEST = Duration.ofDays(35);
  private static final Duration NEWEST = Duration.ofMinutes(5);
  private static final int MAX_SIGNIFICANT_DIGITS = 15;
  private static final int MAX_DECIMALS = 12;
  private static final Pattern DECIMAL = Pattern.compile("[+-]?[0-9]{1,400}([.][0-9]{1,400})?");
  private static final Pattern SECONDS = Pattern.compile("-?[0-9]{1,12}");

  /** A refusal of an event whose identifier is taken by then; later = 200 and an error report. */
  private record Refusal(String code, String message, @Nullable String param, boolean later) {}

  private final Account account;
  private final InstantSource clock;
  private final Rules rules;

  MeterEventIntake(Account account, InstantSource clock, Rules rules) {
    this.account = account;
    this.clock = clock;
    this.rules = rules;
  }

  /** Creates the event, unless a fault lets Stripe take it in words only. */
  HttpAnswer create(Form form, boolean livemode, @Nullable Fault fault) {
    Instant now = clock.instant();
    String eventName = form.get("event_name");
    HttpAnswer malformed = malformed(form, eventName);
    if (malformed != null || eventName == null) {
      return malformed == null ? HttpAnswer.missing("event_name") : malformed;
    }
    String identifier = form.get("identifier");
    String taken = identifier == null ? UUID.randomUUID().toString() : identifier;
    FakeMeter meter = account.activeMeter(eventName);
    if (meter == null) {
      // docs/stripe-facts.md, Identifiers: whether this uses one up is open.
      if (rules.noActiveMeterBurnsIdentifiers && !account.identifiers().take(taken, now)) {
        return alreadyExists(taken);
      }
      return HttpAnswer.refused("No active meter found for event name \"" + eventName + "\".");
    }
    if (!account.identifiers().take(taken, now)) {
      return alreadyExists(taken);
    }
    Instant timestamp = timestamp(form, now);
    Refusal refusal = refusal(meter, form, timestamp, now);
    if (refusal == null && fault instanceof Fault.RejectedLater(var rejectedLaterAs)) {
      refusal = new Refusal(rejectedLaterAs, "Rejected: " + rejectedLaterAs, null, true);
    }
    if (refusal != null && !rules.refusedIdentifiersBurned) {
      account.identifiers().giveBack(taken);
    }
    if (refusal != null && !refusal.later()) {
      return HttpAnswer.refused(refusal.message(), null, refusal.param());
    }
    if (refusal != null) {
      account.report(meter, refusal.code(), taken, refusal.message());
    } else if (!(fault instanceof Fault.Swallowed)) {
      account.accept(meter, event(meter, form, taken, timestamp, now));
    }
    return created(form, eventName, taken, timestamp, now, livemode);
  }

  /**
   * docs/stripe-facts.md, Identifiers: a duplicate has no error code; it means that the event was
   * delivered.
   */
  private static HttpAnswer alreadyExists(String identifier) {
    return HttpAnswer.refused("An event already exists with identifier " + identifier + ".");
  }

  /** docs/stripe-facts.md, Meter events: refused before meters are looked at. */
  private static @Nullable HttpAnswer malformed(Form form, @Nullable String eventName) {
    HttpAnswer unknown = form.unknownParameters(PARAMETERS);
    if (unknown != null) {
      return unknown;
    }
    if (eventName == null || eventName.isEmpty()) {
      return HttpAnswer.missing("event_name");
    }
    if (form.map("payload").isEmpty()) {
      return HttpAnswer.missing("payload");
    }
    String identifier = form.get("identifier");
    if (eventName.length() > MAX_CHARS) {
      return tooLong("event_name");
    }
    if (identifier != null && identifier.length() > MAX_CHARS) {
      return tooLong("identifier");
    }
    if (identifier != null && identifier.isEmpty()) {
      return HttpAnswer.refused(
          "You passed an empty string for 'identifier'.", "parameter_invalid_empty", "identifier");
    }
    String timestamp = form.get("timestamp");
    if (timestamp != null && !SECONDS.matcher(timestamp).matches()) {
      return HttpAnswer.refused(
          "Invalid integer: " + timestamp, "parameter_invalid_integer", "timestamp");
    }
    return null;
  }

  private static HttpAnswer tooLong(String param) {
    return HttpAnswer.refused(
        "Invalid string: %s must be at most %d characters".formatted(param, MAX_CHARS),
        null,
        param);
  }

  /** Unix seconds, defaults to now. */
  private static Instant timestamp(Form form, Instant now) {
    String timestamp = form.get("timestamp");
    long seconds = timestamp == null ? now.getEpochSecond() : Long.parseLong(timestamp);
    return Instant.ofEpochSecond(seconds);
  }

  private @Nullable Refusal refusal(FakeMeter meter, Form form, Instant timestamp, Instant now) {
    // docs/stripe-facts.md, Meter events: at most 35 days back and 5 minutes ahead.
    if (timestamp.isBefore(now.minus(OLDEST))) {
      return new Refusal(
          "timestamp_too_far_in_past",
          "The event timestamp cannot be more than 35 days in past.",
          "timestamp",
          false);
    }
    if (timestamp.isAfter(now.plus(NEWEST))) {
      return new Refusal(
          "timestamp_in_future",
          "The event timestamp cannot be more than 5 minutes in future.",
          "timestamp",
          false);
    }
    Map<String, String> payload = form.map("payload");
    String customer = payload.get(meter.customerKey());
    if (customer == null || customer.isEmpty()) {
      return payload(
          "meter_event_no_customer_defined",
          "The payload has no customer under '" + meter.customerKey() + "'.");
    }
    Refusal badValue = valueRefusal(meter, payload.get(meter.valueKey()));
    if (badValue != null) {
      return badValue;
    }
    if (!account.knows(customer)) {
      // docs/stripe-facts.md, Payloads: seen as a 400 at once, and as 200 and a report.
      boolean later = rules.unknownCustomers == UnknownCustomers.ASYNCHRONOUS;
      return new Refusal(
          "meter_event_customer_not_found",
          "No such customer: '" + customer + "'",
          "payload[" + meter.customerKey() + "]",
          later);
    }
    return null;
  }

  /** docs/stripe-facts.md, Payloads: 15 significant digits and 12 decimals at most. */
  private @Nullable Refusal valueRefusal(FakeMeter meter, @Nullable String value) {
    if (value == null) {
      return payload(
          "meter_event_value_not_found",
          "The payload has no value under '" + meter.valueKey() + "'.");
    }
    if (!DECIMAL.matcher(value).matches()) {
      return payload(
          "meter_event_invalid_value", "The value '" + value + "' is not a decimal number.");
    }
    var number = new BigDecimal(value);
    if (significantDigits(number) > MAX_SIGNIFICANT_DIGITS || number.scale() > MAX_DECIMALS) {
      return payload(
          "meter_event_value_too_many_digits",
          "The value '%s' has more than %d significant digits or %d decimals."
              .formatted(value, MAX_SIGNIFICANT_DIGITS, MAX_DECIMALS));
    }
    if (rules.zeroRefused && number.signum() == 0) {
      return new Refusal(
          "meter_event_invalid_value", "The value must not be zero.", "payload", false);
    }
    return null;
  }

  /** Digits from the first to the last that is not zero; written zeros after a point count. */
  private static int significantDigits(BigDecimal number) {
    return number.signum() == 0 ? 1 : number.precision();
  }

  private Refusal payload(String code, String message) {
    return new Refusal(code, message, "payload", rules.invalidPayloadsReportedLater);
  }

  private static ReceivedEvent event(
      FakeMeter meter, Form form, String identifier, Instant timestamp, Instant now) {
    Map<String, String> payload = form.map("payload");
    return new ReceivedEvent(
        identifier,
        meter.eventName(),
        payload.getOrDefault(meter.customerKey(), ""),
        new BigDecimal(payload.getOrDefault(meter.valueKey(), "0")),
        timestamp,
        now);
  }

  private static HttpAnswer created(
      Form form,
      String eventName,
      String identifier,
      Instant timestamp,
      Instant now,
      boolean livemode) {
    return HttpAnswer.ok(
        Map.of(
            "object",
            "billing.meter_event",
            "created",
            now.getEpochSecond(),
            "event_name",
            eventName,
            "identifier",
            identifier,
            "livemode",
            livemode,
            "payload",
            form.map("payload"),
            "timestamp",
            timestamp.getEpochSecond()));
  }
}
