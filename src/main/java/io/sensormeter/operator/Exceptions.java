package io.sensormeter.operator;

import io.sensormeter.inspection.Waiting;
import java.util.List;
import java.util.Optional;

/** {@code exceptions}: what waits for a person, and the command that helps. */
record Exceptions(Tools tools) {

  private static final String NOTHING =
      "Nothing waits for a person: no open exception, no hour that is owed, skipped or read late,"
          + " no meter with a problem.";

  private static final String NOTHING_ACKNOWLEDGED = "No exception was acknowledged.";

  /**
   * The answer.
   *
   * @param says that there is nothing, if so
   */
  private record Answer(
      String command,
      boolean acknowledged,
      Optional<String> says,
      List<Waiting.Group> reports,
      List<Waiting.OfHours> hours,
      List<Waiting.OfMeter> meters,
      Optional<Waiting.Customerless> subscriptionsWithoutCustomer) {}

  /** Lists. */
  Done answer(Command.Exceptions command) {
    Waiting waiting =
        Waiting.look(
            tools.terms(),
            new Waiting.Filter(
                command.from(),
                command.to(),
                command.meter(),
                command.organization(),
                command.acknowledged()));
    return new Done(
        new Answer(
            "exceptions",
            command.acknowledged(),
            waiting.isEmpty()
                ? Optional.of(command.acknowledged() ? NOTHING_ACKNOWLEDGED : NOTHING)
                : Optional.empty(),
            waiting.reports(),
            waiting.hours(),
            waiting.meters(),
            waiting.customerless()),
        0);
  }
}
