package io.sensormeter.template;

import static io.sensormeter.template.Template.text;

import com.fasterxml.jackson.databind.JsonNode;
import io.sensormeter.template.Series.Metric;
import io.sensormeter.template.Template.Resource;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A metric alarm of the template, evaluated as CloudWatch does: every minute, over periods that end
 * at that minute.
 *
 * @param watched the metrics by their ids in the formula
 * @param formula of metric math; the one metric's id where there is none
 * @param missing what {@code TreatMissingData} says
 */
record Alarm(
    String id,
    Map<String, Statistic> watched,
    String formula,
    int periods,
    int datapoints,
    Predicate<Double> breaching,
    String missing) {

  /**
   * Periods that CloudWatch retrieves beyond those it evaluates, so that a late value still counts:
   * five for three in its documentation's example.
   */
  private static final int BEYOND = 2;

  private static final Pattern PARAMETER = Pattern.compile("\\$\\{(\\w+)}");

  /** A metric, and how its values of a period become one. */
  record Statistic(Metric metric, String name, Duration period) {}

  /**
   * @param falseConditions of the template; the others are true
   */
  static Alarm of(Resource alarm, String... falseConditions) {
    Map<String, Statistic> watched = new LinkedHashMap<>();
    String formula = "m";
    for (JsonNode each : alarm.property("Metrics")) {
      if (each.has("Expression")) {
        formula = withDefaults(text(each.path("Expression")));
      } else {
        JsonNode stat = each.path("MetricStat");
        watched.put(text(each.path("Id")), statistic(stat.path("Metric"), stat, "Stat"));
      }
    }
    if (watched.isEmpty()) {
      watched.put("m", statistic(alarm.properties(), alarm.properties(), "Statistic"));
    }
    int periods = chosen(alarm.property("EvaluationPeriods"), falseConditions);
    JsonNode datapoints = alarm.property("DatapointsToAlarm");
    return new Alarm(
        alarm.id(),
        watched,
        formula,
        periods,
        datapoints.isMissingNode() ? periods : chosen(datapoints, falseConditions),
        comparison(
            text(alarm.property("ComparisonOperator")), alarm.property("Threshold").doubleValue()),
        text(alarm.property("TreatMissingData")));
  }

  /** Whether it is on at {@code now}, if it was {@code before}. */
  boolean isOn(Series series, Instant now, boolean before) {
    List<Double> existing = values(series, now).stream().filter(Objects::nonNull).toList();
    List<Double> newest = existing.subList(Math.max(0, existing.size() - periods), existing.size());
    int absent = periods - newest.size();
    if (absent > 0 && missing.equals("ignore")) {
      return before;
    }
    long breaches = newest.stream().filter(breaching).count();
    return breaches + (missing.equals("breaching") ? absent : 0) >= datapoints;
  }

  private List<@Nullable Double> values(Series series, Instant now) {
    Map<String, List<@Nullable Double>> byId = new LinkedHashMap<>();
    watched.forEach((id, statistic) -> byId.put(id, values(series, statistic, now)));
    return Formula.value(formula, byId);
  }

  private List<@Nullable Double> values(Series series, Statistic statistic, Instant now) {
    @Nullable Double[] values = new Double[periods + BEYOND];
    Instant end = now;
    for (int i = values.length - 1; i >= 0; i--) {
      Instant start = end.minus(statistic.period());
      OptionalDouble value = series.statistic(statistic.name(), statistic.metric(), start, end);
      values[i] = value.isPresent() ? (Double) value.getAsDouble() : null;
      end = start;
    }
    return new ArrayList<>(Arrays.asList(values));
  }

  private static Statistic statistic(JsonNode metric, JsonNode stat, String name) {
    return new Statistic(
        new Metric(
            text(metric.path("Namespace")),
            text(metric.path("MetricName")),
            text(metric.at("/Dimensions/0/Name")) + "=" + text(metric.at("/Dimensions/0/Value"))),
        text(stat.path(name)),
        Duration.ofSeconds(stat.path("Period").longValue()));
  }

  private static int chosen(JsonNode value, String... falseConditions) {
    JsonNode choice = value.path("Fn::If");
    if (choice.isMissingNode()) {
      return value.intValue();
    }
    return choice.path(List.of(falseConditions).contains(text(choice.path(0))) ? 2 : 1).intValue();
  }

  /** With every parameter's default in place of its name. */
  private static String withDefaults(String formula) {
    return PARAMETER
        .matcher(formula)
        .replaceAll(name -> Template.read().parameter(name.group(1)).path("Default").asText());
  }

  private static Predicate<Double> comparison(String operator, double threshold) {
    return switch (operator) {
      case "LessThanThreshold" -> value -> value < threshold;
      case "GreaterThanThreshold" -> value -> value > threshold;
      case "GreaterThanOrEqualToThreshold" -> value -> value >= threshold;
      default -> throw new IllegalArgumentException("no comparison " + operator);
    };
  }
}
