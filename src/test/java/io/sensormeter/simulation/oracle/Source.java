package io.sensormeter.simulation.oracle;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;

/** The truth: what was there to be billed, hour by hour, and to whom. */
public final class Source {
  private final Map<String, Kind> meters;
  private final Map<Reading, List<Long>> values = new LinkedHashMap<>();
  private final Set<Reading> perhaps = new HashSet<>();
  private final Map<String, NavigableMap<Instant, String>> customers = new HashMap<>();

  public Source(Map<String, Kind> meters) {
    this.meters = meters;
  }

  public Kind kind(String meter) {
    return java.util.Objects.requireNonNull(meters.get(meter));
  }

  boolean knows(String meter) {
    return meters.containsKey(meter);
  }

  public void reading(Reading reading, long value) {
    values.computeIfAbsent(reading, _ -> new ArrayList<>()).add(value);
  }

  /** It is not there, and never was. */
  public void forget(Reading reading) {
    values.remove(reading);
  }

  /**
   * A person has set it right.
   *
   * @param certain false if nobody knows whether the command was carried out
   */
  public void corrected(Reading reading, long value, boolean certain) {
    reading(reading, value);
    if (!certain) {
      perhaps.add(reading);
    }
  }

  /** From an instant on the organization pays as this customer; blank = as none. */
  public void customer(String organization, Instant since, String customer) {
    customers.computeIfAbsent(organization, _ -> new TreeMap<>()).put(since, customer);
  }

  /** All readings that there are. */
  public Set<Reading> readings() {
    return values.keySet();
  }

  boolean has(Reading reading) {
    return values.containsKey(reading);
  }

  /** What it may be billed with: what was read, and what a person has made of it. */
  List<Long> values(Reading reading) {
    return values.getOrDefault(reading, List.of());
  }

  /** What it is to be billed with at last. */
  Set<Long> lastValues(Reading reading) {
    List<Long> all = values(reading);
    return perhaps.contains(reading) ? Set.copyOf(all) : Set.of(all.getLast());
  }

  /** Whom a reading may be billed to that was captured at its hour or later. */
  Set<String> customers(Reading reading, Instant until) {
    NavigableMap<Instant, String> known =
        customers.getOrDefault(reading.organization(), new TreeMap<>());
    Instant first = known.floorKey(reading.hour());
    Set<String> possible =
        new HashSet<>(
            first == null || first.isAfter(until)
                ? known.headMap(until, true).values()
                : known.subMap(first, true, until, true).values());
    possible.remove("");
    return possible;
  }
}
