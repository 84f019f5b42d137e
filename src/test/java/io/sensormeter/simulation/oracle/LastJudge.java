package io.sensormeter.simulation.oracle;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Says at the end, when all that could settle has: each reading is billed, or told. */
public final class LastJudge {
  /** The hour itself, and the hour of grace. */
  private static final Duration LATE = Duration.ofHours(2);

  /** The clocks of two functions, and an answer that takes its time. */
  private static final Duration CLOCKS = Duration.ofMinutes(4);

  /** A retry that is held waits for a look so long after its predecessor's copies, and its tick. */
  private static final Duration HELD = Duration.ofHours(24);

  /** What is asked for again may be so old: older, it is about to expire. */
  private static final Duration ASKED_FOR = Duration.ofDays(32);

  private final Judge judge;
  private final Source source;
  private final Bill bill;

  public LastJudge(Judge judge, Source source) {
    this.judge = judge;
    this.source = source;
    this.bill = judge.bill();
  }

  /**
   * Judges.
   *
   * @param rows all reports
   * @param hours that were captured, or given up
   * @param skipped those of them that may have been given up, and were told
   * @param settledBefore what is of an hour before this must have settled
   */
  public void judge(
      List<Row> rows, Set<Instant> hours, Set<Instant> skipped, Instant settledBefore) {
    Map<Reading, List<Row>> byReading =
        rows.stream()
            .sorted(Comparator.comparingInt(Row::revision))
            .collect(Collectors.groupingBy(Row::reading));
    Map<String, Row> live = new HashMap<>();
    for (Reading reading : source.readings()) {
      if (reading.hour().isBefore(settledBefore) && hours.contains(reading.hour())) {
        List<Row> revisions = byReading.getOrDefault(reading, List.of());
        if (!revisions.isEmpty() || !skipped.contains(reading.hour())) {
          judge(reading, revisions);
        }
      } else if (reading.hour().isBefore(settledBefore)) {
        judge.violated("every hour is captured or told", reading.toString(), reading);
      }
    }
    for (Row row : rows) {
      if (!Diagram.NOT_LIVE.contains(row.status())) {
        Row other = live.put(place(row), row);
        if (other != null) {
          judge.violated("one report of a customer is live", row + " and " + other, row.reading());
        }
      }
    }
  }

  /** Before a person settles by a note what is left: nothing is left that a command could mend. */
  public void left(List<Row> rows, Instant now) {
    Set<String> live =
        rows.stream()
            .filter(row -> !Diagram.NOT_LIVE.contains(row.status()))
            .map(LastJudge::place)
            .collect(Collectors.toSet());
    for (Row row : rows) {
      boolean isRefused =
          "rejected".equals(row.status())
              && "parameter_invalid".equals(row.code())
              && !live.contains(place(row));
      // Of a last meter a later hour stands in an earlier one's way.
      if (("shadow".equals(row.status()) || isRefused)
          && source.kind(row.reading().meter()) != Kind.LAST
          && !row.acknowledged()
          && judge.isBilled(row.reading())
          && row.reading().hour().isAfter(now.minus(ASKED_FOR))) {
        judge.violated("what a command mends is mended", row.toString(), row.reading());
      }
    }
  }

  private static String place(Row row) {
    return row.reading().hour() + row.reading().meter() + row.customer();
  }

  private void judge(Reading reading, List<Row> revisions) {
    if (revisions.isEmpty()) {
      judge.violated("every reading is in the ledger", reading.toString(), reading);
      return;
    }
    Row last = revisions.getLast();
    for (Row row : revisions) {
      if (Diagram.EXCEPTIONS.contains(row.status()) && row.shownAt() == null) {
        judge.violated("every exception is told", row.toString(), reading);
      }
      if (row.value() != null && !source.values(reading).contains(row.value())) {
        judge.violated("the ledger holds what was read", row.toString(), reading);
      }
    }
    switch (last.status()) {
      case "verified" -> verified(reading, last);
      case "pending" -> {
        if (!last.held() || judge.waitsFor(reading, last.revision()).compareTo(HELD) > 0) {
          judge.violated("nothing waits for ever", last.toString(), reading);
        }
      }
      case "accepted" -> judge.violated("what was accepted is verified", last.toString(), reading);
      case "replaced" -> judge.violated("one revision is live", revisions.toString(), reading);
      default -> {}
    }
  }

  /**
   * Late is what Stripe took so long after its hour that the invoice may be closed; 0 is not owed.
   */
  private void late(Row row, Reading.Revision report) {
    List<Instant> received = bill.received(report);
    if (row.revision() > 0
        || Long.valueOf(0).equals(row.value())
        || row.duplicate()
        || received.size() != 1
        || !judge.wasAnswered(report)) {
      return;
    }
    if (judge.taken(report).stream()
        .anyMatch(yes -> Duration.between(yes, received.getFirst()).abs().compareTo(CLOCKS) > 0)) {
      // Stripe said yes to a copy that it lost, and counts another one: nobody was told.
      return;
    }
    Instant limit = row.reading().eventTime(source.kind(row.reading().meter())).plus(LATE);
    boolean surely = received.getFirst().isAfter(limit.plus(CLOCKS));
    boolean perhaps = received.getFirst().isAfter(limit.minus(CLOCKS));
    if (row.late() ? !perhaps : surely) {
      judge.violated("late is what came late", row + ", received " + received, row.reading());
    }
  }

  private void verified(Reading reading, Row row) {
    late(row, new Reading.Revision(reading, row.revision()));
    Set<Long> truth = source.lastValues(reading);
    if (!truth.contains(java.util.Objects.requireNonNullElse(row.value(), -1L))) {
      judge.violated("what is verified is true", row + ", the truth is " + truth, reading);
    }
    String customer = String.valueOf(row.customer());
    if (bill.isByHand(reading, customer)) {
      return;
    }
    List<Bill.Event> counted = bill.counted(reading, customer);
    long billed =
        (source.kind(reading.meter()) == Kind.LAST && !counted.isEmpty()
                ? List.of(counted.getLast())
                : counted)
            .stream().mapToLong(Bill.Event::value).sum();
    if (billed != java.util.Objects.requireNonNullElse(row.value(), -1L)) {
      judge.violated("what is verified is billed", row + ", but Stripe bills " + billed, reading);
    }
  }
}
