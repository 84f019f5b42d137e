package io.sensormeter.local.aws;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.sensormeter.local.Services;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs(value = OS.LINUX, disabledReason = "Lambda's runtime client has a native part")
final class PackagedFunctionIT {
  private static final String HANDLER = "io.sensormeter.local.aws.EchoHandler::handleRequest";

  @Test
  void batchIsAnsweredByTheProcess() {
    LocalSqs sqs = Services.sqs();
    try (PackagedFunction function = start(HANDLER)) {
      String url = sqs.createQueue("packaged", Duration.ofMinutes(5), 2);
      for (String body : List.of("pass", "fail")) {
        sqs.client().sendMessage(request -> request.queueUrl(url).messageBody(body));
      }
      EventSource source =
          new EventSource(sqs.client(), url, sqs.arn(url), 10, function::handle)
              .contexts(() -> new TestContext(Duration.ofSeconds(30)));

      source.drain(4);

      assertThat(source.lastFailure()).isEmpty();
      assertThat(source.deleted()).isEqualTo(1);
      assertThat(sqs.bodies(sqs.deadLetterUrl("packaged"))).containsExactly("fail");
      assertThat(function.logs()).containsPattern("remaining (30000|29\\d{3})\\b");
    }
  }

  @Test
  void onlyLambdasAndTheGivenVariablesAreThere() {
    try (PackagedFunction function = start(HANDLER)) {
      function.setTimeout(Duration.ofSeconds(9));

      assertThat(function.invoke(event("pass"))).isEqualTo("{\"batchItemFailures\":[]}");

      assertThat(function.logs())
          .contains("METERS", "AWS_REGION")
          .doesNotContain("HOME")
          .containsPattern("remaining (9000|8\\d{3})\\b");
    }
  }

  @Test
  void exceptionIsAnsweredWithItsJsonAndTheEnvironmentGoesOn() {
    try (PackagedFunction function = start(HANDLER)) {
      assertThatExceptionOfType(FunctionError.class)
          .isThrownBy(() -> function.invoke(event("throw")))
          .satisfies(
              e ->
                  assertThat(e.json()).contains("asked for", "java.lang.IllegalArgumentException"));
      assertThat(function.invoke(event("pass"))).contains("batchItemFailures");
    }
  }

  @Test
  void processThatEndsFailsTheInvocation() {
    try (PackagedFunction function = start(HANDLER)) {
      assertThatIllegalStateException()
          .isThrownBy(() -> function.invoke(event("exit")))
          .withMessageContaining("process ended: 3");
    }
  }

  @Test
  void handlerThatCannotBeLoadedFailsTheInvocation() {
    try (PackagedFunction function = start("io.sensormeter.local.aws.Nowhere::handleRequest")) {
      assertThatExceptionOfType(FunctionError.class)
          .isThrownBy(() -> function.invoke(event("pass")))
          .withMessageContaining("io.sensormeter.local.aws.Nowhere");
    }
  }

  private static PackagedFunction start(String handler) {
    return PackagedFunction.start(
        List.of(testClasses()),
        handler,
        Map.of("METERS", "active_sensors:sum-hourly"),
        List.of("-Xmx128m"));
  }

  private static Path testClasses() {
    try {
      return Path.of(EchoHandler.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String event(String body) {
    return "{\"Records\":[{\"messageId\":\"m\",\"body\":\"%s\"}]}".formatted(body);
  }
}
