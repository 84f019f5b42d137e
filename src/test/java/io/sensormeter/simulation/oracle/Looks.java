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
  private final Map<String, List<Instant>> looks = new HashMap<>();
  private final Set<String> late = new HashSet<>();

  void called(Reading.Revision report, Instant now) {
    firstCalls.putIfAbsent(report, now);
  }

  void shown(String meter, String customer, Instant now) {
    looks.computeIfAbsent(meter + " " + customer, _ -> new ArrayList<>()).add(now);
  }

  void isLate(String customer) {
    late.add(customer);
  }

  /** Whether it ever was. */
  boolean isLateAlone(String customer) {
    return late.contains(customer);
  }

  /** Whether two looks at what may be believed of a report were as far apart as they must be. */
  boolean areApart(String meter, String customer, Reading.Revision report) {
    // What never came to Stripe is absent from its hour on.
    Instant called = firstCalls.getOrDefault(report, report.reading().hour());
    Instant aged = called.plus(AGED).minus(Copies.SKEW);
    List<Instant> believed =
        looks.getOrDefault(meter + " " + customer, List.of()).stream()
            .filter(look -> !look.isBefore(aged))
            .toList();
    return !believed.isEmpty()
        && !believed
            .getFirst()
            .plus(APART)
            .minus(Copies.SKEW.multipliedBy(2))
            .isAfter(believed.getLast());
  }
}
