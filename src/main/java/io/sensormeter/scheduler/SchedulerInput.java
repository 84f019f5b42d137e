package io.sensormeter.scheduler;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.sensormeter.meter.Hour;
import io.sensormeter.operator.Command;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;

/** What SchedulerFunction may be invoked with. */
sealed interface SchedulerInput {

  /** A tick of the rule may carry a time shortly before the full hour. */
  Duration TICK_TOLERANCE = Duration.ofSeconds(60);

  /** Nothing is read two ways: a field given twice, or something after the object, is an error. */
  ObjectMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  String ACCEPTED =
      "accepted are: the hourly rule's event (source aws.events, detail-type 'Scheduled Event'),"
          + " the stack's own deployment event (source aws.cloudformation, detail-type"
          + " 'CloudFormation Stack Status Change'), and commands: "
          + Command.ACCEPTED
          + "; see events/ for a sample of each; nothing was done";

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
   * Reads JSON.
   *
   * @throws IllegalArgumentException saying what is wrong and what is accepted
   */
  static SchedulerInput parse(InputStream json) {
    JsonNode input;
    try {
      input = JSON.readTree(json);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          "the input is no JSON, or can be read two ways: %s; nothing was done"
              .formatted(e.getOriginalMessage()),
          e);
    } catch (IOException e) {
      throw new UncheckedIOException("the input cannot be read", e);
    }
    if (!input.isObject()) {
      throw new IllegalArgumentException("the input is no JSON object; " + ACCEPTED);
    }
    return read(JSON.convertValue(input, new TypeReference<Map<String, Object>>() {}));
  }

  static SchedulerInput read(Map<String, Object> event) {
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
