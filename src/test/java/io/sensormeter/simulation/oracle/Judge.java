package io.sensormeter.simulation.oracle;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Says at every step what must not be. */
public final class Judge {
  private final InstantSource clock;
  private final Source source;
  private final Bill bill;
  private final Copies copies;
  private final List<Violation> violations = new ArrayList<>();
  private final Map<Reading, Map<Integer, String>> statuses = new HashMap<>();
  private final Map<String, Integer> arrows = new TreeMap<>();
  private final Set<Reading.Revision> answered = new HashSet<>();
  private final Set<Reading.Revision> refusedLater = new HashSet<>();
  private final Map<Reading.Revision, List<Instant>> taken = new HashMap<>();
  private final Map<Reading.Revision, Instant> waiting = new HashMap<>();
  private final Looks looks = new Looks();
  private final Rings rings = new Rings();
  private final Instant billFrom;
  private boolean bills = true;
  private Map<String, Instant> inWork = Map.of();

  /**
   * @param billFrom the first event time billed
   */
  public Judge(InstantSource clock, Source source, Instant billFrom) {
    this.clock = clock;
    this.source = source;
    this.billFrom = billFrom;
    this.bill = new Bill(source);
    this.copies = new Copies(source);
  }

  public Bill bill() {
    return bill;
  }

  public List<Violation> violations() {
    return violations;
  }

  /** How often each arrow was gone. */
  public Map<String, Integer> arrows() {
    return arrows;
  }

  public void violated(String invariant, String detail, @Nullable Reading reading) {
    violations.add(new Violation(invariant, detail, reading, clock.instant()));
  }

  /** A copy has left for the reports queue. */
  public void published(String body) {
    Copies.Copy copy = Copies.read(body, clock.instant());
    if (copy == null || !source.knows(copy.report().reading().meter())) {
      violated("identifier names its report", body, null);
      return;
    }
    copies
        .sent(copy)
        .ifPresent(
            wrong -> {
              int colon = wrong.indexOf(':');
              violated(
                  wrong.substring(0, colon), wrong.substring(colon + 2), copy.report().reading());
            });
    if ("shadow".equals(status(copy.report()))) {
      violated("nothing in shadow is sent", copy.toString(), copy.report().reading());
    }
  }

  /** Whether a copy is of a report that was in shadow when the ledger's moves were last told. */
  public boolean isInShadow(String body) {
    Copies.Copy copy = Copies.read(body, clock.instant());
    return copy != null && "shadow".equals(status(copy.report()));
  }

  /** A reporter begins to work on these messages. */
  public void working(List<String> bodies) {
    inWork = Copies.limitsOf(bodies);
  }

  /** Stripe receives an event, whatever it makes of it. */
  public void called(String identifier) {
    Reading.Revision called = Reading.named(identifier);
    if (called != null) {
      looks.called(called, clock.instant());
    }
    Instant limit = inWork.get(identifier);
    if (limit != null && clock.instant().isAfter(limit.plus(Copies.SKEW))) {
      Reading.Revision named = Reading.named(identifier);
      violated(
          "no copy is sent two minutes past its sendBefore",
          identifier + " of " + limit,
          named == null ? null : named.reading());
    }
  }

  /** Stripe counts an event. */
  public void accepted(
      String identifier, String meter, String customer, BigDecimal value, Instant timestamp) {
    Reading.Revision report = Reading.named(identifier);
    if (report == null || !source.knows(meter) || !report.reading().meter().equals(meter)) {
      violated("identifier names its report", identifier, null);
      return;
    }
    Reading reading = report.reading();
    Kind kind = source.kind(meter);
    Bill.Event event =
        new Bill.Event(reading, report.number(), customer, Bill.exact(value), clock.instant());
    if (!source.values(reading).contains(event.value())) {
      violated(
          "nothing is billed wrong",
          "%s with %s, the truth is %s".formatted(identifier, value, source.values(reading)),
          reading);
    }
    if (!timestamp.equals(reading.eventTime(kind)) || timestamp.isBefore(billFrom)) {
      violated("nothing is billed for another hour", identifier + " at " + timestamp, reading);
    }
    if (!source.customers(reading, clock.instant()).contains(customer)) {
      violated(
          "nobody pays for another",
          identifier + " to " + customer + ", not " + source.customers(reading, clock.instant()),
          reading);
    }
    if (kind == Kind.LAST && bill.isOvertaken(event)) {
      violated("of a last meter the last hour stands last", event.toString(), reading);
    }
    copies.taken(report);
    bill.add(event)
        .filter(other -> other.value() != 0)
        .ifPresent(
            other ->
                violated(
                    "no organization takes another's place", event + " over " + other, reading));
    List<Bill.Event> counted = bill.counted(reading);
    if (kind == Kind.LAST
        ? counted.stream().map(Bill.Event::customer).distinct().count() > 1
        : counted.size() > 1) {
      violated("nothing is billed twice", counted.toString(), reading);
    }
  }

  /** Stripe answers that it takes an event, whether it counts it or not. */
  public void took(String identifier) {
    Reading.Revision report = Reading.named(identifier);
    if (report != null) {
      taken.computeIfAbsent(report, _ -> new ArrayList<>()).add(clock.instant());
    }
  }

  /** From now on what is captured is billed, or it is captured in shadow. */
  public void bills(boolean now) {
    bills = now;
  }

  /**
   * Stripe shows what it has of a customer.
   *
   * @param from the first hour asked for
   * @param to the end of the last
   * @param used those of them with usage
   */
  public void shown(String meter, String customer, Instant from, Instant to, Set<Instant> used) {
    looks.shown(meter, customer, from, to, used, clock.instant());
  }

  /** Stripe shows what it has of this customer later than what it has of others. */
  public void isLate(String customer) {
    looks.isLate(customer);
  }

  private void sentAnew(Reading.Revision report) {
    Reading reading = report.reading();
    String customer = String.valueOf(copies.customer(report));
    if (bill.isByHand(reading, customer)) {
      return;
    }
    if (!looks.isLateAlone(customer)
        && bill.counted(reading).stream().anyMatch(event -> event.revision() == report.number())) {
      violated("what Stripe holds is not sent anew by itself", report.toString(), reading);
    }
    if (!looks.areApart(reading.eventTime(source.kind(reading.meter())), customer, report)) {
      violated("what is sent anew was seen absent twice", report.toString(), reading);
    }
  }

  /**
   * The ledger's reports have moved.
   *
   * @param byPerson whether a person has asked for it
   */
  public void moved(Move move, boolean byPerson) {
    Reading reading = move.report().reading();
    Map<Integer, String> revisions = statuses.computeIfAbsent(reading, _ -> new TreeMap<>());
    revisions.put(move.report().number(), move.to());
    arrows.merge(move.arrow(), 1, Integer::sum);
    rings.moved(move);
    if (move.to().equals("pending")) {
      waiting.put(move.report(), clock.instant());
    }
    if (move.arrow().equals(">shadow")
        && move.report().number() == 0
        && bills
        && isBilled(reading)) {
      violated("what is captured while it is billed is pending", move.toString(), reading);
    }
    if (move.arrow().equals(">pending") && move.report().number() == 0 && !bills) {
      violated("what is captured in shadow is not pending", move.toString(), reading);
    }
    if (move.arrow().equals("pending>accepted")) {
      answered.add(move.report());
    }
    if (move.arrow().equals("rejected>accepted") && !taken.containsKey(move.report())) {
      violated("only Stripe's yes comes before its no", move.toString(), reading);
    }
    if (move.to().equals("replaced") && !byPerson) {
      sentAnew(move.report());
    }
    boolean drawn =
        move.from() == null
            ? Diagram.BORN.contains(move.to())
            : Diagram.ARROWS.contains(move.arrow());
    if (!drawn) {
      violated("every arrow is drawn", move.toString(), reading);
    }
    if (!source.has(reading) && source.knows(reading.meter()) && !move.to().equals("rejected")) {
      violated("nothing is captured that is not there", move.toString(), reading);
    }
  }

  /** All moves of a step are told: of each reading one revision is live at most. */
  public void settled(Reading reading) {
    Map<Integer, String> revisions = statuses.getOrDefault(reading, Map.of());
    if (revisions.values().stream().filter(each -> !Diagram.NOT_LIVE.contains(each)).count() > 1) {
      violated("one revision is live", revisions.toString(), reading);
    }
  }

  /** A tick has printed what is new. */
  public void rang(Map<String, Double> metrics) {
    rings.told(metrics).ifPresent(wrong -> violated("what is new rings", wrong, null));
  }

  /** For how long a report has been pending. */
  Duration waitsFor(Reading reading, int revision) {
    Instant since = waiting.get(new Reading.Revision(reading, revision));
    return since == null ? Duration.ZERO : Duration.between(since, clock.instant());
  }

  /** Whether it is of a time that is billed. */
  boolean isBilled(Reading reading) {
    return !reading.eventTime(source.kind(reading.meter())).isBefore(billFrom);
  }

  /** Stripe says that it does not count what it took under an identifier. */
  public void refusedLater(String identifier) {
    Reading.Revision report = Reading.named(identifier);
    if (report != null) {
      refusedLater.add(report);
    }
  }

  /** Whether it was accepted by one answer that stands, not by what Stripe showed. */
  boolean wasAnswered(Reading.Revision report) {
    return answered.contains(report) && !refusedLater.contains(report);
  }

  /** When Stripe answered that it takes it, whether it counts that copy or not. */
  List<Instant> taken(Reading.Revision report) {
    return taken.getOrDefault(report, List.of());
  }

  @Nullable String status(Reading.Revision report) {
    return statuses.getOrDefault(report.reading(), Map.of()).get(report.number());
  }
}
