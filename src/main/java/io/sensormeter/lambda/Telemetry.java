package io.sensormeter.lambda;

import static software.amazon.lambda.powertools.logging.argument.StructuredArguments.entries;

import java.util.LinkedHashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.lambda.powertools.metrics.Metrics;
import software.amazon.lambda.powertools.metrics.MetricsFactory;
import software.amazon.lambda.powertools.metrics.model.DimensionSet;

/**
 * Says what an invocation did, once, at its end: a log line whose numbers add up, and the same
 * numbers as metrics in namespace {@value #NAMESPACE}. The only dimension is the service ({@code
 * POWERTOOLS_SERVICE_NAME}, in the template the stack's name): every value of a dimension is
 * billed.
 */
public final class Telemetry {

  public static final String NAMESPACE = "SensorMeter";

  /** The only dimension. */
  public static final String DIMENSION = "Service";

  private static final Logger LOG = LoggerFactory.getLogger(Telemetry.class);

  private final String service;

  /**
   * @param service the stack's name, so that two stacks of an account stay apart
   */
  public Telemetry(String service) {
    this.service = service;
  }

  /**
   * Emits a summary.
   *
   * @param what the run, for the log's message: "tick 2026-11-22T14Z"
   * @param fields beside the metrics in the log line, never a payload or a key
   * @param metrics by name; the value of a count or a gauge
   */
  public void summary(String what, Map<String, ?> fields, Map<String, ? extends Number> metrics) {
    // In one map: an empty one beside another makes Powertools 2.9.0 write an invalid line.
    Map<String, Object> numbers = new LinkedHashMap<>(fields);
    numbers.putAll(metrics);
    LOG.info("{}", what, entries(numbers));
    emit(service, metrics);
  }

  /**
   * Powertools gathers metrics in one place of the process until they are flushed. Lambda gives a
   * process one invocation at a time; the local run and the tests give it several.
   */
  private static synchronized void emit(String service, Map<String, ? extends Number> metrics) {
    Metrics emf = MetricsFactory.getMetricsInstance();
    emf.setNamespace(NAMESPACE);
    emf.setDefaultDimensions(DimensionSet.of(DIMENSION, service));
    metrics.forEach((name, value) -> emf.addMetric(name, value.doubleValue()));
    emf.flush();
  }
}
