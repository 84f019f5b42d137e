package io.sensormeter.template;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The idle costs of docs/performance.md, as far as template.yaml and the code can be counted. */
final class TemplateCostsTest {
  private final Template template = Template.read();

  /** CloudWatch charges an alarm for each metric of its formula. */
  @Test
  void alarmsAreCountedByTheirMetrics() throws IOException {
    int metrics =
        template.resources("AWS::CloudWatch::Alarm").stream()
            .mapToInt(alarm -> Alarm.of(alarm).watched().size())
            .sum();
    int composites = template.resources("AWS::CloudWatch::CompositeAlarm").size();

    assertThat(idle())
        .contains(
            "| Idle: %d metrics in alarms × $0.10, %d composite alarms × $0.50 | | $%.2f |"
                .formatted(metrics, composites, metrics * 0.1 + composites * 0.5));
  }

  @Test
  void customMetricsAreCountedByName() throws IOException {
    int metrics = TemplateAlarmsTest.emitted().size();

    assertThat(idle())
        .contains(
            "| Idle: %d custom metrics × $0.30, each with one set of dimensions | | $%.2f |"
                .formatted(metrics, metrics * 0.3));
  }

  private static String idle() throws IOException {
    return Files.readAllLines(Path.of("docs", "performance.md")).stream()
        .filter(line -> line.startsWith("| Idle: "))
        .collect(Collectors.joining("\n"));
  }
}
