package io.sensormeter.operator;

import io.sensormeter.inspection.Range;
import io.sensormeter.ledger.Acknowledgements;
import io.sensormeter.ledger.Acknowledgements.Group;
import io.sensormeter.ledger.Selection;
import io.sensormeter.meter.Hour;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** {@code acknowledge}: exceptions that a person has settled otherwise leave the open count. */
record Acknowledge(Tools tools) {

  /**
   * The answer.
   *
   * @param acknowledged by status and code
   * @param says that there is nothing, if so
   */
  private record Answer(
      String command,
      boolean dryRun,
      Hour from,
      Hour to,
      int reports,
      List<Group> acknowledged,
      String note,
      Optional<String> says) {}

  /**
   * Acknowledges what is open in the range.
   *
   * @throws IllegalArgumentException if nobody says who does it
   */
  Done answer(Command.Acknowledge command) {
    String by = tools.requireBy(command);
    if (command.dryRun()) {
      tools.stack(true);
    }
    Range range = new Range(command.from(), command.to());
    Selection selection = command.selection();
    Instant now = tools.time().now();
    List<Group> groups =
        command.dryRun()
            ? Acknowledgements.open(tools.reads(), selection, now)
            : tools.acknowledgements().acknowledge(selection, now, by, command.note());
    int reports = groups.stream().mapToInt(Group::reports).sum();
    return new Done(
        new Answer(
            "acknowledge",
            command.dryRun(),
            range.from(),
            range.to(),
            reports,
            groups,
            command.note(),
            groups.isEmpty() ? Optional.of(new Known(tools).nothing(selection)) : Optional.empty()),
        command.dryRun() ? 0 : reports);
  }
}
