package io.sensormeter.inspection;

import io.sensormeter.meter.Hour;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What waits for a person, and the command that helps.
 *
 * @param customerless active subscriptions that nobody is billed for; empty if there are none, or
 *     with a source of one's own, of which that is not known
 */
public record Waiting(
    List<Group> reports,
    List<OfHours> hours,
    List<OfMeter> meters,
    Optional<Customerless> customerless) {

  /**
   * Which of them.
   *
   * @param from the first hour; empty = as far back as the ledger goes, for what does not stay open
   *     70 days
   * @param to the last hour, included; empty = the current hour
   * @param acknowledged those that a person has acknowledged, in place of the open ones
   */
  public record Filter(
      Optional<Hour> from,
      Optional<Hour> to,
      Optional<String> meter,
      Optional<String> organization,
      boolean acknowledged) {

    /** All that is open. */
    public static final Filter OPEN =
        new Filter(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), false);

    public Filter {
      if (from.isPresent() && to.isPresent() && to.get().isBefore(from.get())) {
        throw new IllegalArgumentException(
            "from %s lies after to %s; nothing was done".formatted(from.get(), to.get()));
      }
    }
  }

  /**
   * Reports with one status, code and meter.
   *
   * @param status of the ledger, or {@code late}
   * @param rejectedBy capture, Stripe's answer, or Stripe afterwards (report)
   * @param units the sum of their values
   */
  public record Group(
      String status,
      Optional<String> code,
      Optional<String> rejectedBy,
      String meter,
      long reports,
      long organizations,
      BigDecimal units,
      Hour since,
      Hour newest,
      List<Example> examples,
      String means,
      List<Map<String, Object>> next) {}

  /**
   * One of a group.
   *
   * @param stripeCustomer empty where the source gave none
   * @param acknowledged by whom, when and why; empty if it is open
   */
  public record Example(
      String organization,
      String hour,
      Optional<String> stripeCustomer,
      Optional<String> acknowledged) {}

  /**
   * Hours of one state.
   *
   * @param status {@code owed}, {@code skipped}, {@code estimated}, {@code before_live}
   * @param acknowledged by whom, when and why; empty if they are open
   */
  public record OfHours(
      String status,
      long hours,
      Hour since,
      Hour newest,
      Optional<String> acknowledged,
      String means,
      List<Map<String, Object>> next) {}

  /** A meter that is not as METERS declares it. */
  public record OfMeter(String meter, String problem, List<Map<String, Object>> next) {}

  /** Active subscriptions that nobody is billed for. */
  public record Customerless(long count, List<String> examples) {}

  /** Looks. Meters and subscriptions are never acknowledged. */
  public static Waiting look(Terms terms, Filter filter) {
    List<Group> groups = new ExceptionGroups(terms).of(filter);
    ExceptionHours beside = new ExceptionHours(terms);
    List<OfHours> hours = beside.hours(filter);
    return filter.acknowledged()
        ? new Waiting(groups, hours, List.of(), Optional.empty())
        : new Waiting(groups, hours, beside.meters(), beside.customerless());
  }

  /** Of the meters alone. */
  public static List<OfMeter> metersOf(Terms terms) {
    return new ExceptionHours(terms).meters();
  }

  public boolean isEmpty() {
    return reports.isEmpty() && hours.isEmpty() && meters.isEmpty() && customerless.isEmpty();
  }
}
