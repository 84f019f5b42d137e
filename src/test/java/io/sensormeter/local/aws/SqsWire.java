package io.sensormeter.local.aws;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import io.sensormeter.local.http.LoopbackServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Stands between a function and the SQS server, and fails calls as a script says: {@code
 * SQS_ENDPOINT} is its address. Thread-safe.
 */
public final class SqsWire implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String TARGET = "X-Amz-Target";
  private static final String TYPE = "application/x-amz-json-1.0";

  private final URI server;
  private final HttpClient back =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile Function<Call, @Nullable Fault> script = call -> null;
  private final LoopbackServer front = LoopbackServer.start(Map.of("/", this::handle));

  /**
   * A call as it arrived.
   *
   * @param action such as {@code SendMessageBatch}
   * @param bodies of the messages to send; empty for other actions
   */
  public record Call(String action, String queueUrl, List<String> bodies) {

    public boolean sends() {
      return !bodies.isEmpty();
    }
  }

  /** What becomes of a call. */
  public sealed interface Fault {
    /** An error in SQS's words; nothing was done. */
    record Refused(int status, String code) implements Fault {}

    /** The connection drops; nothing was done. */
    record ResetBefore() implements Fault {}

    /** Done, but the connection drops before the answer. */
    record ResetAfter() implements Fault {}

    /** No answer ever; nothing is done. */
    record Hang() implements Fault {}

    /** HTTP 200: the entries with such bodies fail, the others are taken. */
    record EntriesRefused(Predicate<String> bodies) implements Fault {}
  }

  private SqsWire(URI server) {
    this.server = server;
  }

  public static SqsWire to(LocalSqs sqs) {
    return new SqsWire(sqs.endpoint());
  }

  public URI endpoint() {
    return URI.create("http://" + front.address());
  }

  /** Asked at every call, by many threads; may block or end what it likes. */
  public void script(Function<Call, @Nullable Fault> decides) {
    script = decides;
  }

  /** From now on every call passes. */
  public void calm() {
    script = call -> null;
  }

  @Override
  public void close() {
    closed.countDown();
    front.close();
    back.close();
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) { // closed without an answer, it drops the connection
      String target = exchange.getRequestHeaders().getFirst(TARGET);
      byte[] body = exchange.getRequestBody().readAllBytes();
      Call call = call(String.valueOf(target), JSON.readTree(body));
      switch (script.apply(call)) {
        case null -> answer(exchange, forward(call, body));
        case Fault.Refused refused -> refuse(exchange, refused);
        case Fault.ResetBefore _ -> {}
        case Fault.ResetAfter _ -> forward(call, body);
        case Fault.Hang _ -> closed.await();
        case Fault.EntriesRefused refused -> refuseEntries(exchange, call, body, refused.bodies());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // close() ends what is under way
    }
  }

  private static Call call(String target, JsonNode body) {
    List<String> bodies = new ArrayList<>();
    body.path("Entries").forEach(entry -> bodies.add(entry.path("MessageBody").asText()));
    if (body.has("MessageBody")) {
      bodies.add(body.path("MessageBody").asText());
    }
    bodies.removeIf(String::isEmpty);
    return new Call(
        target.substring(target.indexOf('.') + 1),
        body.path("QueueUrl").asText(),
        List.copyOf(bodies));
  }

  private HttpResponse<byte[]> forward(Call call, byte[] body)
      throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(server)
            .header(TARGET, "AmazonSQS." + call.action())
            .header("Content-Type", TYPE)
            .POST(HttpRequest.BodyPublishers.ofByteArray(body))
            .build();
    return back.send(request, HttpResponse.BodyHandlers.ofByteArray());
  }

  private void refuseEntries(
      HttpExchange exchange, Call call, byte[] body, Predicate<String> refused)
      throws IOException, InterruptedException {
    ObjectNode request = (ObjectNode) JSON.readTree(body);
    ArrayNode passed = JSON.createArrayNode();
    ArrayNode failed = JSON.createArrayNode();
    for (JsonNode entry : request.path("Entries")) {
      if (refused.test(entry.path("MessageBody").asText())) {
        failed
            .addObject()
            .put("Id", entry.path("Id").asText())
            .put("Code", "InternalError")
            .put("Message", "refused by the wire")
            .put("SenderFault", false);
      } else {
        passed.add(entry);
      }
    }
    ObjectNode answer = JSON.createObjectNode();
    if (!passed.isEmpty()) {
      request.set("Entries", passed);
      answer = (ObjectNode) JSON.readTree(forward(call, JSON.writeValueAsBytes(request)).body());
    }
    answer.set("Failed", failed);
    answer(exchange, 200, JSON.writeValueAsBytes(answer));
  }

  private static void refuse(HttpExchange exchange, Fault.Refused refused) throws IOException {
    ObjectNode error =
        JSON.createObjectNode()
            .put("__type", "com.amazonaws.sqs#" + refused.code())
            .put("message", "refused by the wire");
    answer(exchange, refused.status(), JSON.writeValueAsBytes(error));
  }

  private static void answer(HttpExchange exchange, HttpResponse<byte[]> response)
      throws IOException {
    answer(exchange, response.statusCode(), response.body());
  }

  private static void answer(HttpExchange exchange, int status, byte[] body) throws IOException {
    exchange.getResponseHeaders().set("Content-Type", TYPE);
    exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
    exchange.getResponseBody().write(body);
  }
}
