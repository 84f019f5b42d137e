package io.sensormeter.telemetry;

import static software.amazon.lambda.powertools.logging.argument.StructuredArguments.entries;

import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.lambda.powertools.metrics.Metrics;
import software.amazon.lambda.powertools.metrics.MetricsFactory;

/**
 * Says what an invocation did, once, at its end: a log line whose numbers add up, and the same
 * numbers as metrics in namespace {@value #NAMESPACE}. The only dimension is the service ({@code
 * POWERTOOLS_SERVICE_NAME}, in the template the stack's name): every value of a dimension is
 * billed.
 */
public final class Telemetry {

  public static final String NAMESPACE = "SensorMeter";

  private static final Logger LOG = LoggerFactory.getLogger(Telemetry.class);

  /**
   * Emits a summary.
   *
   * @param what the run, for the log's message: "tick 2026-11-22T14Z"
   * @param fields beside the metrics in the log line, never a payload or a key
   * @param metrics by name; the value of a count or a gauge
   */
  public void summary(String what, Map<String, ?> fields, Map<String, ? extends Number> metrics) {
    Metrics emf = MetricsFactory.getMetricsInstance();
    emf.setNamespace(NAMESPACE);
    metrics.forEach((name, value) -> emf.addMetric(name, value.doubleValue()));
    LOG.info("{}", what, entries(fields), entries(metrics));
    emf.flush();
  }
}
