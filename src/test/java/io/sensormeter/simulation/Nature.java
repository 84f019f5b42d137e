package io.sensormeter.simulation;

import io.sensormeter.local.stripe.FakeStripe;
import io.sensormeter.simulation.oracle.Bill;
import io.sensormeter.simulation.oracle.Reading;
import io.sensormeter.simulation.oracle.Source;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Predicate;

/** The application whose sensors are billed: organizations, their customers, their readings. */
final class Nature {
  static final String SOURCE =
      """
      language sql stable as $$
        select r.organization, nullif(o.customer, ''), r.meter, r.value
        from public.sim_reading as r join public.sim_organization as o on o.id = r.organization
        where r.at = $1
      $$
      """;

  private static final int MOST = 9;

  private final VirtualClock clock;
  private final SimulationDatabase database;
  private final FakeStripe stripe;
  private final Source source;
  private final Bill bill;
  private final Random chance;
  private final List<String> meters;
  private final List<Organization> organizations = new ArrayList<>();
  private final Predicate<Instant> isThere;
  private Instant given;
  private int customers;
  private int appeared;

  private static final class Organization {
    private final String id;
    private String customer;

    private Organization(String id, String customer) {
      this.id = id;
      this.customer = customer;
    }
  }

  /**
   * @param isThere whether there is anything to be read in an hour
   */
  Nature(
      VirtualClock clock,
      SimulationDatabase database,
      FakeStripe stripe,
      Source source,
      Bill bill,
      List<String> meters,
      Instant begin,
      Predicate<Instant> isThere,
      long seed) {
    this.clock = clock;
    this.database = database;
    this.stripe = stripe;
    this.source = source;
    this.bill = bill;
    this.meters = meters;
    this.chance = new Random(seed * 31 + 17);
    this.given = begin;
    this.isThere = isThere;
  }

  void begin(int count) {
    for (int i = 0; i < count; i++) {
      appear();
    }
  }

  /** A new organization, with readings from the next day on; where there are many, one leaves. */
  void appear() {
    Organization one = new Organization("org" + ++appeared, newCustomer());
    organizations.add(one);
    if (organizations.size() > MOST) {
      organizations.removeFirst();
    }
    database.execute("insert into sim_organization values (?, ?)", one.id, one.customer);
    source.customer(one.id, clock.instant(), one.customer);
  }

  /** The readings of the coming hours. */
  void give(Instant until) {
    List<Object[]> rows = new ArrayList<>();
    for (Instant hour = given; hour.isBefore(until); hour = hour.plus(Duration.ofHours(1))) {
      for (Organization one : organizations) {
        for (String meter : isThere.test(hour) ? meters : List.<String>of()) {
          long value = chance.nextInt(12) == 0 ? 0 : 1 + chance.nextInt(40);
          source.reading(new Reading(meter, one.id, hour), value);
          rows.add(new Object[] {hour.toString(), one.id, meter, value});
        }
      }
    }
    database.insertReadings(rows);
    given = until;
  }

  String anyOrganization(Random random) {
    return organizations.get(random.nextInt(organizations.size())).id;
  }

  /** Another customer of Stripe's for the same organization. */
  String change(Random random) {
    Organization one = organizations.get(random.nextInt(organizations.size()));
    String before = one.customer;
    pays(one, newCustomer());
    return one.id + " " + before + " → " + one.customer;
  }

  /** Nobody pays for an organization, for a while. */
  Runnable blank(Random random) {
    Organization one = organizations.get(random.nextInt(organizations.size()));
    String before = one.customer;
    pays(one, "");
    return () -> {
      if (one.customer.isEmpty()) {
        pays(one, ownOrNew(before));
      }
    };
  }

  /** One organization's customer pays for another from now on; the first one gets a new one. */
  String handOver(Random random) {
    Organization from = organizations.get(random.nextInt(organizations.size()));
    Organization to = organizations.get(random.nextInt(organizations.size()));
    if (from == to || from.customer.isEmpty()) {
      return "nothing";
    }
    String customer = from.customer;
    pays(from, newCustomer());
    pays(to, customer);
    return customer + " from " + from.id + " to " + to.id;
  }

  /** Two organizations have one customer, for a while: somebody has mistyped it. */
  Runnable share(Random random) {
    Organization from = organizations.get(random.nextInt(organizations.size()));
    Organization to = organizations.get(random.nextInt(organizations.size()));
    String before = to.customer;
    if (from != to && !from.customer.isEmpty()) {
      pays(to, from.customer);
    }
    return () -> {
      // Whoever has it: in the meantime it may have gone on, or back.
      if (isShared(to)) {
        pays(to, ownOrNew(before));
      }
    };
  }

  private boolean isShared(Organization one) {
    return organizations.stream()
        .anyMatch(
            other ->
                other != one && !one.customer.isEmpty() && other.customer.equals(one.customer));
  }

  /** What one had before, unless somebody else has it meanwhile. */
  private String ownOrNew(String before) {
    return before.isEmpty() || organizations.stream().anyMatch(one -> one.customer.equals(before))
        ? newCustomer()
        : before;
  }

  /** Stripe's customer is deleted; later who had it has another one. */
  Runnable delete(Random random) {
    Organization one = organizations.get(random.nextInt(organizations.size()));
    String gone = one.customer;
    if (gone.isEmpty()) {
      return () -> {};
    }
    delete(gone);
    return () -> payAnew(gone);
  }

  /** The source gives nonsense for a coming hour; mended by what is returned. */
  Runnable spoil(Random random) {
    Organization one = organizations.get(random.nextInt(organizations.size()));
    String meter = meters.get(random.nextInt(meters.size()));
    String hour =
        clock
            .instant()
            .truncatedTo(java.time.temporal.ChronoUnit.HOURS)
            .plusSeconds(3600)
            .toString();
    String nonsense = List.of("-1", "0.5", "NaN", "1e15").get(random.nextInt(4));
    database.execute(
        "update sim_reading set kept = value, value = ?::numeric"
            + " where at = ?::timestamptz and organization = ? and meter = ? and kept is null",
        nonsense,
        hour,
        one.id,
        meter);
    return () ->
        database.execute(
            "update sim_reading set value = kept"
                + " where at = ?::timestamptz and organization = ? and meter = ?"
                + " and kept is not null",
            hour,
            one.id,
            meter);
  }

  private void delete(String customer) {
    stripe.deleteCustomer(customer);
    bill.deleted(customer);
  }

  /** Stripe's customer is deleted, and another one pays at once. */
  void replace(String customer) {
    delete(customer);
    payAnew(customer);
  }

  private void payAnew(String gone) {
    organizations.stream()
        .filter(one -> one.customer.equals(gone))
        .forEach(one -> pays(one, newCustomer()));
  }

  /** Of one of the first organizations that are there. */
  String customer(int number) {
    return organizations.get(number).customer;
  }

  String anyCustomer(Random random) {
    return organizations.get(random.nextInt(organizations.size())).customer;
  }

  private void pays(Organization one, String customer) {
    one.customer = customer;
    database.execute("update sim_organization set customer = ? where id = ?", customer, one.id);
    source.customer(one.id, clock.instant(), customer);
  }

  private String newCustomer() {
    String customer = "cus_%d".formatted(++customers);
    stripe.addCustomer(customer);
    return customer;
  }
}
