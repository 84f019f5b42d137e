package io.sensormeter.local;

import io.sensormeter.local.stripe.ReceivedEvent;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Whether the ledger and Stripe hold the same, event for event and unit for unit. */
public final class Agreement {
  private static final int SHOWN = 10;

  private final Pipeline pipeline;

  public Agreement(Pipeline pipeline) {
    this.pipeline = pipeline;
  }

  /**
   * What the ledger says.
   *
   * @param acceptedValues of what Stripe took, by identifier, verified or not
   * @param replaced identifiers of what a revision stands for
   * @param exceptions what a person is told of: organization, hour and why
   */
  private record Ledger(
      long captured,
      long pending,
      long verified,
      BigDecimal total,
      Map<String, BigDecimal> acceptedValues,
      Set<String> replaced,
      List<String> exceptions) {

    private long accepted() {
      return acceptedValues.size();
    }
  }

  /** What differs; empty if nothing does. */
  public List<String> differences() {
    return differences(ledger());
  }

  private List<String> differences(Ledger ledger) {
    List<String> differences = new ArrayList<>();
    Map<String, BigDecimal> missing = new HashMap<>(ledger.acceptedValues());
    for (ReceivedEvent event : pipeline.stripe().acceptedEvents()) {
      BigDecimal value = missing.remove(event.identifier());
      if (value == null && !ledger.replaced().contains(event.identifier())) {
        differences.add(
            ledger.acceptedValues().containsKey(event.identifier())
                ? event.identifier() + " is at Stripe twice"
                : event.identifier() + " is at Stripe, but not accepted in the ledger");
      } else if (value != null && value.compareTo(event.value()) != 0) {
        differences.add(
            "%s is %s in the ledger, %s at Stripe"
                .formatted(event.identifier(), value, event.value()));
      }
    }
    missing.forEach((identifier, value) -> differences.add(identifier + " is not at Stripe"));
    BigDecimal billed = billed();
    if (billed.compareTo(ledger.total()) != 0) {
      differences.add("Stripe bills %s, the ledger holds %s".formatted(billed, ledger.total()));
    }
    if (ledger.pending() > 0) {
      differences.add(ledger.pending() + " reports are pending");
    }
    return differences;
  }

  /**
   * Prints both sides and the verdict.
   *
   * @param took printed with the rate unless zero
   * @return whether they agree
   */
  public boolean print(Duration took) {
    Ledger ledger = ledger();
    List<ReceivedEvent> events = pipeline.stripe().acceptedEvents();
    say(
        "captured %,d, published %,d, accepted %,d, verified %,d, %s"
            .formatted(
                ledger.captured(),
                pipeline.published(),
                ledger.accepted(),
                ledger.verified(),
                unverified()));
    say("%-18s %14s %14s".formatted("", "ledger", "Stripe"));
    say("%-18s %,14d %,14d".formatted("meter events", ledger.accepted(), events.size()));
    say("%-18s %,14.0f %,14.0f".formatted("sensor-hours", ledger.total(), billed()));
    if (!took.isZero()) {
      say(
          "%.1f s, %,.0f reports/s"
              .formatted(took.toMillis() / 1e3, ledger.captured() * 1e3 / took.toMillis()));
    }
    List<String> differences = differences(ledger);
    differences.stream()
        .limit(SHOWN)
        .forEach(difference -> say("DIFFERS: %s".formatted(difference)));
    if (differences.size() > SHOWN) {
      say("and %,d more".formatted(differences.size() - SHOWN));
    }
    ledger.exceptions().stream().limit(SHOWN).forEach(one -> say("EXCEPTION: " + one));
    if (ledger.exceptions().size() > SHOWN) {
      say("and %,d more".formatted(ledger.exceptions().size() - SHOWN));
    }
    System.out.println(verdict(differences, ledger));
    return differences.isEmpty();
  }

  private static String verdict(List<String> differences, Ledger ledger) {
    if (!differences.isEmpty()) {
      return "NOT OK";
    }
    return ledger.exceptions().isEmpty()
        ? "OK"
        : "OK, %,d exceptions, all named".formatted(ledger.exceptions().size());
  }

  /** Stripe is asked only about what it took two hours ago. */
  private String unverified() {
    long hours =
        pipeline
            .database()
            .queryLong(
                "select count(distinct hour) from metering.meter_report where status = 'accepted'");
    return "%,d h too young".formatted(hours);
  }

  /** What Stripe bills, on every meter it has an event of. */
  private BigDecimal billed() {
    return pipeline.stripe().acceptedEvents().stream()
        .map(ReceivedEvent::eventName)
        .distinct()
        .map(pipeline.stripe()::total)
        .reduce(BigDecimal.ZERO, BigDecimal::add);
  }

  private Ledger ledger() {
    Map<String, BigDecimal> accepted = new HashMap<>();
    Set<String> replaced = new HashSet<>();
    List<String> exceptions = new ArrayList<>();
    long captured = 0;
    long pending = 0;
    long verified = 0;
    try (Connection owner = pipeline.database().connectAsOwner();
        Statement statement = owner.createStatement();
        ResultSet rows =
            statement.executeQuery(
                // Of a refused zero there is nothing at Stripe, and nothing is owed.
                """
                select identifier, status, value,
                  organization_id || ' at ' || to_char(hour at time zone 'UTC', 'YYYY-MM-DD"T"HH24"Z"')
                    || ': ' || status || coalesce(', ' || failure_code, '') as exception
                from metering.meter_report
                where status not in ('superseded', 'shadow')
                  and failure_code is distinct from 'zero_refused'
                order by hour, organization_id
                """)) {
      while (rows.next()) {
        captured++;
        switch (rows.getString("status")) {
          case "verified" -> {
            verified++;
            accepted.put(rows.getString("identifier"), rows.getBigDecimal("value"));
          }
          case "accepted" ->
              accepted.put(rows.getString("identifier"), rows.getBigDecimal("value"));
          case "rejected", "discrepancy" -> exceptions.add(rows.getString("exception"));
          case "replaced" -> {
            captured--;
            replaced.add(rows.getString("identifier"));
          }
          default -> pending++;
        }
      }
    } catch (SQLException e) {
      throw new IllegalStateException("the ledger cannot be read", e);
    }
    BigDecimal total = accepted.values().stream().reduce(BigDecimal.ZERO, BigDecimal::add);
    return new Ledger(captured, pending, verified, total, accepted, replaced, exceptions);
  }

  private static void say(String line) {
    System.out.println("  " + line);
  }
}
