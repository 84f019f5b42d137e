package io.sensormeter.operator;

import io.sensormeter.meter.Hour;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** {@code exceptions}: what waits for a person, and the command that helps. */
record Exceptions(Tools tools) {

  private static final String NOTHING =
      "Nothing waits for a person: no open exception, no hour that is owed, skipped or read late,"
          + " no meter with a problem.";

  private static final String NOTHING_ACKNOWLEDGED = "No exception was acknowledged.";

  /**
   * The answer.
   *
   * @param says that there is nothing, if so
   */
  private record Answer(
      String command,
      boolean acknowledged,
      Optional<String> says,
      List<Group> reports,
      List<OfHours> hours,
      List<OfMeter> meters,
      Optional<Customerless> subscriptionsWithoutCustomer) {}

  /**
   * Reports with one status, code and meter.
   *
   * @param status of the ledger, or {@code late}
   * @param rejectedBy capture, Stripe's answer, or Stripe afterwards (report)
   * @param units the sum of their values
   */
  record Group(
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
   */
  record Example(String organization, String hour, Optional<String> stripeCustomer) {}

  /**
   * Hours of one state.
   *
   * @param status {@code owed}, {@code skipped}, {@code estimated}, {@code before_live}
   */
  record OfHours(
      String status,
      long hours,
      Hour since,
      Hour newest,
      String means,
      List<Map<String, Object>> next) {}

  /** A meter that is not as METERS declares it. */
  record OfMeter(String meter, String problem, List<Map<String, Object>> next) {}

  /** Active subscriptions that nobody is billed for. */
  record Customerless(long count, List<String> examples) {}

  /** Lists. */
  Done answer(Command.Exceptions command) {
    if (command.from().isPresent() && command.to().isPresent()) {
      requireOrder(command.from().get(), command.to().get());
    }
    List<Group> groups = new ExceptionGroups(tools).of(command);
    ExceptionHours beside = new ExceptionHours(tools);
    List<OfHours> hours = command.acknowledged() ? List.of() : beside.hours(command);
    List<OfMeter> meters = command.acknowledged() ? List.of() : beside.meters();
    Optional<Customerless> customerless =
        command.acknowledged() ? Optional.empty() : beside.customerless();
    boolean nothing =
        groups.isEmpty() && hours.isEmpty() && meters.isEmpty() && customerless.isEmpty();
    return new Done(
        new Answer(
            "exceptions",
            command.acknowledged(),
            nothing
                ? Optional.of(command.acknowledged() ? NOTHING_ACKNOWLEDGED : NOTHING)
                : Optional.empty(),
            groups,
            hours,
            meters,
            customerless),
        0);
  }

  private static void requireOrder(Hour from, Hour to) {
    if (to.isBefore(from)) {
      throw new IllegalArgumentException("from " + from + " lies after to " + to);
    }
  }
}
