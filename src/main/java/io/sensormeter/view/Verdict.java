package io.sensormeter.view;

import io.sensormeter.inspection.Terms;
import io.sensormeter.meter.Hour;
import io.sensormeter.view.HourRows.HourRow;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Whether every hour shown was billed, in one sentence that names what needs a person.
 *
 * @param answer yes, not yet, no
 * @param tone of its colour: {@code good}, {@code wait}, {@code bad}
 */
public record Verdict(String answer, String tone, String sentence) {

  static final String UNSEEN = "not seen in Stripe for more than a day";

  /**
   * What is asked of the hours.
   *
   * @param liveFrom the first hour owed; empty = nothing was ever billed
   * @param verifyFrom what was accepted of earlier hours is not looked up
   */
  record Asked(Optional<Hour> liveFrom, Instant verifyFrom, Terms terms) {

    /** Whether an hour should have been captured by now. */
    boolean isOwed(Hour hour) {
      return isLive(hour) && !hour.isAfter(terms.newestOwed());
    }

    /** Whether Stripe should have been seen to hold it by now, and was not. */
    boolean isUnseen(HourRow row) {
      return row.accepted() && isLookedUp(row) && !row.hour().isAfter(terms.unverified());
    }

    boolean isLookedUp(HourRow row) {
      return !row.hour().start().isBefore(verifyFrom);
    }

    boolean isLive(Hour hour) {
      return liveFrom.isPresent() && !hour.isBefore(liveFrom.get());
    }

    HourState state(HourRow row) {
      return row.state(isOwed(row.hour()));
    }
  }

  static Verdict of(List<HourRow> rows, Asked asked, LocalTimes times) {
    List<HourRow> held = rows.stream().filter(row -> !row.pruned()).toList();
    List<HourRow> live = held.stream().filter(row -> asked.isLive(row.hour())).toList();
    if (held.size() == rows.size()) {
      return ofLive(live, asked, times);
    }
    if (live.isEmpty()) {
      return new Verdict("Pruned", "wait", "the reports of these hours were written out before.");
    }
    Verdict verdict = ofLive(live, asked, times);
    return new Verdict(
        verdict.answer,
        verdict.tone,
        "%s The reports of %s more were written out and pruned."
            .formatted(verdict.sentence, Count.of((long) rows.size() - held.size(), "hour")));
  }

  private static Verdict ofLive(List<HourRow> live, Asked asked, LocalTimes times) {
    Map<HourState, List<HourRow>> by = new EnumMap<>(HourState.class);
    for (HourRow row : live) {
      by.computeIfAbsent(asked.state(row), _ -> new ArrayList<>()).add(row);
    }
    by.remove(HourState.NONE);
    if (by.isEmpty()) {
      return new Verdict(
          "Not yet",
          "wait",
          asked
              .liveFrom()
              .map(first -> "the first hour billed is " + times.hour(first) + ".")
              .orElse("nothing is billed so far: hours are captured in shadow."));
    }
    List<String> persons = new ArrayList<>();
    add(persons, in(by, HourState.OWED), "was never captured", "were never captured", times);
    add(
        persons,
        in(by, HourState.SKIPPED),
        "was given up as too old",
        "were given up as too old",
        times);
    add(persons, in(by, HourState.EXCEPTION), "holds an exception", "hold exceptions", times);
    add(persons, in(by, HourState.SHADOW), "stands in shadow", "stand in shadow", times);
    List<HourRow> unseen = live.stream().filter(asked::isUnseen).toList();
    add(persons, unseen, "was " + UNSEEN, "were " + UNSEEN, times);
    List<String> where = new ArrayList<>(persons.isEmpty() ? List.of() : List.of("see Exceptions"));
    add(persons, in(by, HourState.EMPTY), "gave no reading", "gave no reading", times);
    if (by.containsKey(HourState.EMPTY)) {
      where.add("look at the source");
    }
    if (!persons.isEmpty()) {
      return new Verdict(
          "No", "bad", joined(persons) + ". That needs a person: " + joined(where) + ".");
    }
    return billed(live, by, asked, times);
  }

  private static List<HourRow> in(Map<HourState, List<HourRow>> by, HourState state) {
    return by.getOrDefault(state, List.of());
  }

  private static Verdict billed(
      List<HourRow> live, Map<HourState, List<HourRow>> by, Asked asked, LocalTimes times) {
    int all = by.values().stream().mapToInt(List::size).sum();
    List<HourRow> pending = in(by, HourState.PENDING);
    long marked = live.stream().filter(row -> row.marked() || row.estimated()).count();
    String look =
        marked == 0
            ? ""
            : " %s late, superseded or estimated reports, which somebody should look at: see Exceptions."
                .formatted(Count.of(marked, "hour") + (marked == 1 ? " holds" : " hold"));
    if (!pending.isEmpty()) {
      return new Verdict(
          "Not yet",
          "wait",
          "%s of %s for an outcome%s; it is sent again by itself.%s"
              .formatted(
                  Count.of(pending.size(), "hour"),
                  Count.number(all) + (pending.size() == 1 ? " waits" : " wait"),
                  since(pending, times),
                  look));
    }
    return new Verdict(
        "Yes", "good", held(live, all, in(by, HourState.SETTLED).size(), asked, times) + look);
  }

  /** What Stripe holds, where nothing is open. */
  private static String held(
      List<HourRow> live, int all, int settled, Asked asked, LocalTimes times) {
    List<HourRow> accepted = live.stream().filter(HourRow::accepted).toList();
    long unasked = accepted.stream().filter(row -> !asked.isLookedUp(row)).count();
    String hours = Count.of(all, "hour");
    String but = "";
    if (settled > 0) {
      hours += " that was not settled otherwise";
      but =
          "; in %s a person settled what Stripe does not hold".formatted(Count.of(settled, "hour"));
    }
    if (accepted.isEmpty()) {
      return "Stripe was seen to hold every report of %s%s.".formatted(hours, but);
    }
    return "Stripe said that it holds %s of %s, and was seen to hold %s of them%s%s%s."
        .formatted(
            settled == 0 ? "all" : "every report",
            hours,
            Count.number((long) all - accepted.size()),
            unasked < accepted.size() ? "; the others are looked up by themselves" : "",
            unasked == 0
                ? ""
                : "; those of %s before %s are not looked up"
                    .formatted(Count.of(unasked, "hour"), times.time(asked.verifyFrom())),
            but);
  }

  private static void add(
      List<String> persons, List<HourRow> rows, String one, String several, LocalTimes times) {
    if (!rows.isEmpty()) {
      persons.add(
          Count.of(rows.size(), "hour")
              + " "
              + (rows.size() == 1 ? one : several)
              + since(rows, times));
    }
  }

  private static String since(List<HourRow> rows, LocalTimes times) {
    return " (%s%s)"
        .formatted(rows.size() == 1 ? "" : "since ", times.hour(rows.getFirst().hour()));
  }

  private static String joined(List<String> parts) {
    return parts.size() == 1
        ? parts.getFirst()
        : String.join(", ", parts.subList(0, parts.size() - 1)) + " and " + parts.getLast();
  }
}
