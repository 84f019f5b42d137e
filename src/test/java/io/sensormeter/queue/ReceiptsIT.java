package io.sensormeter.queue;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import io.sensormeter.lambda.Deadline;
import io.sensormeter.local.http.LoopbackServer;
import io.sensormeter.queue.Receipts.Delay;
import io.sensormeter.queue.Receipts.Failure;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.sqs.SqsClient;

/**
 * Against a stub: no SQS server here fails single entries on demand, or tells what it was asked.
 */
final class ReceiptsIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration RESERVE = Duration.ofSeconds(4);
  private static final Deadline FAR = new Deadline(() -> 60_000);

  private final List<JsonNode> requests = new CopyOnWriteArrayList<>();
  private volatile boolean down;
  private final LoopbackServer server = LoopbackServer.start(Map.of("/", this::answer));
  private final SqsClient sqs =
      SqsClient.builder()
          .endpointOverride(URI.create("http://" + server.address()))
          .region(Region.US_EAST_1)
          .credentialsProvider(
              StaticCredentialsProvider.create(AwsBasicCredentials.create("test", "test")))
          .httpClientBuilder(UrlConnectionHttpClient.builder())
          .build();
  private final Receipts receipts = new Receipts(sqs, "http://127.0.0.1/000000000000/reports");

  @AfterEach
  void stop() {
    sqs.close();
    server.close();
  }

  @Test
  void delaysAreSetTenAtATime() {
    assertThat(receipts.delay(delays(23), FAR, RESERVE)).isEmpty();

    assertThat(requests)
        .extracting(request -> request.path("Entries").size())
        .containsExactly(10, 10, 3);
    JsonNode last = requests.getLast().path("Entries").path(2);
    assertThat(last.path("ReceiptHandle").asText()).isEqualTo("receipt 22");
    assertThat(last.path("VisibilityTimeout").asInt()).isEqualTo(52);
  }

  @Test
  void nothingToDelayAsksNothing() {
    assertThat(receipts.delay(List.of(), FAR, RESERVE)).isEmpty();
    assertThat(requests).isEmpty();
  }

  @Test
  void entryThatFailsUnderHttp200IsToldAndTheOthersGoOn() {
    List<Delay> delays = new ArrayList<>(delays(12));
    delays.set(3, new Delay("gone", "refuse", Duration.ofSeconds(30)));

    assertThat(receipts.delay(delays, FAR, RESERVE))
        .containsExactly(new Failure("gone", "ReceiptHandleIsInvalid"));
    assertThat(requests).hasSize(2);
  }

  @Test
  void callThatFailsEndsItAndTellsEveryMessageThatIsLeft() {
    down = true;

    assertThat(receipts.delay(delays(12), FAR, RESERVE))
        .hasSize(12)
        .first()
        .satisfies(
            failure -> {
              assertThat(failure.messageId()).isEqualTo("message 0");
              assertThat(failure.reason()).contains("is down");
            });
    assertThat(requests)
        .extracting(request -> request.path("Entries").path(0).path("ReceiptHandle").asText())
        .containsOnly("receipt 0");
  }

  @Test
  void withTooLittleTimeLeftNoDelayIsSet() {
    assertThat(receipts.delay(delays(1), new Deadline(() -> 3_999), RESERVE))
        .containsExactly(new Failure("message 0", "too little time left"));
    assertThat(requests).isEmpty();
  }

  private static List<Delay> delays(int count) {
    return IntStream.range(0, count)
        .mapToObj(
            i -> new Delay("message " + i, "receipt " + i, Duration.ofMillis(30_999 + i * 1_000L)))
        .toList();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      JsonNode request = JSON.readTree(exchange.getRequestBody());
      requests.add(request);
      ObjectNode answer = JSON.createObjectNode();
      if (down) {
        answer.put("__type", "InvalidAddress").put("message", "the queue is down");
      } else {
        for (JsonNode entry : request.path("Entries")) {
          boolean refused = entry.path("ReceiptHandle").asText().equals("refuse");
          ObjectNode result = answer.withArray(refused ? "Failed" : "Successful").addObject();
          result.put("Id", entry.path("Id").asText());
          if (refused) {
            result.put("Code", "ReceiptHandleIsInvalid").put("SenderFault", true);
          }
        }
      }
      byte[] body = JSON.writeValueAsBytes(answer);
      exchange.getResponseHeaders().set("Content-Type", "application/x-amz-json-1.0");
      exchange.sendResponseHeaders(down ? 400 : 200, body.length);
      exchange.getResponseBody().write(body);
    }
  }
}
