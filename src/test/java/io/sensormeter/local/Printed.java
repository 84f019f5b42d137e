package io.sensormeter.local;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.slf4j.MDC;
import software.amazon.awssdk.utilslite.SdkInternalThreadLocal;

/**
 * What one invocation prints: its log lines as they ship, and its metric lines as CloudWatch reads
 * them.
 */
public final class Printed {
  /** The logging library forgets it when an invocation ends; log4j2-test.xml asks for it. */
  private static final String LISTENING = "printed";

  /** Where the metrics library looks for its invocation: those without one share their metrics. */
  private static final String TRACE = "AWS_LAMBDA_X_TRACE_ID";

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Set<String> NEEDS_A_PERSON = Set.of("WARN", "ERROR");

  private final List<JsonNode> lines;

  /** A line of the log. */
  public record Line(String level, String message) {}

  private Printed(List<JsonNode> lines) {
    this.lines = lines;
  }

  /**
   * Listens to {@code invocation}, which runs on this thread and invokes one function once. One at
   * a time: between a line's encoding and its flush the logging library may write another thread's.
   */
  public static synchronized Printed by(Runnable invocation) {
    String printed =
        StandardOutput.of(
            () -> {
              MDC.put(LISTENING, "true");
              SdkInternalThreadLocal.put(TRACE, "Root=" + UUID.randomUUID());
              try {
                invocation.run();
              } finally {
                SdkInternalThreadLocal.remove(TRACE);
                MDC.remove(LISTENING);
              }
            });
    return new Printed(printed.lines().map(Printed::parsed).toList());
  }

  /** The value of a metric, which must be there exactly once. */
  public double metric(String name) {
    List<JsonNode> values =
        lines.stream().filter(line -> line.has("_aws")).map(line -> line.path(name)).toList();
    if (values.size() != 1 || !values.getFirst().isNumber()) {
      throw new IllegalStateException(name + " is not there once: " + lines);
    }
    return values.getFirst().doubleValue();
  }

  /** Every line, as printed, for what reads a log from outside. */
  public List<String> lines() {
    return lines.stream().map(JsonNode::toString).toList();
  }

  /** The whole log, in order. */
  public List<Line> log() {
    return lines.stream()
        .filter(line -> line.has("level"))
        .map(line -> new Line(line.path("level").asText(), line.path("message").asText()))
        .toList();
  }

  /** The warnings and errors of the log, in order. */
  public List<Line> warnings() {
    return log().stream().filter(line -> NEEDS_A_PERSON.contains(line.level())).toList();
  }

  private static JsonNode parsed(String line) {
    try {
      return JSON.readTree(line);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("neither a log line nor a metric line: " + line, e);
    }
  }
}
