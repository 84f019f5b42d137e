package io.sensormeter.operator;

import io.sensormeter.inspection.Range;
import io.sensormeter.lambda.Deadline;
import io.sensormeter.ledger.Releases;
import io.sensormeter.meter.Hour;
import io.sensormeter.tick.Publisher;
import io.sensormeter.tick.Tick;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** {@code release}: hours that were captured in shadow are billed after all, with their values. */
record Release(Tools tools) {

  private record OfHour(Hour hour, int reports) {}

  /**
   * The answer.
   *
   * @param stayInShadow reports of the range that are too old, acknowledged, of another kind or
   *     interval than their meter was billed with, of an event hour before its first one billed, or
   *     on a {@code last} meter before an hour that is live
   */
  private record Answer(
      String command,
      boolean dryRun,
      Hour from,
      Hour to,
      List<OfHour> released,
      Optional<List<OfHour>> stayInShadow,
      int published,
      Optional<String> left) {}

  /**
   * Releases, newest hour first, and publishes what the pace can send.
   *
   * @throws IllegalArgumentException if nobody says who does it, or the range may not be billed
   */
  Done answer(Command.Release command, Deadline deadline) {
    tools.requireBy(command);
    Range range = new Range(command.from(), command.to());
    tools.requireBilled(command, command.from(), command.beforeBillFrom());
    List<OfHour> released = new ArrayList<>();
    List<OfHour> staying = new ArrayList<>();
    Optional<String> left = Optional.empty();
    for (Hour hour : range.newestFirst()) {
      if (deadline.isWithin(Tick.CAPTURE_RESERVE)) {
        left =
            Optional.of(
                "little time is left; run the same command with \"to\": \"%s\"".formatted(hour));
        break;
      }
      hour(
          choice(command, hour),
          command.dryRun() ? Optional.of(range.to()) : Optional.empty(),
          released,
          staying);
    }
    Publisher.Run publishing = tools.publisher().begin(deadline);
    if (!command.dryRun()) {
      publishing.sweep();
    }
    return new Done(
        new Answer(
            "release",
            command.dryRun(),
            range.from(),
            range.to(),
            released,
            Optional.of(staying).filter(hours -> !hours.isEmpty()),
            publishing.overdueCopies(),
            left.or(publishing::stopped)),
        command.dryRun() ? 0 : released.stream().mapToInt(OfHour::reports).sum());
  }

  private static Releases.Choice choice(Command.Release command, Hour hour) {
    return new Releases.Choice(
        hour,
        command.meter(),
        command.organization(),
        command.beforeBillFrom(),
        command.acknowledged());
  }

  /**
   * Releases an hour after the later ones.
   *
   * @param through for a dry run: the newest hour that would have been released before
   */
  private void hour(
      Releases.Choice choice, Optional<Hour> through, List<OfHour> released, List<OfHour> staying) {
    int shadow = Releases.inShadow(tools.reads(), choice, tools.time().now());
    if (shadow == 0) {
      return;
    }
    int reports =
        through.isPresent()
            ? Releases.releasable(tools.reads(), choice, through.get(), tools.time().now())
            : tools.releases().release(choice, tools.time().now());
    if (reports > 0) {
      released.add(new OfHour(choice.hour(), reports));
    }
    if (shadow > reports) {
      staying.add(new OfHour(choice.hour(), shadow - reports));
    }
  }
}
