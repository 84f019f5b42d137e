package io.sensormeter.operator;

import io.sensormeter.config.SchedulerSettings;
import io.sensormeter.lambda.Deadline;
import io.sensormeter.lambda.Fields;
import io.sensormeter.ledger.Captures.Captured;
import io.sensormeter.ledger.Ticks;
import io.sensormeter.meter.Hour;
import io.sensormeter.tick.Publisher;
import io.sensormeter.tick.Tick;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

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
   * @throws IllegalArgumentException if the range may not be billed
   */
  Map<String, Object> answer(Command.Backfill command, Deadline deadline) {
    Range range = new Range(command.from(), command.to());
    requireBillable(command);
    Publisher.Run publishing = tools.publisher().begin(deadline);
    List<Captured> captured = new ArrayList<>();
    Optional<String> left = Optional.empty();
    for (Hour hour : candidates(command, range)) {
      if (deadline.isWithin(Tick.CAPTURE_RESERVE)) {
        left =
            Optional.of(hour + " and older hours: little time is left; run the same command again");
        break;
      }
      capture(hour, command).ifPresent(captured::add);
      if (!command.dryRun()) {
        command
            .organization()
            .ifPresentOrElse(one -> publishing.overdue(hour, one), publishing::hours);
      }
    }
    return Fields.of(
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
            left.or(publishing::stopped)));
  }

  private List<Hour> candidates(Command.Backfill command, Range range) {
    return command.organization().isEmpty()
        ? Ticks.uncaptured(tools.reads(), range.from(), range.to())
        : range.newestFirst();
  }

  /** Empty where nothing is left to capture. */
  private Optional<Captured> capture(Hour hour, Command.Backfill command) {
    Optional<String> organization = command.organization();
    if (command.dryRun()) {
      Captured preview =
          tools.captures().preview(hour, organization.orElse(null), tools.time().now());
      return organization.isPresent() && preview.reports() == 0
          ? Optional.empty()
          : Optional.of(preview);
    }
    return organization.isPresent()
        ? tools
            .captures()
            .organization(hour, organization.get(), false, tools.time().now())
            .filter(captured -> captured.reports() > 0)
        : tools.captures().hour(hour, false, tools.time().now());
  }

  private void requireBillable(Command.Backfill command) {
    Hour now = tools.currentHour();
    if (tools.settings().billFrom().isEmpty()) {
      throw new IllegalArgumentException(
          "backfill bills, but BILL_FROM is blank and nothing is ever sent; set BILL_FROM first");
    }
    if (command.to().isAfter(now)) {
      throw new IllegalArgumentException(
          "backfill to %s: that hour has not come, the last one is %s"
              .formatted(command.to(), now));
    }
    Hour oldest = now.minusHours(SchedulerSettings.CATCH_UP_HOURS_MAX - 1L);
    if (command.from().isBefore(oldest)) {
      throw new IllegalArgumentException(
          "backfill from %s: Stripe takes events up to 35 days old, the oldest hour to backfill is %s; bill what is older by an invoice item"
              .formatted(command.from(), oldest));
    }
    if (tools.settings().inShadow(command.from()) && !command.beforeBillFrom()) {
      throw new IllegalArgumentException(
          "backfill from %s lies before BILL_FROM %s, the first hour billed; if another system has not billed it, add \"beforeBillFrom\": true"
              .formatted(command.from(), tools.settings().billFrom().get()));
    }
  }
}
