package io.sensormeter.local.stripe;

import java.math.BigDecimal;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One meter: its formula, its window and the events it counts, locked per customer. Everything but
 * its status is fixed at creation (docs/stripe-facts.md, Meters). Thread-safe.
 */
public final class FakeMeter {
  static final String DEFAULT_CUSTOMER_KEY = "stripe_customer_id";
  static final String DEFAULT_VALUE_KEY = "value";

  private final String id;
  private final String eventName;
  private final Formula formula;
  private final Window window;
  private final String customerKey;
  private final String valueKey;
  private final InstantSource clock;
  private final Rules rules;
  private final Instant created;
  private final ConcurrentHashMap<String, CustomerUsage> usage = new ConcurrentHashMap<>();
  private volatile @Nullable Instant deactivatedAt;
  private volatile Instant updated;

  FakeMeter(
      String id,
      String eventName,
      Formula formula,
      Window window,
      String customerKey,
      String valueKey,
      InstantSource clock,
      Rules rules) {
    this.id = id;
    this.eventName = eventName;
    this.formula = formula;
    this.window = window;
    this.customerKey = customerKey;
    this.valueKey = valueKey;
    this.clock = clock;
    this.rules = rules;
    this.created = clock.instant();
    this.updated = created;
  }

  /** {@code mtr_…}. */
  public String id() {
    return id;
  }

  public String eventName() {
    return eventName;
  }

  public boolean isActive() {
    return deactivatedAt == null;
  }

  /** From now on its events are refused as those of an unknown meter are. */
  public void deactivate() {
    updated = clock.instant();
    deactivatedAt = updated;
  }

  public void reactivate() {
    updated = clock.instant();
    deactivatedAt = null;
  }

  String customerKey() {
    return customerKey;
  }

  String valueKey() {
    return valueKey;
  }

  void count(ReceivedEvent event) {
    usageOf(event.customer()).add(event);
  }

  void forget(ReceivedEvent event) {
    usageOf(event.customer()).remove(event);
  }

  /** What an invoice over these hours bills; see {@link FakeStripe#aggregatedValue}. */
  BigDecimal billed(String customer, Instant startInclusive, Instant endExclusive) {
    return usageOf(customer)
        .aggregate(
            formula,
            rules.lastFollowsReceipt,
            event -> true,
            event -> window.billsIn(event.timestamp(), startInclusive, endExclusive));
  }

  BigDecimal total() {
    return usage.values().stream()
        .flatMap(events -> hourly(events, event -> true, event -> true).values().stream())
        .reduce(BigDecimal.ZERO, BigDecimal::add);
  }

  /** Aggregated values of the visible events between the two, by start of the grouping window. */
  Map<Instant, BigDecimal> grouped(
      String customer,
      Window grouping,
      Instant startInclusive,
      Instant endExclusive,
      Predicate<ReceivedEvent> visible) {
    Predicate<ReceivedEvent> between =
        event ->
            !event.timestamp().isBefore(startInclusive) && event.timestamp().isBefore(endExclusive);
    CustomerUsage events = usageOf(customer);
    if (grouping == Window.RAW) {
      return Map.of(
          startInclusive, events.aggregate(formula, rules.lastFollowsReceipt, visible, between));
    }
    return grouping == Window.HOUR
        ? hourly(events, visible, between)
        : groupedBy(Window.DAY, events, visible, between);
  }

  Map<String, Object> object(boolean livemode) {
    Instant deactivated = deactivatedAt;
    var transitions = new HashMap<String, @Nullable Object>();
    transitions.put("deactivated_at", deactivated == null ? null : deactivated.getEpochSecond());
    var meter = new HashMap<String, Object>();
    meter.put("id", id);
    meter.put("object", "billing.meter");
    meter.put("created", created.getEpochSecond());
    meter.put("customer_mapping", Map.of("type", "by_id", "event_payload_key", customerKey));
    meter.put("default_aggregation", Map.of("formula", formula.wireName()));
    meter.put("display_name", eventName);
    meter.put("event_name", eventName);
    if (window != Window.RAW) {
      meter.put("event_time_window", window.wireName());
    }
    meter.put("livemode", livemode);
    meter.put("status", deactivated == null ? "active" : "inactive");
    meter.put("status_transitions", transitions);
    meter.put("updated", updated.getEpochSecond());
    meter.put("value_settings", Map.of("event_payload_key", valueKey));
    return meter;
  }

  private Map<Instant, BigDecimal> hourly(
      CustomerUsage events, Predicate<ReceivedEvent> visible, Predicate<ReceivedEvent> between) {
    return groupedBy(Window.HOUR, events, visible, between);
  }

  private Map<Instant, BigDecimal> groupedBy(
      Window grouping,
      CustomerUsage events,
      Predicate<ReceivedEvent> visible,
      Predicate<ReceivedEvent> between) {
    return events.aggregateBy(grouping, formula, rules.lastFollowsReceipt, visible, between);
  }

  private CustomerUsage usageOf(String customer) {
    return usage.computeIfAbsent(customer, key -> new CustomerUsage(window));
  }
}
