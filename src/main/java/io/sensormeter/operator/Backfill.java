package io.sensormeter.operator;

import io.sensormeter.config.SchedulerSettings;
import io.sensormeter.inspection.Range;
import io.sensormeter.lambda.Deadline;
import io.sensormeter.ledger.CaptureTerms;
import io.sensormeter.ledger.Captured;
import io.sensormeter.ledger.Ticks;
import io.sensormeter.meter.Hour;
import io.sensormeter.operator.HoursWithoutReport.TickNote;
import io.sensormeter.tick.Publisher;
import io.sensormeter.tick.Tick;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * {@code backfill}: past hours, as a whole those without a tick row or skipped, or the readings of
 * one organization that have no report.
 */
record Backfill(Tools tools) {

  private record Answer(
      String command,
      boolean dryRun,
      Hour from,
      Hour to,
      Optional<String> organization,
      Optional<List<Captured>> wouldCapture,
      Optional<List<Captured>> captured,
      long hoursUnchanged,
      int published,
      Optional<String> left) {}

  /**
   * Captures and publishes.
   *
   * @throws IllegalArgumentException if the range may not be billed, or a person has acknowledged
   *     one of its hours
   */
  Done answer(Command.Backfill command, String run, Deadline deadline) {
    Range range = new Range(command.from(), command.to());
    requireBillable(command);
    requireUnsettled(command, range);
    if (command.dryRun()) {
      tools.stack(true);
    }
    List<Hour> candidates = candidates(command, range);
    Publisher.Run publishing = tools.publisher().begin(deadline);
    List<Captured> captured = new ArrayList<>();
    Optional<String> left = capture(command, candidates, run, deadline, captured, publishing);
    if (captured.isEmpty() && left.isEmpty() && candidates.size() == range.hours()) {
      requireReading(command, candidates);
    }
    captured.removeIf(one -> command.organization().isPresent() && one.reports() == 0);
    return new Done(
        new Answer(
            "backfill",
            command.dryRun(),
            range.from(),
            range.to(),
            command.organization(),
            command.dryRun() ? Optional.of(captured) : Optional.empty(),
            command.dryRun() ? Optional.empty() : Optional.of(captured),
            range.hours() - captured.size(),
            publishing.hourCopies() + publishing.overdueCopies(),
            left.or(publishing::stopped)),
        command.dryRun() ? 0 : captured.stream().mapToInt(Captured::reports).sum());
  }

  /** Captures and publishes as far as there is time; says where to go on if there is not. */
  private Optional<String> capture(
      Command.Backfill command,
      List<Hour> candidates,
      String run,
      Deadline deadline,
      List<Captured> captured,
      Publisher.Run publishing) {
    for (Hour hour : candidates) {
      if (deadline.isWithin(Tick.CAPTURE_RESERVE)) {
        return Optional.of(
            "little time is left; run the same command with \"to\": \"%s\"".formatted(hour));
      }
      capture(hour, command, run).ifPresent(captured::add);
      if (!command.dryRun()) {
        command
            .organization()
            .ifPresentOrElse(name -> publishing.overdue(hour, name), publishing::hours);
      }
    }
    return Optional.empty();
  }

  /** What has its reports is left out, so that a repeated command goes on where it stopped. */
  private List<Hour> candidates(Command.Backfill command, Range range) {
    if (command.organization().isEmpty()) {
      return Ticks.uncaptured(tools.reads(), range.from(), range.to());
    }
    Set<Hour> whole =
        Set.copyOf(
            tools
                .reads()
                .list(
                    "looking for hours that are reported",
                    row -> row.hour("hour"),
                    """
                    select hour from metering.meter_report
                    where organization_id = ? and hour between ? and ? and meter = any (?)
                    group by hour having count(distinct meter) = ?
                    """,
                    command.organization().get(),
                    range.from(),
                    range.to(),
                    tools.settings().meters().names().toArray(String[]::new),
                    tools.settings().meters().names().size()));
    return range.newestFirst().stream().filter(hour -> !whole.contains(hour)).toList();
  }

  /**
   * Empty where another has captured the hour, or the source has no reading of the organization.
   */
  private Optional<Captured> capture(Hour hour, Command.Backfill command, String run) {
    Optional<String> organization = command.organization();
    CaptureTerms terms =
        new CaptureTerms(
            tools.time().now(),
            tools.currentHour(),
            billFrom(command),
            true,
            run,
            organization.isPresent() ? 0 : tools.publisher().allowance());
    if (command.dryRun()) {
      Captured preview = tools.captures().preview(hour, organization.orElse(null), terms);
      return organization.isPresent() && preview.reports() == 0
          ? Optional.empty()
          : Optional.of(preview);
    }
    return organization.isPresent()
        ? tools.captures().organization(hour, organization.get(), terms)
        : tools.captures().hour(hour, terms);
  }

  /** A flow's event time is an hour before its own. */
  private Optional<Hour> billFrom(Command.Backfill command) {
    Hour first = command.from().minusHours(1);
    return tools
        .settings()
        .billFrom()
        .map(from -> command.beforeBillFrom() && first.isBefore(from) ? first : from);
  }

  /** No hour of the range has a report of the organization; that it has no reading is an error. */
  private static void requireReading(Command.Backfill command, List<Hour> candidates) {
    if (command.organization().isPresent() && !candidates.isEmpty()) {
      throw new IllegalArgumentException(
          "organization '%s' has neither a reading nor a report from %s to %s: metering.billable_readings does not name it; nothing was captured or sent"
              .formatted(command.organization().get(), command.from(), command.to()));
    }
  }

  /** Of a skipped hour that was acknowledged somebody may have billed all there is. */
  private void requireUnsettled(Command.Backfill command, Range range) {
    if (command.acknowledged()) {
      return;
    }
    TickNote.of(tools.reads(), range).values().stream()
        .filter(tick -> tick.isSkipped() && tick.acknowledged().isPresent())
        .min(Comparator.comparing(TickNote::hour))
        .ifPresent(
            tick -> {
              throw new IllegalArgumentException(
                  "backfill of %s, which was skipped: %s; nothing was done"
                      .formatted(tick.hour(), Tools.acknowledged(tick.acknowledged().get())));
            });
  }

  private void requireBillable(Command.Backfill command) {
    Hour now = tools.currentHour();
    if (tools.settings().billFrom().isEmpty()) {
      throw new IllegalArgumentException(
          "backfill bills, but BILL_FROM is blank and nothing is ever sent; set BILL_FROM first;"
              + " nothing was done");
    }
    if (command.to().isAfter(now)) {
      throw new IllegalArgumentException(
          "backfill to %s: that hour has not come, the last one is %s; nothing was done"
              .formatted(command.to(), now));
    }
    Hour oldest = now.minusHours(SchedulerSettings.CAPTURE_HOURS_MAX);
    if (command.from().isBefore(oldest)) {
      throw new IllegalArgumentException(
          "backfill from %s: Stripe takes events up to 35 days old, the oldest hour to backfill is %s; bill what is older by an invoice item; nothing was done"
              .formatted(command.from(), oldest));
    }
    if (command.from().isBefore(tools.settings().billFrom().get()) && !command.beforeBillFrom()) {
      throw new IllegalArgumentException(
          "backfill from %s lies before BILL_FROM %s, the first hour billed; if another system has not billed it, add \"beforeBillFrom\": true; nothing was done"
              .formatted(command.from(), tools.settings().billFrom().get()));
    }
  }
}
