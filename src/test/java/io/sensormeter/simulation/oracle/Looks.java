package io.sensormeter.simulation.oracle;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** When Stripe was looked at, and what must hold before an absence is believed. */
final class Looks {
  /** Summaries are not believed sooner after the event. */
  private static final Duration AGED = Duration.ofHours(2);

  private static final Duration APART = Duration.ofMinutes(50);

  private final Map<Reading.Revision, Instant> firstCalls = new HashMap<>();
  private final Map<String, List<Look>> looks = new HashMap<>();
  private final Set<String> late = new HashSet<>();

  /** What Stripe showed: of these hours nothing but of some. */
  private record Look(Instant at, Instant from, Instant to, Set<Instant> used) {

    boolean showsNothing(Instant hour) {
      return !hour.isBefore(from) && hour.isBefore(to) && !used.contains(hour);
    }
  }

  void called(Reading.Revision report, Instant now) {
    firstCalls.putIfAbsent(report, now);
  }

  void shown(
      String meter, String customer, Instant from, Instant to, Set<Instant> used, Instant now) {
    looks
        .computeIfAbsent(meter + " " + customer, _ -> new ArrayList<>())
        .add(new Look(now, from, to, used));
  }

  void isLate(String customer) {
    late.add(customer);
  }

  /** Whether it ever was. */
  boolean isLateAlone(String customer) {
    return late.contains(customer);
  }

  /** Whether two looks that showed nothing, and may be believed, were as far apart as they must. */
  boolean areApart(Instant eventTime, String customer, Reading.Revision report) {
    // What never came to Stripe is absent from its hour on.
    Instant called = firstCalls.getOrDefault(report, report.reading().hour());
    Instant aged = called.plus(AGED).minus(Copies.SKEW);
    List<Instant> believed =
        looks.getOrDefault(report.reading().meter() + " " + customer, List.of()).stream()
            .filter(look -> look.showsNothing(eventTime))
            .map(Look::at)
            .filter(at -> !at.isBefore(aged))
            .toList();
    return !believed.isEmpty()
        && !believed
            .getFirst()
            .plus(APART)
            .minus(Copies.SKEW.multipliedBy(2))
            .isAfter(believed.getLast());
  }
}
