package io.sensormeter.simulation;

import io.sensormeter.simulation.oracle.Reading;
import io.sensormeter.simulation.oracle.Source;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.BiFunction;

/** Operators: what they ask of the scheduler, for good reasons and by chance. */
final class People {
  /** So many hours a command takes at once. */
  private static final int RANGE_MOST = 700;

  private final VirtualClock clock;
  private final Instant begin;
  private final Source source;
  private final Nature nature;
  private final SimulationDatabase database;
  private final Story story;
  private final BiFunction<String, Map<String, Object>, Functions.Invoked<Map<String, Object>>>
      scheduler;

  /**
   * @param begin the first hour that is billed
   * @param scheduler invoked by the name of a run
   */
  People(
      VirtualClock clock,
      Instant begin,
      Source source,
      Nature nature,
      SimulationDatabase database,
      Story story,
      BiFunction<String, Map<String, Object>, Functions.Invoked<Map<String, Object>>> scheduler) {
    this.clock = clock;
    this.begin = begin;
    this.source = source;
    this.nature = nature;
    this.database = database;
    this.story = story;
    this.scheduler = scheduler;
  }

  /** Everything of the last days that has failed goes out anew. */
  void retry(Duration since) {
    seen("retry", since, "rejected", "unresolved", "discrepancy", "expired", "superseded");
  }

  /** The same of one status. */
  void retry(Duration since, String status) {
    seen("retry", since, status);
  }

  void release(Duration since) {
    seen("release", since, "shadow");
  }

  /** For the hours that have reports of these statuses. */
  private void seen(String name, Duration since, String... statuses) {
    List<Instant> hours = database.hoursOf(first(since), statuses);
    Map<String, Object> more =
        statuses.length == 1 && name.equals("retry") ? Map.of("code", statuses[0]) : Map.of();
    for (int from = 0; from < hours.size(); ) {
      int to = from;
      while (to + 1 < hours.size()
          && hours.get(to + 1).equals(hours.get(to).plus(Duration.ofHours(1)))
          && to - from < RANGE_MOST - 1) {
        to++;
      }
      ask(name, hours.get(from), hours.get(to), more);
      from = to + 1;
    }
  }

  void backfill(Duration since) {
    ranged("backfill", since, Map.of());
  }

  void acknowledge(Duration since) {
    ranged("acknowledge", since, Map.of("note", "billed by an invoice item"));
  }

  void acknowledge(Duration since, String code) {
    Map<String, Object> more = new LinkedHashMap<>();
    more.put("note", "settled");
    more.put("code", code);
    ranged("acknowledge", since, more);
  }

  void verify(Duration since) {
    ranged("verify", since, Map.of());
  }

  /** Another value for an hour of the last day. */
  void correct(Random chance) {
    Instant hour = hour().minus(Duration.ofHours(2 + chance.nextInt(30)));
    if (hour.isBefore(begin)) {
      return;
    }
    String organization = nature.anyOrganization(chance);
    long value = chance.nextLong(50, 60);
    Map<String, Object> command = new LinkedHashMap<>();
    command.put("hour", hour.toString());
    command.put("organization", organization);
    command.put("meter", SimulatedRun.REPLACEABLE);
    command.put("value", value);
    command.put("reason", "counted again");
    Functions.Invoked<Map<String, Object>> invoked = ask("correct", command);
    Reading reading = new Reading(SimulatedRun.REPLACEABLE, organization, hour);
    boolean refused = invoked.failure() != null && invoked.failure().contains("nothing was done");
    // What was never there nobody can correct, whether he was told so or not.
    if (!refused && source.readings().contains(reading)) {
      source.corrected(reading, value, invoked.answer().isPresent());
    }
  }

  /** A report's hour, in sentences. */
  List<String> explain(Reading reading) {
    Map<String, Object> command = new LinkedHashMap<>();
    command.put("organization", reading.organization());
    command.put("hour", reading.hour().toString());
    command.put("meter", reading.meter());
    Functions.Invoked<Map<String, Object>> invoked = ask("explain", command);
    return invoked
        .answer()
        .map(
            answer ->
                answer.get("reports") instanceof List<?> reports
                    ? reports.stream().map(String::valueOf).toList()
                    : List.<String>of())
        .orElse(List.of(String.valueOf(invoked.failure())));
  }

  private void ranged(String name, Duration since, Map<String, Object> more) {
    Instant last = hour();
    for (Instant from = first(since); from.isBefore(last); ) {
      Instant to = from.plus(Duration.ofHours(RANGE_MOST - 1));
      ask(name, from, to.isBefore(last) ? to : last, more);
      from = to.plus(Duration.ofHours(1));
    }
  }

  private Instant first(Duration since) {
    Instant first = hour().minus(since);
    return first.isBefore(begin) ? begin : first;
  }

  private void ask(String name, Instant from, Instant to, Map<String, Object> more) {
    Map<String, Object> command = new LinkedHashMap<>();
    command.put("from", from.toString());
    command.put("to", to.toString());
    command.putAll(more);
    ask(name, command);
  }

  private Functions.Invoked<Map<String, Object>> ask(String name, Map<String, Object> fields) {
    Map<String, Object> command = new LinkedHashMap<>(fields);
    command.put("command", name);
    if (!List.of("verify", "explain").contains(name)) {
      command.put("by", "operator");
    }
    story.line("person " + command);
    Functions.Invoked<Map<String, Object>> invoked = scheduler.apply("person", command);
    invoked.answer().ifPresent(answer -> story.line("  answer " + answer));
    return invoked;
  }

  private Instant hour() {
    return clock.instant().truncatedTo(ChronoUnit.HOURS);
  }
}
