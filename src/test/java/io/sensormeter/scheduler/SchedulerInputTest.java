package io.sensormeter.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.sensormeter.meter.Hour;
import io.sensormeter.operator.Command;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class SchedulerInputTest {

  @ParameterizedTest
  @CsvSource({
    "2026-11-22T13:58:59Z, 2026-11-22T13Z",
    "2026-11-22T13:59:00Z, 2026-11-22T14Z",
    "2026-11-22T13:59:30Z, 2026-11-22T14Z",
    "2026-11-22T14:00:00Z, 2026-11-22T14Z",
    "2026-11-22T14:00:59Z, 2026-11-22T14Z",
    "2026-11-22T14:58:59.999Z, 2026-11-22T14Z"
  })
  void tickIsOfTheHourItComesShortlyBeforeOrIn(String time, String hour) {
    assertThat(SchedulerInput.read(scheduled(time)))
        .isEqualTo(new SchedulerInput.Tick(Hour.parse(hour)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE"})
  void endedDeploymentIsOne(String status) {
    assertThat(SchedulerInput.read(deployment(status)))
        .isEqualTo(new SchedulerInput.Deployment(status));
    assertThat(new SchedulerInput.Deployment(status).ended()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "UPDATE_IN_PROGRESS",
        "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
        "UPDATE_FAILED",
        "DELETE_COMPLETE",
        "ROLLBACK_IN_PROGRESS"
      })
  void deploymentThatGoesOnOrRemovesTheStackIsNone(String status) {
    assertThat(new SchedulerInput.Deployment(status).ended()).isFalse();
  }

  @Test
  void commandIsReadWhateverElseIsThere() {
    assertThat(SchedulerInput.read(Map.of("command", "check")))
        .isEqualTo(new SchedulerInput.Operator(new Command.Check()));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SchedulerInput.read(Map.of("command", "tick", "source", "aws.events")));
  }

  /** The last of two would win, and a dry run would write. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"command\":\"tick\",\"dryRun\":true,\"dryRun\":false}",
        "{\"command\":\"check\",\"command\":\"adopt\"}",
        "{\"source\":\"aws.events\",\"detail\":{\"a\":1,\"a\":2}}",
        "{\"command\":\"check\"} {\"command\":\"tick\"}",
        "{\"command\":\"check\"} tick",
        "{command:check}"
      })
  void whatCanBeReadTwoWaysIsRefused(String json) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SchedulerInput.parse(stream(json)))
        .withMessageStartingWith("the input is no JSON, or can be read two ways: ")
        .withMessageEndingWith("; nothing was done");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "null", "[]", "\"check\"", "5"})
  void whatIsNoObjectSaysWhatIsAccepted(String json) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SchedulerInput.parse(stream(json)))
        .withMessageStartingWith("the input is no JSON object; accepted are: the hourly rule's")
        .withMessageEndingWith("; nothing was done");
  }

  private static InputStream stream(String json) {
    return new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void scheduledEventWithoutATimeIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                SchedulerInput.read(
                    Map.of("source", "aws.events", "detail-type", "Scheduled Event")))
        .withMessageContaining("time 'null' is no instant such as");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SchedulerInput.read(scheduled("14:00")))
        .withMessageContaining("time '14:00' is no instant");
  }

  @Test
  void deploymentWithoutAStatusIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                SchedulerInput.read(
                    Map.of(
                        "source",
                        "aws.cloudformation",
                        "detail-type",
                        "CloudFormation Stack Status Change",
                        "detail",
                        Map.of("status-details", Map.of()))))
        .withMessageContaining("no detail.status-details.status");
  }

  private static Map<String, Object> scheduled(String time) {
    return Map.of("source", "aws.events", "detail-type", "Scheduled Event", "time", time);
  }

  private static Map<String, Object> deployment(String status) {
    return Map.of(
        "source",
        "aws.cloudformation",
        "detail-type",
        "CloudFormation Stack Status Change",
        "detail",
        Map.of("status-details", Map.of("status", status)));
  }
}
