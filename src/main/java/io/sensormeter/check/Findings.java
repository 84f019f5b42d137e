package io.sensormeter.check;

import io.sensormeter.lambda.Time;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/** Collects findings, one probe after the other, each whatever became of the others. */
final class Findings {

  /** A probe takes at most 5 s, so that none ends later than 20 s after the beginning. */
  private static final Duration LAST_BEGIN = Duration.ofSeconds(14);

  private static final int TEXT_MAX = 600;

  private final Time time;
  private final long beganNanos;
  private final List<Finding> all = new ArrayList<>();

  Findings(Time time) {
    this.time = time;
    this.beganNanos = time.nanos();
  }

  void add(Finding finding) {
    all.add(finding);
  }

  /** Adds what {@code probe} finds; that it fails is a finding too. */
  void probe(String item, Supplier<Finding> probe) {
    if (time.nanos() - beganNanos > LAST_BEGIN.toNanos()) {
      add(
          Finding.bad(
              item, "not examined: the check ends within 20 s, and those before took long"));
      return;
    }
    try {
      add(probe.get());
    } catch (RuntimeException e) {
      add(Finding.bad(item, oneLine(e)));
    }
  }

  /**
   * Adds whether {@code attempt} succeeds, and gives what it made.
   *
   * @param good says what was made
   * @param bad says why it was not, with the remedy
   */
  <T> Optional<T> attempt(
      String item,
      Supplier<T> attempt,
      Function<T, String> good,
      Function<RuntimeException, String> bad) {
    try {
      T made = attempt.get();
      add(Finding.good(item, good.apply(made)));
      return Optional.of(made);
    } catch (RuntimeException e) {
      add(Finding.bad(item, bad.apply(e)));
      return Optional.empty();
    }
  }

  List<Finding> all() {
    return List.copyOf(all);
  }

  /** The messages of an exception and its causes, each once, on one line. */
  static String oneLine(Throwable failure) {
    StringBuilder text = new StringBuilder();
    for (Throwable each = failure; each != null; each = each.getCause()) {
      String message = String.valueOf(each.getMessage()).replaceAll("\\s+", " ").trim();
      if (each.getMessage() != null && text.indexOf(message) < 0) {
        text.append(text.isEmpty() ? "" : ": ").append(message);
      }
    }
    if (text.isEmpty()) {
      return failure.getClass().getSimpleName();
    }
    return text.length() <= TEXT_MAX ? text.toString() : text.substring(0, TEXT_MAX) + "…";
  }
}
