package io.sensormeter.documents;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpExchange;
import io.sensormeter.local.http.LoopbackServer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** {@code bin/ask} through the real AWS CLI, against a server that speaks as AWS does. */
final class AskIT {
  private static final String DESCRIBED =
      """
      <DescribeStacksResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/">
        <DescribeStacksResult><Stacks><member>
          <StackName>sensor-meter-sandbox</StackName>
          <CreationTime>2026-11-01T00:00:00Z</CreationTime>
          <StackStatus>CREATE_COMPLETE</StackStatus>
          <Outputs><member>
            <OutputKey>SchedulerFunctionName</OutputKey><OutputValue>scheduler-1</OutputValue>
          </member></Outputs>
        </member></Stacks></DescribeStacksResult>
      </DescribeStacksResponse>
      """;

  private final List<String> invocations = new CopyOnWriteArrayList<>();
  private final LoopbackServer server =
      LoopbackServer.start(
          Map.of(
              "/",
              exchange -> answer(exchange, 200, DESCRIBED),
              "/2015-03-31/functions/scheduler-1/invocations",
              this::invoke));

  @AfterEach
  void close() {
    server.close();
  }

  @Test
  void answerComesThroughUnchanged() {
    Asked asked = ask("{\"command\":\"status\",\"who\":\"Zoë\"}");

    assertThat(asked.problem()).isEmpty();
    assertThat(asked.code()).isZero();
    assertThat(asked.out()).contains("\"asked\": \"Zoë\"");
  }

  @Test
  void refusalEndsWithOne() {
    Asked asked = ask("{\"command\":\"refuse\"}");

    assertThat(asked.code()).isOne();
    assertThat(asked.problem()).isEqualTo("ask: scheduler-1: Refused: nothing was done\n");
  }

  /** What got no answer may have been done. */
  @Test
  void callThatFailedIsNotSentAgain() {
    Asked asked = ask("{\"command\":\"fail\"}");

    assertThat(asked.code()).isOne();
    assertThat(asked.problem()).endsWith("ask: aws lambda invoke failed in us-east-1\n");
    assertThat(invocations).hasSize(1);
  }

  private Asked ask(String command) {
    assumeTrue(Asked.isOnThePath("aws"), "the AWS CLI is not installed (pip install awscli)");
    return Asked.ask(
        Path.of("bin"),
        Map.of(
            "AWS_ENDPOINT_URL",
            "http://" + server.address(),
            "AWS_ACCESS_KEY_ID",
            "test",
            "AWS_SECRET_ACCESS_KEY",
            "test",
            "AWS_CONFIG_FILE",
            "none"),
        "sandbox",
        command);
  }

  private void invoke(HttpExchange exchange) throws IOException {
    String asked = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
    invocations.add(asked);
    if (asked.contains("refuse")) {
      exchange.getResponseHeaders().set("X-Amz-Function-Error", "Unhandled");
      answer(exchange, 200, "{\"errorType\":\"Refused\",\"errorMessage\":\"nothing was done\"}");
    } else if (asked.contains("fail")) {
      answer(exchange, 500, "{\"Type\":\"Service\",\"Message\":\"no\"}");
    } else {
      answer(exchange, 200, "{\"asked\":\"Zoë\",\"of\":" + asked.length() + "}");
    }
  }

  private static void answer(HttpExchange exchange, int status, String text) throws IOException {
    exchange.getRequestBody().readAllBytes();
    byte[] body = text.getBytes(UTF_8);
    exchange.sendResponseHeaders(status, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }
}
