package io.sensormeter.local.aws;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import io.sensormeter.local.http.LoopbackServer;
import java.io.IOException;
import java.net.URI;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.secretsmanager.SecretsManagerClient;

/** Secrets Manager's {@code GetSecretValue} on a free loopback port. Thread-safe. */
public final class LocalSecrets implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Map<String, String> values = new ConcurrentHashMap<>();
  private final Map<String, Integer> reads = new ConcurrentHashMap<>();
  private final Map<String, Rotation> rotations = new ConcurrentHashMap<>();
  private final LoopbackServer server = LoopbackServer.start(Map.of("/", this::answer));
  private final SecretsManagerClient client =
      SecretsManagerClient.builder()
          .endpointOverride(endpoint())
          .region(Region.US_EAST_1)
          .credentialsProvider(
              StaticCredentialsProvider.create(AwsBasicCredentials.create("test", "test")))
          .httpClientBuilder(UrlConnectionHttpClient.builder())
          .build();

  /** A value that takes the present one's place once it was read so many times in all. */
  private record Rotation(int reads, String value) {}

  private LocalSecrets() {}

  public static LocalSecrets start() {
    return new LocalSecrets();
  }

  public URI endpoint() {
    return URI.create("http://" + server.address());
  }

  public SecretsManagerClient client() {
    return client;
  }

  /** Creates the secret or, as a rotation does, replaces its value. */
  public void put(String arn, String value) {
    rotations.remove(arn);
    values.put(arn, value);
  }

  /**
   * Replaces the secret's value, as a late rotation does: whoever reads it the next {@code reads}
   * times still gets the present one.
   */
  public void putAfterReads(String arn, int reads, String value) {
    rotations.put(arn, new Rotation(reads(arn) + reads, value));
  }

  /** How often the secret was asked for, found or not. */
  public int reads(String arn) {
    return reads.getOrDefault(arn, 0);
  }

  @Override
  public void close() {
    client.close();
    server.close();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      JsonNode request = JSON.readTree(exchange.getRequestBody());
      if (!"secretsmanager.GetSecretValue"
          .equals(exchange.getRequestHeaders().getFirst("X-Amz-Target"))) {
        send(exchange, 400, error("UnknownOperationException", "only GetSecretValue is known"));
        return;
      }
      String arn = request.path("SecretId").asText();
      int read = reads.merge(arn, 1, Integer::sum);
      Rotation rotation = rotations.get(arn);
      if (rotation != null && read > rotation.reads()) {
        put(arn, rotation.value());
      }
      String value = values.get(arn);
      if (value == null) {
        send(
            exchange,
            400,
            error("ResourceNotFoundException", "Secrets Manager can't find the specified secret."));
        return;
      }
      send(exchange, 200, found(arn, value));
    }
  }

  private static ObjectNode found(String arn, String value) {
    ObjectNode body =
        JSON.createObjectNode()
            .put("ARN", arn)
            .put("Name", arn.substring(arn.lastIndexOf(':') + 1))
            .put("SecretString", value)
            .put("VersionId", "11111111-2222-3333-4444-555555555555")
            .put("CreatedDate", 1.7642304E9);
    body.putArray("VersionStages").add("AWSCURRENT");
    return body;
  }

  private static ObjectNode error(String type, String message) {
    return JSON.createObjectNode().put("__type", type).put("Message", message);
  }

  private static void send(HttpExchange exchange, int status, ObjectNode body) throws IOException {
    byte[] bytes = JSON.writeValueAsBytes(body);
    exchange.getResponseHeaders().set("Content-Type", "application/x-amz-json-1.1");
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
  }
}
