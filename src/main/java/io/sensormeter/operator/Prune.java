package io.sensormeter.operator;

import io.sensormeter.inspection.Advice;
import io.sensormeter.ledger.Pruning;
import io.sensormeter.ledger.Pruning.Held;
import io.sensormeter.ledger.Pruning.Open;
import io.sensormeter.meter.CalendarMonth;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * {@code prune}: months that are older than the ledger is to keep, of which nothing is open, and
 * which somebody has written out, leave it.
 */
record Prune(Tools tools) {

  /**
   * The answer.
   *
   * @param keepMonths LEDGER_KEEP_MONTHS; empty = for ever
   * @param partitions oldest first
   */
  private record Answer(
      String command, boolean dryRun, Optional<Integer> keepMonths, List<Partition> partitions) {}

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

    private static Partition staying(Held held, Optional<Long> reports, String why) {
      return new Partition(held.month().toString(), reports, held.bytes(), false, why, List.of());
    }
  }

  /**
   * Lists, or prunes, oldest first. Each month goes in a transaction of its own: a death leaves the
   * others to the next time.
   *
   * @throws IllegalArgumentException if nobody says who does it, or that the months were written
   *     out, or if none may go; nothing was done
   * @throws io.sensormeter.database.DatabaseException if another transaction uses the ledger
   */
  Done answer(Command.Prune command) {
    String by = tools.requireBy(command);
    if (command.dryRun()) {
      tools.stack(true);
    } else {
      requireExported(command);
    }
    List<Partition> partitions = new ArrayList<>();
    boolean blocked = false;
    for (Held held : Pruning.held(tools.reads())) {
      Partition partition =
          blocked && isOld(held.month())
              ? Partition.staying(held, Optional.empty(), "an older month stays, see above")
              : isOld(held.month()) ? old(held, command.dryRun(), by) : young(held);
      blocked |= !partition.goes();
      partitions.add(partition);
    }
    if (!command.dryRun()) {
      requireAny(partitions);
    }
    long pruned =
        partitions.stream()
            .filter(Partition::goes)
            .mapToLong(one -> one.reports().orElse(0L))
            .sum();
    return new Done(
        new Answer("prune", command.dryRun(), tools.settings().ledgerKeepMonths(), partitions),
        command.dryRun() ? 0 : Math.toIntExact(Math.min(pruned, Integer.MAX_VALUE)));
  }

  private void requireExported(Command.Prune command) {
    if (tools.settings().ledgerKeepMonths().isEmpty()) {
      throw new IllegalArgumentException(
          "LEDGER_KEEP_MONTHS is blank: every month is kept, nothing was done");
    }
    if (!command.exported()) {
      throw new IllegalArgumentException(
          "what is pruned is gone for good, so write it out first: ask with \"dryRun\": true, copy"
              + " each month that goes with psql (\\copy, in docs/ledger.md under Retention),"
              + " compare the counts, then add \"exported\": true; nothing was done");
    }
  }

  private static void requireAny(List<Partition> partitions) {
    if (partitions.stream().noneMatch(Partition::goes)) {
      throw new IllegalArgumentException(
          "no month may go, nothing was done: "
              + partitions.stream()
                  .findFirst()
                  .map(oldest -> oldest.month() + " stays: " + oldest.why())
                  .orElse("the ledger holds none"));
    }
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

  private Partition old(Held held, boolean dryRun, String by) {
    Instant now = tools.time().now();
    List<Open> open = Pruning.open(tools.reads(), held.month(), now);
    long reports = Pruning.reports(tools.reads(), held.month());
    if (open.isEmpty() && !dryRun) {
      open = tools.pruning().drop(held, reports, by, now);
    }
    return open.isEmpty()
        ? new Partition(
            held.month().toString(),
            Optional.of(reports),
            held.bytes(),
            true,
            dryRun ? "nothing of it is open" : "pruned",
            List.of())
        : new Partition(
            held.month().toString(),
            Optional.of(reports),
            held.bytes(),
            false,
            open.stream()
                .map(one -> "%,d %s since %s".formatted(one.count(), one.what(), one.since()))
                .collect(Collectors.joining(", ", "open: ", "")),
            List.of(exceptions(held.month())));
  }

  private static Map<String, Object> exceptions(CalendarMonth month) {
    Map<String, Object> asked = Advice.ask("exceptions");
    asked.put("from", month.first());
    asked.put("to", month.end());
    return asked;
  }
}
