package io.sensormeter.local;

import java.util.List;
import java.util.Properties;
import java.util.function.Predicate;

/**
 * What the local run, the benchmark and the simulation are told by {@code -Dname=value}: the only
 * place that says which values are allowed. Defaults stand in the pom.
 *
 * <p>Maven runs this file, before it compiles anything, to refuse a wrong value at once: it may
 * name no other class of the project and no library.
 */
public final class Option {
  public static final Option ORGANIZATIONS = number("organizations", 1, 1_000_000);

  /** Stripe takes events of the last 35 days; 816 hours are 34. */
  public static final Option HOURS = number("hours", 1, 816);

  /** In milliseconds. The reporter gives a call up after 10 s. */
  public static final Option STRIPE_LATENCY = number("stripeLatency", 0, 9_000);

  /** Of all reporters together, as {@code STRIPE_CALLS_PER_SECOND}. */
  public static final Option STRIPE_CALLS_PER_SECOND = number("stripeCallsPerSecond", 1, 10_000);

  /** How many customers Stripe refuses after it has taken their events. */
  public static final Option REFUSE = number("refuse", 0, 1_000_000);

  /** Maven reads {@code -Dserve} as true. */
  public static final Option SERVE =
      new Option("serve", "it takes no value", List.of("true", "false")::contains);

  public static final Option FIGURE =
      oneOf(
          "figure",
          "all",
          "capture",
          "publish",
          "report",
          "record",
          "memory",
          "verify",
          "pages",
          "size",
          "hour",
          "cold",
          "growth",
          "rehearsal",
          "backlog");

  /** A simulated world; 0 = as many as there is time for. */
  public static final Option SEED = number("seed", 0, 999_999_999);

  /** How many simulated worlds; 0 = as many as there is time for. */
  public static final Option SEEDS = number("seeds", 0, 1_000_000);

  /** The first of them. */
  public static final Option FIRST = number("first", 1, 999_999_999);

  /** In which faults strike. */
  public static final Option DAYS = number("days", 1, 400);

  /** In a hundred. */
  public static final Option FAULTS = number("faults", 0, 100);

  /** Maven reads {@code -Dsleeps} as true. */
  public static final Option SLEEPS =
      new Option("sleeps", "it takes no value", List.of("true", "false")::contains);

  /** How often each fault and each arrow must be met. */
  public static final Option LEAST = number("least", 0, 1_000_000);

  private static final List<Option> ALL =
      List.of(
          ORGANIZATIONS,
          HOURS,
          STRIPE_LATENCY,
          STRIPE_CALLS_PER_SECOND,
          REFUSE,
          SERVE,
          FIGURE,
          SEED,
          SEEDS,
          FIRST,
          DAYS,
          FAULTS,
          SLEEPS,
          LEAST);

  private final String property;
  private final String rule;
  private final Predicate<String> allows;

  private Option(String property, String rule, Predicate<String> allows) {
    this.property = property;
    this.rule = rule;
    this.allows = allows;
  }

  private static Option number(String property, int least, int most) {
    return new Option(
        property,
        "it must be a whole number from %d to %d".formatted(least, most),
        value ->
            value.matches("\\d{1,9}")
                && Integer.parseInt(value) >= least
                && Integer.parseInt(value) <= most);
  }

  private static Option oneOf(String property, String... values) {
    return new Option(
        property, "it must be one of " + String.join(", ", values), List.of(values)::contains);
  }

  /** Prints a line for each wrong value and fails if there is one. */
  public static void main(String[] arguments) {
    List<String> problems = problems(System.getProperties());
    problems.forEach(System.err::println);
    System.exit(problems.isEmpty() ? 0 : 1);
  }

  /** A line for each option that is given and wrong. */
  static List<String> problems(Properties given) {
    return ALL.stream()
        .filter(option -> given.containsKey(option.property))
        .filter(option -> !option.allows.test(given.getProperty(option.property)))
        .map(option -> option.problem(given.getProperty(option.property)))
        .toList();
  }

  /**
   * The value of this run.
   *
   * @throws IllegalArgumentException if it is missing or wrong
   */
  public String text() {
    String value = System.getProperty(property, "");
    if (!allows.test(value)) {
      throw new IllegalArgumentException(problem(value));
    }
    return value;
  }

  /** As {@link #text}, of an option that is a number. */
  public int number() {
    return Integer.parseInt(text());
  }

  private String problem(String value) {
    return "-D%s is '%s': %s".formatted(property, value, rule);
  }
}
