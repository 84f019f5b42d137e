package io.sensormeter.simulation.oracle;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** What Stripe was given and counts, by the rules of its meters. */
public final class Bill {
  private final Source source;
  private final Map<Reading, List<Event>> events = new HashMap<>();
  // Of a replaceable meter, what stands for a customer's hour.
  private final Map<Place, Event> standing = new HashMap<>();
  private final Map<Place, Instant> newest = new HashMap<>();
  private final Set<String> deleted = new HashSet<>();
  private final Set<Place> byHand = new HashSet<>();

  /** An event that Stripe counts. */
  record Event(Reading reading, int revision, String customer, long value, Instant receivedAt) {}

  private record Place(String meter, String customer, Instant hour) {}

  Bill(Source source) {
    this.source = source;
  }

  /** A person has billed it, or something beside it. */
  public void byHand(String meter, String customer, Instant eventTime) {
    byHand.add(new Place(meter, customer, eventTime));
  }

  boolean isByHand(Reading reading, String customer) {
    return byHand.contains(
        new Place(reading.meter(), customer, reading.eventTime(source.kind(reading.meter()))));
  }

  /** Nobody is billed for what this customer had. */
  public void deleted(String customer) {
    deleted.add(customer);
  }

  boolean isDeleted(String customer) {
    return deleted.contains(customer);
  }

  /** Whose event is replaced by this one; the same reading's is none. */
  java.util.Optional<Event> add(Event event) {
    events.computeIfAbsent(event.reading(), _ -> new ArrayList<>()).add(event);
    Kind kind = source.kind(event.reading().meter());
    if (kind != Kind.REPLACEABLE) {
      return java.util.Optional.empty();
    }
    Event before =
        standing.put(
            new Place(event.reading().meter(), event.customer(), event.reading().eventTime(kind)),
            event);
    return java.util.Optional.ofNullable(before)
        .filter(other -> !other.reading().equals(event.reading()));
  }

  /** The newest hour of a customer that a {@code last} meter had before. */
  boolean isOvertaken(Event event) {
    Place place = new Place(event.reading().meter(), event.customer(), Instant.EPOCH);
    Instant before = newest.get(place);
    if (before != null && before.isAfter(event.reading().hour())) {
      return true;
    }
    newest.put(place, event.reading().hour());
    return false;
  }

  /** What of it is on some invoice: each amount that counts. */
  List<Event> counted(Reading reading) {
    return counted(reading, "");
  }

  /** The same, and what this customer had, deleted or not. */
  List<Event> counted(Reading reading, String customer) {
    Kind kind = source.kind(reading.meter());
    return events.getOrDefault(reading, List.of()).stream()
        .filter(event -> event.customer().equals(customer) || !deleted.contains(event.customer()))
        .filter(
            event ->
                kind != Kind.REPLACEABLE
                    || Objects.equals(
                        standing.get(
                            new Place(reading.meter(), event.customer(), reading.eventTime(kind))),
                        event))
        .filter(event -> event.value() != 0)
        .toList();
  }

  /** When Stripe took a revision, each time. */
  List<Instant> received(Reading.Revision report) {
    return events.getOrDefault(report.reading(), List.of()).stream()
        .filter(event -> event.revision() == report.number())
        .map(Event::receivedAt)
        .toList();
  }

  static long exact(BigDecimal value) {
    return value.longValueExact();
  }
}
