package io.sensormeter.stripe;

import com.stripe.exception.StripeException;
import com.stripe.model.billing.Meter;
import com.stripe.net.RequestOptions;
import com.stripe.param.billing.MeterListParams;
import io.sensormeter.meter.StripeMeter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The meters of the account. Thread-safe. */
public final class StripeMeters {

  private final StripeCalls calls;

  /**
   * @param calls under a key that reads meters
   */
  public StripeMeters(StripeCalls calls) {
    this.calls = calls;
  }

  private record Named(String eventName, StripeMeter meter) {}

  /**
   * Stripe's meters by event name: of each name asked for the active one first, then those that
   * were; an empty list if there is none.
   */
  public ReadAnswer<Map<String, List<StripeMeter>>> read(Collection<String> eventNames, Turn turn) {
    return switch (Page.all(calls, after -> page(eventNames, after), turn)) {
      case StripeCalls.Answered<List<Named>>(List<Named> all) ->
          new ReadAnswer.Found<>(byName(eventNames, all));
      case StripeCalls.Refused<List<Named>>(StripeException e) -> StripeErrors.ofRead(e);
      case StripeCalls.Hindered<List<Named>>(Answer.Hindrance why) ->
          new ReadAnswer.Hindered<>(why);
    };
  }

  private static Map<String, List<StripeMeter>> byName(
      Collection<String> eventNames, List<Named> all) {
    Map<String, List<StripeMeter>> byName = new TreeMap<>();
    eventNames.forEach(name -> byName.put(name, new ArrayList<>()));
    for (Named named : all) {
      Objects.requireNonNull(byName.get(named.eventName())).add(named.meter());
    }
    byName
        .values()
        .forEach(meters -> meters.sort(Comparator.comparing(meter -> !meter.isActive())));
    return byName;
  }

  private static StripeCalls.Call<Page<Named>> page(
      Collection<String> eventNames, @Nullable String after) {
    MeterListParams.Builder params = MeterListParams.builder().setLimit(Page.LIMIT);
    if (after != null) {
      params.setStartingAfter(after);
    }
    return (client, bound) ->
        Page.of(
            client
                .v1()
                .billing()
                .meters()
                .list(params.build(), RequestOptions.builder().setReadTimeout(bound).build()),
            meter -> named(eventNames, meter));
  }

  /** Null if it was not asked for: what other projects' meters look like is no concern of ours. */
  private static @Nullable Named named(Collection<String> eventNames, Meter meter) {
    String eventName = UnreadableAnswer.present("event_name", meter.getEventName());
    return eventNames.contains(eventName) ? new Named(eventName, read(meter)) : null;
  }

  private static StripeMeter read(Meter meter) {
    return new StripeMeter(
        meter.getId(),
        UnreadableAnswer.present("status", meter.getStatus()),
        UnreadableAnswer.present(
            "default_aggregation.formula",
            UnreadableAnswer.present("default_aggregation", meter.getDefaultAggregation())
                .getFormula()),
        meter.getEventTimeWindow(),
        UnreadableAnswer.present(
            "customer_mapping.event_payload_key",
            UnreadableAnswer.present("customer_mapping", meter.getCustomerMapping())
                .getEventPayloadKey()),
        UnreadableAnswer.present(
            "value_settings.event_payload_key",
            UnreadableAnswer.present("value_settings", meter.getValueSettings())
                .getEventPayloadKey()),
        UnreadableAnswer.present("livemode", meter.getLivemode()));
  }
}
