package io.sensormeter.local.stripe;

import java.math.BigDecimal;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What one Stripe account holds: customers, meters, events, error reports. Thread-safe. */
final class Account {
  private final InstantSource clock;
  private final Rules rules;
  private final Set<String> customers = ConcurrentHashMap.newKeySet();
  private final ConcurrentHashMap<String, List<FakeMeter>> metersByName = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<String, FakeMeter> metersById = new ConcurrentHashMap<>();
  private final Identifiers identifiers = new Identifiers();
  private final Queue<ReceivedEvent> events = new ConcurrentLinkedQueue<>();
  private final Deque<ErrorReport> reports = new ConcurrentLinkedDeque<>();
  private final AtomicLong ids = new AtomicLong();
  private volatile Consumer<ReceivedEvent> onAccepted = _ -> {};

  Account(InstantSource clock, Rules rules) {
    this.clock = clock;
    this.rules = rules;
  }

  /** Two active meters never share an event name. */
  FakeMeter addMeter(
      String eventName, Formula formula, Window window, String customerKey, String valueKey) {
    if (activeMeter(eventName) != null) {
      throw new IllegalArgumentException("an active meter already has event name " + eventName);
    }
    String id = id("mtr_test_");
    var meter = new FakeMeter(id, eventName, formula, window, customerKey, valueKey, clock, rules);
    metersById.put(id, meter);
    metersByName.merge(
        eventName,
        List.of(meter),
        (older, newest) -> Stream.concat(older.stream(), newest.stream()).toList());
    return meter;
  }

  @Nullable FakeMeter activeMeter(String eventName) {
    return metersByName.getOrDefault(eventName, List.of()).stream()
        .filter(FakeMeter::isActive)
        .findFirst()
        .orElse(null);
  }

  @Nullable FakeMeter meter(String id) {
    return metersById.get(id);
  }

  List<FakeMeter> metersNewestFirst() {
    return metersById.values().stream()
        .sorted(Comparator.comparing(FakeMeter::id).reversed())
        .toList();
  }

  /** Every meter that ever had the name, inactive ones included. */
  List<FakeMeter> metersNamed(String eventName) {
    List<FakeMeter> named = metersByName.get(eventName);
    if (named == null) {
      throw new IllegalArgumentException("no meter ever had event name " + eventName);
    }
    return named;
  }

  BigDecimal total(String eventName) {
    return metersNamed(eventName).stream()
        .map(FakeMeter::total)
        .reduce(BigDecimal.ZERO, BigDecimal::add);
  }

  void addCustomer(String id) {
    customers.add(id);
  }

  void deleteCustomer(String id) {
    customers.remove(id);
  }

  boolean knows(String customer) {
    return customers.contains(customer);
  }

  Identifiers identifiers() {
    return identifiers;
  }

  void accept(FakeMeter meter, ReceivedEvent event) {
    meter.count(event);
    events.add(event);
    onAccepted.accept(event);
  }

  void onAccepted(Consumer<ReceivedEvent> listener) {
    onAccepted = listener;
  }

  /** Adds to the newest report if it is of the same kind and reports gather. */
  synchronized void report(FakeMeter meter, String code, String identifier, String message) {
    Instant now = clock.instant();
    String of = code.equals(ErrorReport.NO_METER) ? null : meter.id();
    ErrorReport newest = reports.peekLast();
    if (newest != null
        && rules.reportsGather
        && newest.code().equals(code)
        && Objects.equals(newest.meter(), of)
        && now.isBefore(newest.reportedAt().plus(ErrorReport.WINDOW))) {
      reports.removeLast();
      reports.add(
          new ErrorReport(
              newest.eventId(),
              of,
              code,
              Stream.concat(newest.identifiers().stream(), Stream.of(identifier)).toList(),
              newest.samples(),
              newest.shape(),
              message,
              newest.reportedAt()));
    } else {
      reports.add(
          new ErrorReport(
              id("evt_test_"),
              of,
              code,
              List.of(identifier),
              rules.samplesMost,
              rules.sampleShape,
              message,
              now));
    }
  }

  List<ReceivedEvent> events() {
    return List.copyOf(events);
  }

  List<ErrorReport> reports() {
    return List.copyOf(reports);
  }

  /** Ids sort in the order in which they were made. */
  private String id(String prefix) {
    return "%s%012d".formatted(prefix, ids.incrementAndGet());
  }
}
