package io.sensormeter.simulation;

import io.sensormeter.local.stripe.Fault;
import io.sensormeter.local.stripe.MeterEventCall;
import io.sensormeter.local.stripe.ReadCall;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a call to Stripe meets. */
final class StripeFaults {
  private static final String CONFLICT =
      "{\"error\":{\"type\":\"invalid_request_error\",\"message\":\"Another request is in"
          + " progress.\"}}";
  private static final String DOWN =
      "{\"error\":{\"type\":\"api_error\",\"message\":\"An unknown error occurred.\"}}";

  private final VirtualClock clock;
  private final Chaos chaos;
  private final Map<String, Instant> silentUntil = new HashMap<>();
  private final Map<String, Instant> refusedUntil = new HashMap<>();
  private final Map<String, Boolean> taking = new HashMap<>();
  private final Set<String> taken = new HashSet<>();
  private Instant outageUntil = Instant.MIN;
  private boolean outageIsSilent;
  private boolean timeout;

  StripeFaults(VirtualClock clock, Chaos chaos) {
    this.clock = clock;
    this.chaos = chaos;
  }

  Duration latency() {
    return Duration.ofMillis(60);
  }

  /** Nothing of Stripe answers until then. */
  void outage(Instant until, boolean silent) {
    outageUntil = until;
    outageIsSilent = silent;
  }

  /**
   * No event of this customer is answered until then.
   *
   * @param areTaken whether they are taken nevertheless, once
   */
  void neverAnswer(String customer, Instant until, boolean areTaken) {
    if (!isSilent(customer)) {
      silentUntil.put(customer, until);
      taking.put(customer, areTaken);
    }
  }

  /** Every event of this customer is refused until then. */
  void refuse(String customer, Instant until) {
    refusedUntil.put(customer, until);
  }

  boolean isSilent(String customer) {
    Instant until = silentUntil.get(customer);
    return until != null && clock.instant().isBefore(until);
  }

  void end() {
    outageUntil = Instant.MIN;
    silentUntil.clear();
    refusedUntil.clear();
  }

  /** Whether a call that got no answer is waited for; else its connection is reset. */
  boolean isTimeout() {
    return timeout;
  }

  /** An answer of something between. */
  Optional<StripeTransport.Synthetic> instead(boolean isEvent) {
    timeout = false;
    if (clock.instant().isBefore(outageUntil)) {
      return Optional.of(
          outageIsSilent
              ? new StripeTransport.Synthetic(0, "")
              : new StripeTransport.Synthetic(503, DOWN));
    }
    if (isEvent && chaos.strikes(FaultKind.STRIPE_CONFLICT, 0.1)) {
      return Optional.of(new StripeTransport.Synthetic(409, CONFLICT));
    }
    if (isEvent && chaos.strikes(FaultKind.STRIPE_TIMEOUT_BEFORE, 0.1)) {
      return Optional.of(new StripeTransport.Synthetic(0, ""));
    }
    return Optional.empty();
  }

  /** Of an event that reaches the account. */
  @Nullable Fault ofEvent(MeterEventCall call) {
    String customer = call.customer();
    if (customer != null && isSilent(customer)) {
      timeout = true;
      return taking.getOrDefault(customer, false) && taken.add(String.valueOf(call.identifier()))
          ? new Fault.ResetAfterProcessing()
          : new Fault.ResetBeforeProcessing();
    }
    Instant refused = refusedUntil.get(customer);
    if (refused != null && clock.instant().isBefore(refused)) {
      return new Fault.Refused("parameter_invalid", "Refused for days.");
    }
    if (chaos.strikes(FaultKind.STRIPE_RATE_LIMITED, 0.1)) {
      return new Fault.RateLimited("endpoint-rate");
    }
    if (chaos.strikes(FaultKind.STRIPE_SERVER_ERROR, 0.1)) {
      return new Fault.ServerError();
    }
    if (chaos.strikes(FaultKind.STRIPE_SERVER_ERROR_AFTER, 0.1)) {
      return new Fault.ServerErrorAfterProcessing();
    }
    if (chaos.strikes(FaultKind.STRIPE_RESET_BEFORE, 0.1)) {
      return new Fault.ResetBeforeProcessing();
    }
    if (chaos.strikes(FaultKind.STRIPE_RESET_AFTER, 0.15)) {
      return new Fault.ResetAfterProcessing();
    }
    if (chaos.strikes(FaultKind.STRIPE_TIMEOUT_AFTER, 0.15)) {
      timeout = true;
      return new Fault.ResetAfterProcessing();
    }
    if (chaos.strikes(FaultKind.STRIPE_EMPTY, 0.05)) {
      return new Fault.EmptyAnswer(502);
    }
    if (chaos.strikes(FaultKind.STRIPE_HTML, 0.05)) {
      return new Fault.HtmlAnswer(503);
    }
    if (chaos.strikes(FaultKind.STRIPE_REFUSED, 0.1)) {
      return new Fault.Refused("parameter_invalid", "Refused for no reason.");
    }
    if (chaos.strikes(FaultKind.STRIPE_REFUSED_LATER, 0.1)) {
      return new Fault.RejectedLater("meter_event_invalid_value");
    }
    return chaos.strikes(FaultKind.STRIPE_SWALLOWED, 0.1) ? new Fault.Swallowed() : null;
  }

  @Nullable Fault ofRead(ReadCall call) {
    if (!chaos.strikes(FaultKind.STRIPE_READ_FAILS, 0.3)) {
      return null;
    }
    return switch (chaos.of(FaultKind.STRIPE_READ_FAILS).nextInt(4)) {
      case 0 -> new Fault.RateLimited("global-rate");
      case 1 -> new Fault.ServerError();
      case 2 -> new Fault.HtmlAnswer(503);
      default -> new Fault.ResetBeforeProcessing();
    };
  }
}
