package io.sensormeter.lambda;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sensormeter.local.StandardOutput;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class TelemetryTest {

  @Test
  void metricsHaveOneDimensionTheStack() throws JsonProcessingException {
    String line = emitted(Map.of("ReportsAccepted", 3, "TickCompleted", 1));

    JsonNode emf = new ObjectMapper().readTree(line);
    JsonNode directive = emf.at("/_aws/CloudWatchMetrics/0");
    assertThat(directive.path("Namespace").asText()).isEqualTo("SensorMeter");
    assertThat(directive.path("Dimensions").toString()).isEqualTo("[[\"Service\"]]");
    assertThat(directive.path("Metrics").findValuesAsText("Name"))
        .containsExactlyInAnyOrder("ReportsAccepted", "TickCompleted");
    assertThat(emf.path("Service").asText()).isEqualTo("sensor-meter-live");
    assertThat(emf.path("ReportsAccepted").asInt()).isEqualTo(3);
  }

  private static String emitted(Map<String, Integer> metrics) {
    return StandardOutput.of(
        () -> new Telemetry("sensor-meter-live").summary("a test", Map.of("received", 3), metrics));
  }
}
