package io.sensormeter.stripe;

import com.stripe.exception.StripeException;
import com.stripe.model.billing.MeterEvent;
import com.stripe.net.RequestOptions;
import com.stripe.param.billing.MeterEventCreateParams;
import io.sensormeter.config.StripeMode;
import io.sensormeter.meter.Copy;
import io.sensormeter.stripe.Answer.ConfigurationError;
import io.sensormeter.stripe.Answer.Delivered;
import io.sensormeter.stripe.Answer.NoAnswer;

/** Stripe's meter events. Thread-safe; one instance serves an environment for its whole life. */
public final class MeterEvents {

  private final StripeCalls calls;
  private final StripeMode mode;

  /**
   * @param calls under the key that writes meter events
   * @param mode what every event is taken in
   */
  public MeterEvents(StripeCalls calls, StripeMode mode) {
    this.calls = calls;
    this.mode = mode;
  }

  /** See {@link StripeCalls#requireKey}. */
  public void requireKey() {
    calls.requireKey();
  }

  /**
   * Sends the event once, not at all with a key of the other mode, and once more only after Stripe
   * refused the key itself; see {@link StripeCalls#make}. When this returns, no call is under way.
   * An interrupt gives {@link NoAnswer} and leaves the thread's flag set.
   */
  public Answer send(Copy copy) {
    StripeCalls.Result<MeterEvent> result =
        calls.make(
            (client, bound) ->
                client
                    .v1()
                    .billing()
                    .meterEvents()
                    .create(params(copy), RequestOptions.builder().setReadTimeout(bound).build()));
    return switch (result) {
      case StripeCalls.Answered<MeterEvent>(MeterEvent event) -> answer(event, copy);
      case StripeCalls.Refused<MeterEvent>(StripeException e) ->
          StripeErrors.ofEvent(e, copy.identifier());
      case StripeCalls.Hindered<MeterEvent>(Answer.Hindrance why) -> why;
    };
  }

  private Answer answer(MeterEvent event, Copy copy) {
    int status = event.getLastResponse().code();
    if (!copy.identifier().value().equals(event.getIdentifier())) {
      return new NoAnswer("HTTP " + status + " without our identifier", false, status);
    }
    // Should it be left out, the key's prefix has told the mode.
    Boolean live = event.getLivemode();
    if (live != null && live != (mode == StripeMode.LIVE)) {
      StripeMode taken = live ? StripeMode.LIVE : StripeMode.TEST;
      return new ConfigurationError(
          "Stripe took the event in mode %s, but STRIPE_MODE and the key are of mode %s; compare STRIPE_API_BASE and the account"
              .formatted(taken.label(), mode.label()),
          status);
    }
    return new Delivered(event.getLastResponse().requestId(), false);
  }

  private static MeterEventCreateParams params(Copy copy) {
    return MeterEventCreateParams.builder()
        .setEventName(copy.key().meter())
        .setIdentifier(copy.identifier().value())
        .setTimestamp(copy.eventHour().start().getEpochSecond())
        .putPayload("stripe_customer_id", copy.stripeCustomerId())
        .putPayload("value", Long.toString(copy.value()))
        .build();
  }
}
