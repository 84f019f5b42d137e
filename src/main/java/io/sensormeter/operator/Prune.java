package io.sensormeter.operator;

import io.sensormeter.database.DatabaseException;
import io.sensormeter.database.SqlState;
import io.sensormeter.inspection.Advice;
import io.sensormeter.ledger.Pruning;
import io.sensormeter.ledger.Pruning.Held;
import io.sensormeter.ledger.Pruning.Open;
import io.sensormeter.meter.CalendarMonth;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * {@code prune}: months that are older than the ledger is to keep, of which nothing is open, and
 * which somebody has written out and names, leave it.
 */
record Prune(Tools tools) {

  /**
   * The answer.
   *
   * @param keepMonths LEDGER_KEEP_MONTHS; empty = for ever
   * @param partitions oldest first
   * @param next of a dry run, what prunes the months that go
   */
  private record Answer(
      String command,
      boolean dryRun,
      Optional<Integer> keepMonths,
      List<Partition> partitions,
      List<Map<String, Object>> next) {}

  /**
   * A month.
   *
   * @param reports of one that is old enough: as many lines as a copy of it has
   * @param bytes indexes included
   * @param goes whether it may go, or went
   * @param why it goes or stays
   * @param next what shows what is open of it
   */
  private record Partition(
      String month,
      Optional<Long> reports,
      long bytes,
      boolean goes,
      String why,
      List<Map<String, Object>> next) {

    private static Partition going(Held held, long reports, String why) {
      return new Partition(
          held.month().toString(), Optional.of(reports), held.bytes(), true, why, List.of());
    }

    private static Partition staying(Held held, Optional<Long> reports, String why) {
      return new Partition(held.month().toString(), reports, held.bytes(), false, why, List.of());
    }
  }

  /**
   * Lists, or prunes, oldest first. Each month goes in a transaction of its own: a death leaves the
   * others to the next time.
   *
   * @throws IllegalArgumentException if nobody says who does it, or which months were written out,
   *     or if one of these may not go, or none could; nothing was done
   * @throws IncompletePrune if some of these are gone, and others could not go
   */
  Done answer(Command.Prune command) {
    String by = tools.requireBy(command);
    if (command.dryRun()) {
      tools.stack(true);
    } else {
      requireExported(command);
    }
    Set<String> named =
        command.months().stream()
            .map(month -> CalendarMonth.parse(month).toString())
            .collect(Collectors.toCollection(TreeSet::new));
    List<Partition> partitions = inTurn(named, this::look);
    requireGoing(named, partitions);
    if (!command.dryRun()) {
      partitions = inTurn(named, held -> drop(held, by));
      requireGone(named, partitions);
    }
    List<String> going = going(partitions);
    return new Done(
        new Answer(
            "prune",
            command.dryRun(),
            tools.settings().ledgerKeepMonths(),
            partitions,
            command.dryRun() && !going.isEmpty() ? List.of(prune(going)) : List.of()),
        command.dryRun() ? 0 : rows(partitions));
  }

  private static List<String> going(List<Partition> partitions) {
    return partitions.stream().filter(Partition::goes).map(Partition::month).toList();
  }

  private static int rows(List<Partition> all) {
    long reports =
        all.stream().filter(Partition::goes).mapToLong(one -> one.reports().orElse(0L)).sum();
    return Math.toIntExact(Math.min(reports, Integer.MAX_VALUE));
  }

  private void requireExported(Command.Prune command) {
    if (tools.settings().ledgerKeepMonths().isEmpty()) {
      throw new IllegalArgumentException(
          "LEDGER_KEEP_MONTHS is blank: every month is kept, nothing was done");
    }
    if (!command.exported() || command.months().isEmpty()) {
      throw new IllegalArgumentException(
          "what is pruned is gone for good, so write it out first: ask with \"dryRun\": true, copy"
              + " each month that goes with psql (\\copy, in docs/ledger.md under Retention),"
              + " compare the counts, then name those months and add \"exported\": true, as the"
              + " dry run says under next; nothing was done");
    }
  }

  /** What was written out is named, so that nothing goes that became old since. */
  private static void requireGoing(Set<String> named, List<Partition> partitions) {
    String others = others(named, partitions);
    if (!others.isEmpty()) {
      throw new IllegalArgumentException(
          "not every month that was named may go, nothing was done: %s. Which may, says \"dryRun\": true"
              .formatted(others));
    }
  }

  private static void requireGone(Set<String> named, List<Partition> partitions) {
    String others = others(named, partitions);
    List<String> gone = going(partitions);
    if (!others.isEmpty()) {
      throw gone.isEmpty()
          ? new IllegalArgumentException("nothing was done: " + others)
          : new IncompletePrune(named, gone, others, rows(partitions));
    }
  }

  /** Which of the months that were named do not go, and why; empty = all go. */
  private static String others(Set<String> named, List<Partition> partitions) {
    Map<String, Partition> held =
        partitions.stream().collect(Collectors.toMap(Partition::month, one -> one));
    return named.stream()
        .filter(month -> !held.containsKey(month) || !held.get(month).goes())
        .map(
            month ->
                held.containsKey(month)
                    ? "%s stays: %s".formatted(month, held.get(month).why())
                    : "the ledger does not hold " + month)
        .collect(Collectors.joining("; "));
  }

  /** Each month in turn: where one that is old stays, so do the later ones. */
  private List<Partition> inTurn(Set<String> named, Function<Held, Partition> old) {
    List<Partition> partitions = new ArrayList<>();
    for (Held held : Pruning.held(tools.reads())) {
      Optional<String> kept =
          partitions.stream().filter(one -> !one.goes()).map(Partition::month).findFirst();
      String month = held.month().toString();
      if (!isOld(held.month())) {
        partitions.add(young(held));
      } else if (kept.isPresent()) {
        partitions.add(
            Partition.staying(
                held, Optional.empty(), "an older month stays, " + kept.orElseThrow()));
      } else if (named.isEmpty() || named.contains(month)) {
        partitions.add(old.apply(held));
      } else {
        partitions.add(Partition.staying(held, Optional.empty(), "\"months\" does not name it"));
      }
    }
    return partitions;
  }

  private boolean isOld(CalendarMonth month) {
    return tools
        .settings()
        .ledgerKeepMonths()
        .map(CalendarMonth.of(tools.time().now()).month()::minusMonths)
        .map(oldestKept -> month.month().isBefore(oldestKept))
        .orElse(false);
  }

  private Partition young(Held held) {
    return Partition.staying(
        held,
        Optional.empty(),
        tools
            .settings()
            .ledgerKeepMonths()
            .map("kept: LEDGER_KEEP_MONTHS is %d full months"::formatted)
            .orElse("kept: LEDGER_KEEP_MONTHS is blank"));
  }

  private Partition look(Held held) {
    List<Open> open = Pruning.open(tools.reads(), held.month(), tools.time().now());
    long reports = Pruning.reports(tools.reads(), held.month());
    return open.isEmpty()
        ? Partition.going(held, reports, "nothing of it is open")
        : open(held, reports, open);
  }

  private Partition drop(Held held, String by) {
    long reports = Pruning.reports(tools.reads(), held.month());
    try {
      List<Open> open = tools.pruning().drop(held, reports, by, tools.time().now());
      return open.isEmpty() ? Partition.going(held, reports, "pruned") : open(held, reports, open);
    } catch (DatabaseException e) {
      if (SqlState.isLockNotAvailable(e)) {
        return Partition.staying(held, Optional.of(reports), String.valueOf(e.getMessage()));
      }
      throw e;
    }
  }

  private static Partition open(Held held, long reports, List<Open> open) {
    return new Partition(
        held.month().toString(),
        Optional.of(reports),
        held.bytes(),
        false,
        open.stream()
            .map(one -> "%,d %s since %s".formatted(one.count(), one.what(), one.since()))
            .collect(Collectors.joining(", ", "open: ", "")),
        List.of(exceptions(held.month())));
  }

  /** To be asked, with a name, once they are written out. */
  private static Map<String, Object> prune(List<String> going) {
    Map<String, Object> asked = Advice.ask("prune");
    asked.put("months", going);
    asked.put("exported", true);
    return asked;
  }

  private static Map<String, Object> exceptions(CalendarMonth month) {
    Map<String, Object> asked = Advice.ask("exceptions");
    asked.put("from", month.first());
    asked.put("to", month.end());
    return asked;
  }
}
