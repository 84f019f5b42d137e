package io.sensormeter.scheduler;

import io.sensormeter.meter.Hour;
import io.sensormeter.operator.Command;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What SchedulerFunction may be invoked with. */
sealed interface SchedulerInput {

  /** A tick of the rule may carry a time shortly before the full hour. */
  Duration TICK_TOLERANCE = Duration.ofSeconds(60);

  String ACCEPTED =
      "accepted are: the hourly rule's event (source aws.events, detail-type 'Scheduled Event'),"
          + " the stack's own deployment event (source aws.cloudformation, detail-type"
          + " 'CloudFormation Stack Status Change'), and commands: "
          + Command.ACCEPTED
          + "; see events/ for a sample of each";

  /** The hourly rule's. */
  record Tick(Hour hour) implements SchedulerInput {}

  /**
   * The stack was created or updated.
   *
   * @param status CloudFormation's, such as {@code UPDATE_COMPLETE}
   */
  record Deployment(String status) implements SchedulerInput {

    /** While a stack is still changing, its end will come as an event of its own. */
    boolean ended() {
      return status.endsWith("_COMPLETE") && !status.startsWith("DELETE");
    }
  }

  /** A person's. */
  record Operator(Command command) implements SchedulerInput {}

  /**
   * Reads what Lambda's serializer made of the JSON.
   *
   * @throws IllegalArgumentException saying what is wrong and what is accepted
   */
  static SchedulerInput read(@Nullable Map<String, Object> event) {
    if (event == null) {
      throw new IllegalArgumentException("the input is empty; " + ACCEPTED);
    }
    if (event.containsKey("command")) {
      return new Operator(Command.read(event));
    }
    String kind = event.get("source") + " / " + event.get("detail-type");
    return switch (kind) {
      case "aws.events / Scheduled Event" -> new Tick(Hour.floor(time(event).plus(TICK_TOLERANCE)));
      case "aws.cloudformation / CloudFormation Stack Status Change" ->
          new Deployment(status(event));
      default ->
          throw new IllegalArgumentException(
              "the input is neither an event nor a command this function knows (source / detail-type: %s); %s"
                  .formatted(kind, ACCEPTED));
    };
  }

  private static Instant time(Map<String, Object> event) {
    String time = String.valueOf(event.get("time"));
    try {
      return Instant.parse(time);
    } catch (DateTimeException e) {
      throw new IllegalArgumentException(
          "the scheduled event's time '" + time + "' is no instant such as 2026-11-22T14:00:00Z",
          e);
    }
  }

  private static String status(Map<String, Object> event) {
    if (event.get("detail") instanceof Map<?, ?> detail
        && detail.get("status-details") instanceof Map<?, ?> details
        && details.get("status") instanceof String status) {
      return status;
    }
    throw new IllegalArgumentException(
        "the deployment event has no detail.status-details.status; " + ACCEPTED);
  }
}
