package io.sensormeter.documents;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** {@code bin/ask}, with a script in place of the AWS CLI that notes how it is called. */
@DisabledOnOs(OS.WINDOWS)
final class AskTest {
  private static final String AWS =
      """
      #!/bin/sh
      echo "$AWS_MAX_ATTEMPTS $BOTOCORE_TCP_KEEPALIVE $*" >> "$STUB/calls"
      case "$1" in
        cloudformation) cat "$STUB/described" ;;
        lambda)
          while [ "$1" != --payload ]; do shift; done
          cat "${2#fileb://}" > "$STUB/payload"
          cat "$STUB/answer" > "$3"
          cat "$STUB/result"
          ;;
      esac
      """;

  @TempDir private Path stub;

  @BeforeEach
  void prepare() throws IOException {
    write("aws", AWS);
    assertThat(stub.resolve("aws").toFile().setExecutable(true)).isTrue();
    write(
        "described",
        """
        {"Stacks": [{"Outputs": [
          {"OutputKey": "SchedulerFunctionName", "OutputValue": "sensor-meter-Scheduler-1"},
          {"OutputKey": "DashboardUrl", "OutputValue": "https://dashboard"}]}]}
        """);
    write("result", "{\"StatusCode\": 200}");
    write("answer", "{\"command\":\"status\",\"hours\":[{\"hour\":\"2026-11-22T14Z\"}]}");
  }

  @Test
  void answerIsPrintedAndTheCallWaitsAndIsMadeOnce() throws IOException {
    Asked asked = ask("sandbox", "{\"command\":\"status\"}");

    assertThat(asked)
        .isEqualTo(
            new Asked(
                0,
                """
                {
                  "command": "status",
                  "hours": [
                    {
                      "hour": "2026-11-22T14Z"
                    }
                  ]
                }
                """,
                ""));
    assertThat(Files.readString(stub.resolve("payload"))).isEqualTo("{\"command\": \"status\"}");
    List<String> calls = calls();
    assertThat(calls).hasSize(2);
    assertThat(calls.getFirst()).contains(" --stack-name sensor-meter-sandbox --region us-east-1 ");
    assertThat(calls.getLast())
        .startsWith("1 true lambda invoke --function-name sensor-meter-Scheduler-1 ")
        .contains(" --cli-read-timeout 0 ", " --region us-east-1 ");
  }

  @Test
  void environmentNamesTheStack() throws IOException {
    assertThat(ask("live", "{\"command\":\"check\"}").code()).isZero();
    assertThat(calls().getFirst()).contains(" --stack-name sensor-meter --region");
  }

  @Test
  void functionThatRefusedOrFailedEndsWithOneAndItsReason() throws IOException {
    write("result", "{\"StatusCode\": 200, \"FunctionError\": \"Unhandled\"}");
    write(
        "answer",
        "{\"errorType\":\"IllegalArgumentException\",\"errorMessage\":\"nothing was"
            + " done\",\"stackTrace\":[\"a\"]}");

    assertThat(ask("sandbox", "{\"command\":\"tick\"}"))
        .isEqualTo(
            new Asked(
                1,
                "",
                "ask: sensor-meter-Scheduler-1: IllegalArgumentException: nothing was done\n"));
  }

  @Test
  void fieldIsPrintedAsItIsAndWhatGoesOnIsSaid() throws IOException {
    write(
        "answer",
        "{\"csv\":\"a,b\\r\\n1,2\\r\\n\",\"next\":{\"command\":\"month\",\"after\":\"x\"}}");

    Asked asked = ask("sandbox", "{\"command\":\"month\"}", "csv");

    assertThat(asked.code()).isZero();
    assertThat(asked.out()).isEqualTo("a,b\r\n1,2\r\n");
    assertThat(asked.problem()).contains("{\"command\": \"month\", \"after\": \"x\"}");
    assertThat(ask("sandbox", "{\"command\":\"month\"}", "tsv").problem())
        .isEqualTo("ask: the answer has no field 'tsv'; it has csv, next\n");
  }

  @Test
  void outputOfTheStackIsPrinted() {
    assertThat(ask("sandbox", "DashboardUrl")).isEqualTo(new Asked(0, "https://dashboard\n", ""));
    assertThat(ask("sandbox", "Other"))
        .isEqualTo(
            new Asked(
                1,
                "",
                "ask: stack sensor-meter-sandbox has no output 'Other'; it has DashboardUrl,"
                    + " SchedulerFunctionName\n"));
  }

  @Test
  void whatIsMistypedReachesNobody() {
    assertThat(ask("nowhere", "{\"command\":\"tick\"}"))
        .isEqualTo(
            new Asked(
                2, "", "ask: samconfig.toml has no environment 'nowhere'; it has live, sandbox\n"));
    assertThat(ask("sandbox", "{command:tick}").code()).isEqualTo(2);
    assertThat(ask("sandbox", "{\"command\":\"tick\",\"dryRun\":true,\"dryRun\":false}"))
        .isEqualTo(new Asked(2, "", "ask: the command names 'dryRun' twice; nothing was done\n"));
    assertThat(ask("sandbox").code()).isEqualTo(2);
    assertThat(stub.resolve("calls")).doesNotExist();
  }

  private Asked ask(String... arguments) {
    return Asked.ask(stub, Map.of("STUB", stub.toString()), arguments);
  }

  private List<String> calls() throws IOException {
    return Files.readAllLines(stub.resolve("calls"));
  }

  private void write(String file, String text) throws IOException {
    Files.writeString(stub.resolve(file), text);
  }
}
