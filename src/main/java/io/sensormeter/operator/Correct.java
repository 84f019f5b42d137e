package io.sensormeter.operator;

import io.sensormeter.inspection.PrunedMonths;
import io.sensormeter.lambda.Deadline;
import io.sensormeter.ledger.Corrections;
import io.sensormeter.ledger.Corrections.Standing;
import io.sensormeter.meter.Hour;
import io.sensormeter.meter.Identifier;
import io.sensormeter.meter.ReportKey;
import io.sensormeter.tick.Publisher;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** {@code correct}: another value in the place of what Stripe holds of one hour. */
record Correct(Tools tools) {

  /** A copy must still be answered before the event time is 35 days old. */
  private static final Duration AGE_MAX = Duration.ofDays(34).minusHours(2);

  /**
   * The answer.
   *
   * @param revision its identifier
   * @param sentAfter until then a copy of the old value may arrive
   */
  private record Answer(
      String command,
      boolean dryRun,
      Hour hour,
      String organization,
      String meter,
      @Nullable Long before,
      long value,
      String revision,
      Optional<Instant> sentAfter,
      int published,
      Optional<String> left) {}

  /**
   * Makes the revision, and publishes it if it may leave.
   *
   * @throws IllegalArgumentException if it cannot be corrected: nothing was done
   */
  Done answer(Command.Correct command, Deadline deadline) {
    String by = tools.requireBy(command);
    tools.requireBilled(command, command.hour(), command.beforeBillFrom());
    Instant now = tools.time().now();
    Standing standing =
        Corrections.find(tools.reads(), command.hour(), command.meter(), command.organization())
            .orElseThrow(() -> missing(command));
    refusal(command, standing, now)
        .ifPresent(
            why -> {
              throw refused(command, why);
            });
    Publisher.Run publishing = tools.publisher().begin(deadline);
    if (!command.dryRun()) {
      String reason = "corrected by %s: %s".formatted(by, command.reason());
      if (!tools.corrections().correct(standing.key(), command.value(), reason, now)) {
        throw refused(command, "it has changed meanwhile; run the same command again");
      }
      publishing.sweep();
    }
    ReportKey key = standing.key();
    return new Done(
        new Answer(
            "correct",
            command.dryRun(),
            command.hour(),
            command.organization(),
            command.meter(),
            standing.value(),
            command.value(),
            Identifier.of(
                    new ReportKey(
                        key.hour(), key.meter(), key.organizationId(), key.revision() + 1))
                .value(),
            Optional.ofNullable(standing.sendBefore()).filter(before -> before.isAfter(now)),
            publishing.overdueCopies(),
            publishing.stopped()),
        command.dryRun() ? 0 : 1);
  }

  private static Optional<String> refusal(Command.Correct command, Standing standing, Instant now) {
    if (!standing.replaceable()) {
      return Optional.of(
          "its meter adds every event up, so that a second one would be billed beside the first;"
              + " look with explain what Stripe holds, then credit the difference or bill it by an"
              + " invoice item, and acknowledge it");
    }
    if (standing.acknowledged() != null && !command.acknowledged()) {
      return Optional.of(Tools.acknowledged(standing.acknowledged()));
    }
    if (!standing.live() && !command.beforeBillFrom()) {
      return Optional.of(
          "it lies before the first hour billed of its meter; if another system has not billed it,"
              + " add \"beforeBillFrom\": true");
    }
    if (!standing.eventHour().start().isAfter(now.minus(AGE_MAX))) {
      return Optional.of(
          "Stripe takes it no more, it is older than 34 days; look with explain what Stripe holds,"
              + " then credit the difference or bill it by an invoice item");
    }
    return switch (standing.status()) {
      case "accepted", "verified" ->
          Optional.of("it has this value already; verify asks whether Stripe shows it")
              .filter(_ -> standing.value() != null && standing.value() == command.value());
      case "discrepancy" -> Optional.empty();
      case "pending" ->
          Optional.of("it is pending, Stripe has not answered yet; correct it once it is accepted");
      case "shadow" ->
          Optional.of("it is in shadow and was never sent; release bills it, then correct it");
      default ->
          Optional.of(
              "it is %s, Stripe does not hold it for sure; retry sends it anew, then correct it"
                  .formatted(standing.status()));
    };
  }

  private IllegalArgumentException missing(Command.Correct command) {
    PrunedMonths.refuse(tools.reads(), command.hour(), command.hour());
    return refused(command, "there is no such report; status shows what there is");
  }

  private static IllegalArgumentException refused(Command.Correct command, String why) {
    return new IllegalArgumentException(
        "the report of organization '%s' on %s at %s cannot be corrected: %s; nothing was done"
            .formatted(command.organization(), command.meter(), command.hour(), why));
  }
}
