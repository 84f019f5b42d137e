package io.sensormeter.local.stripe;

import static java.util.Comparator.comparing;
import static java.util.stream.Collectors.groupingBy;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/** The events of one customer on one meter, in order of receipt. Thread-safe. */
final class CustomerUsage {
  private final Window window;
  private final List<ReceivedEvent> events = new ArrayList<>();

  CustomerUsage(Window window) {
    this.window = window;
  }

  synchronized void add(ReceivedEvent event) {
    events.add(event);
  }

  synchronized void remove(ReceivedEvent event) {
    events.remove(event);
  }

  BigDecimal aggregate(
      Formula formula,
      boolean lastFollowsReceipt,
      Predicate<ReceivedEvent> visible,
      Predicate<ReceivedEvent> between) {
    List<ReceivedEvent> counted = counted(visible).stream().filter(between).toList();
    return aggregate(formula, lastFollowsReceipt, counted);
  }

  /** By start of the grouping window; windows without usage are absent. */
  Map<Instant, BigDecimal> aggregateBy(
      Window grouping,
      Formula formula,
      boolean lastFollowsReceipt,
      Predicate<ReceivedEvent> visible,
      Predicate<ReceivedEvent> between) {
    Map<Instant, List<ReceivedEvent>> groups =
        counted(visible).stream()
            .filter(between)
            .collect(groupingBy(event -> grouping.startOf(event.timestamp())));
    var values = new TreeMap<Instant, BigDecimal>();
    groups.forEach(
        (start, group) -> values.put(start, aggregate(formula, lastFollowsReceipt, group)));
    return values;
  }

  /**
   * Without a window every event; with one, of each window only the event received last
   * (docs/stripe-facts.md, Meters).
   */
  private synchronized List<ReceivedEvent> counted(Predicate<ReceivedEvent> visible) {
    List<ReceivedEvent> seen = events.stream().filter(visible).toList();
    if (window == Window.RAW) {
      return seen;
    }
    var lastOfWindow = new LinkedHashMap<Instant, ReceivedEvent>();
    seen.forEach(event -> lastOfWindow.put(window.startOf(event.timestamp()), event));
    return List.copyOf(lastOfWindow.values());
  }

  private static BigDecimal aggregate(
      Formula formula, boolean lastFollowsReceipt, List<ReceivedEvent> inOrderOfReceipt) {
    return switch (formula) {
      case SUM ->
          inOrderOfReceipt.stream()
              .map(ReceivedEvent::value)
              .reduce(BigDecimal.ZERO, BigDecimal::add);
      case COUNT -> BigDecimal.valueOf(inOrderOfReceipt.size());
      case LAST -> last(lastFollowsReceipt, inOrderOfReceipt);
    };
  }

  /** No event in a period = 0 (docs/stripe-facts.md, Meters). */
  private static BigDecimal last(boolean followsReceipt, List<ReceivedEvent> inOrderOfReceipt) {
    if (inOrderOfReceipt.isEmpty()) {
      return BigDecimal.ZERO;
    }
    if (followsReceipt) {
      return inOrderOfReceipt.getLast().value();
    }
    // Of equal timestamps the one received later.
    return inOrderOfReceipt.stream()
        .reduce(
            (earlier, later) ->
                comparing(ReceivedEvent::timestamp).compare(later, earlier) >= 0 ? later : earlier)
        .orElseThrow()
        .value();
  }
}
