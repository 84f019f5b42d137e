package io.sensormeter.simulation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpResponse;

/** SQS and Secrets Manager behind the transport of their clients. */
final class SimulatedAws implements SdkHttpClient {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration LATENCY = Duration.ofMillis(8);

  private final VirtualClock clock;
  private final Gate gate;
  private final Chaos chaos;
  private final Map<String, SimulatedQueue> queues = new HashMap<>();
  private final Map<String, TreeMap<Instant, String>> secrets = new HashMap<>();
  private final BiConsumer<SimulatedQueue, String> onSent;

  /**
   * @param onSent hears each message that a queue has taken
   */
  SimulatedAws(
      VirtualClock clock,
      Gate gate,
      Chaos chaos,
      List<SimulatedQueue> queues,
      BiConsumer<SimulatedQueue, String> onSent) {
    this.clock = clock;
    this.gate = gate;
    this.chaos = chaos;
    queues.forEach(queue -> this.queues.put(queue.url(), queue));
    this.onSent = onSent;
  }

  /** The secret has this text from an instant on. */
  void putSecret(String arn, String text, Instant from) {
    secrets.computeIfAbsent(arn, _ -> new TreeMap<>()).put(from, text);
  }

  @Override
  public ExecutableHttpRequest prepareRequest(HttpExecuteRequest request) {
    return new ExecutableHttpRequest() {
      @Override
      public HttpExecuteResponse call() throws IOException {
        return answer(request);
      }

      @Override
      public void abort() {}
    };
  }

  @Override
  public void close() {}

  private HttpExecuteResponse answer(HttpExecuteRequest request) throws IOException {
    gate.before(LATENCY);
    String target = request.httpRequest().firstMatchingHeader("X-Amz-Target").orElse("");
    JsonNode input =
        JSON.readTree(request.contentStreamProvider().orElseThrow().newStream().readAllBytes());
    String operation = target.substring(target.indexOf('.') + 1);
    if (chaos.strikes(FaultKind.SQS_CALL_FAILS, 0.15)) {
      return error("com.amazonaws.sqs#RequestThrottled", "Request is throttled.");
    }
    JsonNode answer =
        switch (operation) {
          case "GetSecretValue" -> secret(input.path("SecretId").asText());
          case "SendMessage" -> sent(input);
          case "SendMessageBatch" -> sentBatch(input);
          case "ChangeMessageVisibilityBatch" -> changed(input);
          default -> null;
        };
    gate.after();
    if (answer == null) {
      return error("ResourceNotFoundException", "not simulated: " + operation + " " + input);
    }
    if (operation.startsWith("Send") && chaos.strikes(FaultKind.SQS_ANSWER_LOST, 0.15)) {
      throw new IOException("connection reset");
    }
    return response(200, answer);
  }

  private @Nullable JsonNode secret(String arn) {
    TreeMap<Instant, String> values = secrets.get(arn);
    Map.Entry<Instant, String> value = values == null ? null : values.floorEntry(clock.instant());
    return value == null
        ? null
        : JSON.createObjectNode().put("ARN", arn).put("SecretString", value.getValue());
  }

  private ObjectNode sent(JsonNode input) {
    return take(queue(input), input.path("MessageBody").asText());
  }

  private ObjectNode sentBatch(JsonNode input) {
    ObjectNode answer = JSON.createObjectNode();
    ArrayNode successful = answer.putArray("Successful");
    ArrayNode failed = answer.putArray("Failed");
    for (JsonNode entry : input.path("Entries")) {
      if (chaos.strikes(FaultKind.SQS_ENTRY_REFUSED, 0.1)) {
        failed
            .addObject()
            .put("Id", entry.path("Id").asText())
            .put("Code", "InternalFailure")
            .put("Message", "try again")
            .put("SenderFault", false);
      } else {
        successful.add(
            take(queue(input), entry.path("MessageBody").asText())
                .put("Id", entry.path("Id").asText()));
      }
    }
    return answer;
  }

  private ObjectNode changed(JsonNode input) {
    ObjectNode answer = JSON.createObjectNode();
    ArrayNode successful = answer.putArray("Successful");
    ArrayNode failed = answer.putArray("Failed");
    for (JsonNode entry : input.path("Entries")) {
      Instant at = clock.instant().plusSeconds(entry.path("VisibilityTimeout").asLong());
      boolean done =
          !chaos.strikes(FaultKind.SQS_DELAY_REFUSED, 2)
              && queue(input).changeVisibility(entry.path("ReceiptHandle").asText(), at);
      ObjectNode told =
          (done ? successful : failed).addObject().put("Id", entry.path("Id").asText());
      if (!done) {
        told.put("Code", "ReceiptHandleIsInvalid").put("SenderFault", true);
      }
    }
    return answer;
  }

  private ObjectNode take(SimulatedQueue queue, String body) {
    boolean delayed = chaos.strikes(FaultKind.SQS_DELAYED, 0.2);
    Duration delay =
        delayed
            ? chaos.between(FaultKind.SQS_DELAYED, Duration.ofMinutes(1), Duration.ofMinutes(100))
            : Duration.ZERO;
    String id = queue.send(body, clock.instant(), delay);
    onSent.accept(queue, body);
    if (chaos.strikes(FaultKind.SQS_DUPLICATE, 0.3)) {
      queue.send(
          body,
          clock.instant(),
          chaos.between(FaultKind.SQS_DUPLICATE, Duration.ZERO, Duration.ofMinutes(90)));
    }
    return JSON.createObjectNode().put("MessageId", id).put("MD5OfMessageBody", md5(body));
  }

  private SimulatedQueue queue(JsonNode input) {
    SimulatedQueue queue = queues.get(input.path("QueueUrl").asText());
    if (queue == null) {
      throw new IllegalStateException("no such queue: " + input.path("QueueUrl"));
    }
    return queue;
  }

  private static String md5(String body) {
    try {
      byte[] digest =
          MessageDigest.getInstance("MD5").digest(body.getBytes(StandardCharsets.UTF_8));
      return "%032x".formatted(new BigInteger(1, digest));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static HttpExecuteResponse error(String type, String message) throws IOException {
    return response(400, JSON.createObjectNode().put("__type", type).put("message", message));
  }

  private static HttpExecuteResponse response(int status, JsonNode body) throws IOException {
    byte[] bytes = JSON.writeValueAsBytes(body);
    return HttpExecuteResponse.builder()
        .response(
            SdkHttpResponse.builder()
                .statusCode(status)
                .putHeader("Content-Type", "application/x-amz-json-1.0")
                .putHeader("Content-Length", String.valueOf(bytes.length))
                .build())
        .responseBody(AbortableInputStream.create(new ByteArrayInputStream(bytes)))
        .build();
  }
}
