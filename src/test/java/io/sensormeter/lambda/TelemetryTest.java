package io.sensormeter.lambda;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sensormeter.local.StandardOutput;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
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

  @Test
  void summariesBesideEachOtherKeepTheirNumbers() throws Exception {
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<Future<String>> emitted =
          IntStream.range(0, 1_000)
              .mapToObj(n -> threads.submit(() -> emitted("stack-" + n, Map.of("Sent", n))))
              .toList();

      for (int n = 0; n < emitted.size(); n++) {
        assertThat(emitted.get(n).get())
            .contains("\"Sent\":%d.0".formatted(n), "\"Service\":\"stack-%d\"".formatted(n));
      }
    }
  }

  private static String emitted(Map<String, Integer> metrics) {
    return emitted("sensor-meter-live", metrics);
  }

  private static String emitted(String service, Map<String, Integer> metrics) {
    return StandardOutput.of(
        () -> new Telemetry(service).summary("a test", Map.of("received", 3), metrics));
  }
}
