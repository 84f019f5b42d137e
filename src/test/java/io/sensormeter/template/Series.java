package io.sensormeter.template;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sensormeter.lambda.Telemetry;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.stream.DoubleStream;

/** Values of metrics over time, as CloudWatch keeps them. Not thread-safe. */
public final class Series {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Map<Metric, NavigableMap<Instant, List<Double>>> values = new HashMap<>();

  /**
   * What CloudWatch knows a series by.
   *
   * @param dimensions as the template gives them, {@code "FunctionName=ReporterFunction"}
   */
  public record Metric(String namespace, String name, String dimensions) {

    /** A metric of ours; its only dimension is the stack. */
    public static Metric ofStack(String name) {
      return new Metric(Telemetry.NAMESPACE, name, Telemetry.DIMENSION + "=AWS::StackName");
    }

    static Metric ofFunction(String name, String function) {
      return new Metric("AWS/Lambda", name, "FunctionName=" + function);
    }

    static Metric ofQueue(String name, String queue) {
      return new Metric("AWS/SQS", name, "QueueName=" + queue + ".QueueName");
    }
  }

  /**
   * Adds the metric lines among the lines of a log, as CloudWatch extracts them; other lines say
   * nothing here. The value of our dimension is the stack's name, whatever a run was called.
   *
   * @param at when they were printed by the clock of the test: the library stamps a line by that of
   *     the machine
   */
  public Series addLogLines(Instant at, Collection<String> lines) {
    lines.stream().map(Series::parsed).forEach(line -> addLine(at, line));
    return this;
  }

  /** Adds a value. */
  public Series add(Metric metric, Instant at, double value) {
    values
        .computeIfAbsent(metric, none -> new TreeMap<>())
        .computeIfAbsent(at, none -> new ArrayList<>())
        .add(value);
    return this;
  }

  /** Adds a value each {@code step} from {@code from} to {@code to}, the end excluded. */
  Series addEach(Metric metric, Instant from, Instant to, Duration step, double value) {
    for (Instant at = from; at.isBefore(to); at = at.plus(step)) {
      add(metric, at, value);
    }
    return this;
  }

  /** A statistic of the values from {@code from} to {@code to}, the end excluded. */
  OptionalDouble statistic(String name, Metric metric, Instant from, Instant to) {
    DoubleStream within =
        values.getOrDefault(metric, new TreeMap<>()).subMap(from, true, to, false).values().stream()
            .flatMap(Collection::stream)
            .mapToDouble(Double::doubleValue);
    return switch (name) {
      case "Sum" -> within.boxed().reduce(Double::sum).stream().mapToDouble(d -> d).findFirst();
      case "Maximum" -> within.max();
      case "Minimum" -> within.min();
      default -> throw new IllegalArgumentException("no statistic " + name);
    };
  }

  private void addLine(Instant at, JsonNode line) {
    for (JsonNode directive : line.at("/_aws/CloudWatchMetrics")) {
      for (JsonNode set : directive.path("Dimensions")) {
        for (JsonNode metric : directive.path("Metrics")) {
          String name = metric.path("Name").asText();
          add(
              new Metric(directive.path("Namespace").asText(), name, dimensions(line, set)),
              at,
              line.path(name).doubleValue());
        }
      }
    }
  }

  private static String dimensions(JsonNode line, JsonNode set) {
    List<String> dimensions = new ArrayList<>();
    for (JsonNode each : set) {
      String name = each.asText();
      String value = name.equals(Telemetry.DIMENSION) ? "AWS::StackName" : line.path(name).asText();
      dimensions.add(name + "=" + value);
    }
    dimensions.sort(Comparator.naturalOrder());
    return String.join(", ", dimensions);
  }

  private static JsonNode parsed(String line) {
    try {
      return JSON.readTree(line);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("no line of a log: " + line, e);
    }
  }
}
