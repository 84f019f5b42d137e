package io.sensormeter.config;

import io.sensormeter.meter.Hour;
import io.sensormeter.meter.Meter;
import io.sensormeter.meter.MeterKind;
import io.sensormeter.meter.Meters;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Reads environment variables and collects what is wrong with them, so that one error names every
 * one. A blank value means the default. After {@link #refuseProblems} has returned, every value
 * read is valid.
 */
final class Variables {

  private final Map<String, String> environment;
  private final List<String> problems = new ArrayList<>();

  Variables(Map<String, String> environment) {
    this.environment = environment;
  }

  Optional<String> optional(String name) {
    return Optional.ofNullable(environment.get(name)).map(String::trim).filter(v -> !v.isEmpty());
  }

  /** The value, or {@code ""} with a problem noted if it is missing. */
  String required(String name, String meaning) {
    return optional(name)
        .orElseGet(
            () -> {
              problem(name + " is missing: " + meaning);
              return "";
            });
  }

  int number(String name, int least, int most, int otherwise) {
    return number(name, least, most, String.valueOf(otherwise)).orElse(otherwise);
  }

  /** Empty, with a problem noted, if it is none or out of range. */
  private Optional<Integer> number(String name, int least, int most, String otherwise) {
    return optional(name)
        .flatMap(
            text -> {
              try {
                int number = Integer.parseInt(text);
                if (number >= least && number <= most) {
                  return Optional.of(number);
                }
              } catch (NumberFormatException e) {
                // Said below, with the rule.
              }
              problem(
                  "%s is '%s': a whole number from %d to %d (default %s)"
                      .formatted(name, text, least, most, otherwise));
              return Optional.empty();
            });
  }

  /**
   * How many full months the ledger keeps. In three everything is settled that ever settles by
   * itself: Stripe takes events for 35 days, and invoices are disputed for months.
   */
  Optional<Integer> ledgerKeepMonths() {
    return number("LEDGER_KEEP_MONTHS", 3, 999, "blank: all are kept");
  }

  /** One of {@code choices}; the first one with a problem noted if it is missing or another. */
  String choice(String name, String why, List<String> choices) {
    Optional<String> text = optional(name);
    if (text.isPresent() && choices.contains(text.get())) {
      return text.get();
    }
    String either = String.join(", ", choices);
    problem(
        text.map(wrong -> "%s is '%s': it must be one of %s".formatted(name, wrong, either))
            .orElse("%s is missing: one of %s; %s".formatted(name, either, why)));
    return choices.getFirst();
  }

  /** Whether SOURCE is shipped. */
  boolean source() {
    return choice(
            "SOURCE",
            "shipped = the migration keeps metering.billable_readings, own = you created it",
            List.of("shipped", "own"))
        .equals("shipped");
  }

  /** How often what Stripe accepted is looked up in its summaries. */
  int verifyEveryHours() {
    return number("VERIFY_EVERY_HOURS", 2, 96, 24);
  }

  /** What METERS declares; a placeholder with a problem noted if it is missing or wrong. */
  Meters meters() {
    Optional<String> kind = optional("METER_KIND");
    if (kind.isPresent()) {
      problem(
          "METER_KIND is given, but each meter says its own kind now: leave it out and write"
              + " METERS=<event name>:"
              + kind.get()
              + ", such as METERS=active_sensors:"
              + kind.get());
    }
    return parsed("METERS", Meters::parse)
        .orElseGet(
            () -> {
              if (optional("METERS").isEmpty()) {
                problem(
                    "METERS is missing: the meters billed, each like "
                        + Meters.FORM
                        + ", separated by commas; it has no default because a wrong guess bills"
                        + " twice");
              }
              return new Meters(
                  List.of(new Meter("none", MeterKind.SUM_HOURLY, false, Optional.empty())));
            });
  }

  StripeMode stripeMode() {
    return choice(
                "STRIPE_MODE",
                "live bills customers, test is a sandbox",
                List.of(StripeMode.LIVE.label(), StripeMode.TEST.label()))
            .equals("live")
        ? StripeMode.LIVE
        : StripeMode.TEST;
  }

  /** The pace of all instances of ReporterFunction together, in calls a second. */
  int callsPerSecond(StripeMode mode) {
    return number("STRIPE_CALLS_PER_SECOND", 1, 10_000, mode.callsPerSecond());
  }

  /**
   * The pace of all instances of VerifierFunction together; Stripe's limit of one endpoint is 25.
   */
  int readsPerSecond(StripeMode mode) {
    return number("STRIPE_READS_PER_SECOND", 1, 25, mode.readsPerSecond());
  }

  /** Stripe's default is one hour, the most it can be set to 72. */
  int invoiceGraceHours() {
    return number("INVOICE_GRACE_HOURS", 1, 72, 1);
  }

  Optional<Hour> hour(String name) {
    return parsed(name, Hour::parse);
  }

  /** An http or https address; empty means the service's own. */
  Optional<URI> address(String name) {
    return parsed(name, text -> address(name, text));
  }

  /** A queue's URL; a placeholder with a problem noted if it is missing or no URL. */
  String queueUrl(String name) {
    String text =
        required(name, "the queue's URL, https://sqs.<region>.amazonaws.com/<account>/<name>");
    if (!text.isEmpty()) {
      parsed(name, t -> address(name, t));
    }
    return text;
  }

  void problem(String problem) {
    problems.add(problem);
  }

  /**
   * Ends the reading.
   *
   * @throws IllegalStateException naming every problem, so that one deployment mends them all
   */
  void refuseProblems(String function) {
    if (!problems.isEmpty()) {
      throw new IllegalStateException(
          "%s does not start, %d setting(s) to mend: %s"
              .formatted(function, problems.size(), String.join("; ", problems)));
    }
  }

  private static URI address(String name, String text) {
    try {
      URI uri = new URI(text);
      if (uri.getHost() != null && List.of("http", "https").contains(uri.getScheme())) {
        return uri;
      }
    } catch (URISyntaxException e) {
      // Said below, with the rule.
    }
    throw new IllegalArgumentException(
        "%s is '%s': it must be an http or https URL".formatted(name, text));
  }

  private <T> Optional<T> parsed(String name, Function<String, T> parser) {
    Optional<String> text = optional(name);
    try {
      return text.map(parser);
    } catch (IllegalArgumentException e) {
      String message = String.valueOf(e.getMessage());
      problem(message.startsWith(name) ? message : name + ": " + message);
      return Optional.empty();
    }
  }
}
