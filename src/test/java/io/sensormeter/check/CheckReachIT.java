package io.sensormeter.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.sensormeter.local.Pipeline;
import io.sensormeter.local.Services;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What lies beyond the function: queue, secret, server. Each that is missing is named. */
@Tag("postgres")
final class CheckReachIT extends CheckFixture {
  private static final String SQS_REMEDY = "an interface endpoint for com.amazonaws.us-east-1.sqs";
  private static final String SECRETS_REMEDY =
      "an interface endpoint for com.amazonaws.us-east-1.secretsmanager";

  @Test
  void closedQueueEndpointIsNamed() throws IOException {
    Answer answer = check(Map.of("SQS_ENDPOINT", "http://127.0.0.1:" + closedPort()));

    assertThat(answer.ok()).isFalse();
    assertThat(answer.bad()).containsExactly("queue", "redrive");
    assertThat(answer.of("queue").says())
        .startsWith("no answer from SQS (")
        .contains(SQS_REMEDY, "SQS_ENDPOINT is http://127.0.0.1:");
  }

  @Test
  void silentQueueEndpointIsNamed() throws IOException {
    try (ServerSocket silent = silent()) {
      Answer answer = check(Map.of("SQS_ENDPOINT", "http://127.0.0.1:" + silent.getLocalPort()));

      assertThat(answer.bad()).containsExactly("queue", "redrive");
      assertThat(answer.of("queue").says())
          .startsWith("no answer from SQS within 5 s: ")
          .contains(SQS_REMEDY);
    }
  }

  @Test
  void missingQueueIsNamed() {
    Answer answer =
        check(
            Map.of(
                "REPORTS_QUEUE_URL",
                Services.sqs().endpoint() + "/000000000000/" + UUID.randomUUID()));

    assertThat(answer.of("queue").says())
        .startsWith("SQS refused (")
        .contains(
            "the function's role needs sqs:GetQueueAttributes on " + Services.sqs().endpoint());
  }

  @Test
  void queueWithoutRedrivePolicyIsNotOk() {
    Services.sqs().createQueue("plain", Duration.ofMinutes(1), 2);

    Answer answer = check(Map.of("REPORTS_QUEUE_URL", Services.sqs().deadLetterUrl("plain")));

    assertThat(answer.bad()).containsExactly("redrive");
  }

  @Test
  void missingSecretHidesNothingElse() {
    Answer answer =
        check(
            Map.of(
                "DATABASE_SECRET_ARN",
                "arn:aws:secretsmanager:us-east-1:000000000000:secret:none"));

    assertThat(answer.of("secret").says())
        .startsWith("Secrets Manager refused (")
        .contains("secretsmanager:GetSecretValue on arn:aws:secretsmanager:");
    assertThat(answer.of("database").says()).startsWith("not examined");
    assertThat(answer.of("queue").isOk()).isTrue();
    assertThat(answer.of("METERS active_sensors").says()).startsWith("sum-hourly: ");
  }

  @Test
  void silentSecretsManagerIsNamed() throws IOException {
    try (ServerSocket silent = silent()) {
      Answer answer =
          check(Map.of("SECRETS_MANAGER_ENDPOINT", "http://127.0.0.1:" + silent.getLocalPort()));

      assertThat(answer.of("secret").says())
          .startsWith("no answer from Secrets Manager within 5 s: ")
          .contains(SECRETS_REMEDY);
    }
  }

  @Test
  void secretOfAnotherShapeIsNotShown() {
    for (String text : new String[] {"hunter2", "[\"hunter2\"]", "{\"password\":\"hunter2\"}"}) {
      Answer answer = checkWithSecret(text);

      assertThat(answer.of("secret").isOk()).isFalse();
      assertThat(answer.text()).doesNotContain("hunter2");
    }
    assertThat(checkWithSecret("{\"password\":\"hunter2\"}").of("secret").says())
        .contains("has no \"username\"");
  }

  @Test
  void wrongPasswordIsSaidAndNotShown() {
    Answer answer =
        checkWithSecret(
            "{\"username\":\"%s\",\"password\":\"hunter2\"}".formatted(database.user()));

    assertThat(answer.of("secret").isOk()).isTrue();
    assertThat(answer.of("database").says())
        .contains("password authentication failed", "Is it the role's password in the secret");
    assertThat(answer.of("reading").says()).isEqualTo("not examined: the database was not reached");
    assertThat(answer.of("queue").isOk()).isTrue();
    assertThat(answer.text()).doesNotContain("hunter2");
  }

  @Test
  void closedDatabasePortIsNamed() throws IOException {
    int port = closedPort();

    Answer answer = check(Map.of("DATABASE_PORT", String.valueOf(port)));

    assertThat(answer.of("database").says())
        .contains("127.0.0.1:" + port + "/", "refused", "security group");
  }

  @Test
  void silentDatabaseIsNamed() throws IOException {
    try (ServerSocket silent = silent()) {
      Answer answer = check(Map.of("DATABASE_PORT", String.valueOf(silent.getLocalPort())));

      assertThat(answer.of("database").says()).contains("security group", "5 s");
      assertThat(answer.of("queue").isOk()).isTrue();
    }
  }

  @Test
  void missingDatabaseIsNamed() {
    assertThat(check(Map.of("DATABASE_NAME", "elsewhere")).of("database").says())
        .contains("\"elsewhere\" does not exist", "DATABASE_NAME");
  }

  private Answer checkWithSecret(String text) {
    try (Pipeline pipeline = pipeline(Map.of())) {
      Services.secrets().put(pipeline.environment().getOrDefault("DATABASE_SECRET_ARN", ""), text);
      return check(pipeline);
    }
  }

  /** Takes connections and never says a word. */
  private static ServerSocket silent() throws IOException {
    return new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  }

  private static int closedPort() throws IOException {
    try (ServerSocket closed = silent()) {
      return closed.getLocalPort();
    }
  }
}
