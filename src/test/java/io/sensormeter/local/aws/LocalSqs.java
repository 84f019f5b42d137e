package io.sensormeter.local.aws;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.elasticmq.rest.sqs.SQSRestServer;
import org.elasticmq.rest.sqs.SQSRestServerBuilder;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;

/** An SQS server in this process, on a free loopback port. Thread-safe. */
public final class LocalSqs implements AutoCloseable {
  private static final String DEAD_LETTER = "-dead-letter";

  private final SQSRestServer server;
  private final URI endpoint;
  private final SqsClient client;

  private LocalSqs(SQSRestServer server) {
    this.server = server;
    this.endpoint =
        URI.create("http://127.0.0.1:" + server.waitUntilStarted().localAddress().getPort());
    this.client = client(endpoint);
  }

  /** A client of the server, or of what stands before it. */
  static SqsClient client(URI endpoint) {
    return SqsClient.builder()
        .endpointOverride(endpoint)
        .region(Region.US_EAST_1)
        .credentialsProvider(
            StaticCredentialsProvider.create(AwsBasicCredentials.create("test", "test")))
        .httpClientBuilder(UrlConnectionHttpClient.builder())
        .build();
  }

  /** Takes about two seconds the first time in a JVM. */
  public static LocalSqs start() {
    return new LocalSqs(SQSRestServerBuilder.withInterface("127.0.0.1").withDynamicPort().start());
  }

  public URI endpoint() {
    return endpoint;
  }

  public SqsClient client() {
    return client;
  }

  /**
   * Creates the queue, and {@code <name>-dead-letter} which takes what was received {@code
   * maxReceiveCount} times without being deleted.
   *
   * @return the queue's URL
   */
  public String createQueue(String name, Duration visibility, int maxReceiveCount) {
    String deadLetterUrl =
        client.createQueue(request -> request.queueName(name + DEAD_LETTER)).queueUrl();
    String redrive =
        "{\"deadLetterTargetArn\":\"%s\",\"maxReceiveCount\":%d}"
            .formatted(arn(deadLetterUrl), maxReceiveCount);
    return client
        .createQueue(
            request ->
                request
                    .queueName(name)
                    .attributes(
                        Map.of(
                            QueueAttributeName.VISIBILITY_TIMEOUT,
                            Long.toString(visibility.toSeconds()),
                            QueueAttributeName.REDRIVE_POLICY,
                            redrive)))
        .queueUrl();
  }

  /** The URL of what {@link #createQueue} made beside {@code name}. */
  public String deadLetterUrl(String name) {
    return client.getQueueUrl(request -> request.queueName(name + DEAD_LETTER)).queueUrl();
  }

  public String arn(String url) {
    return Objects.requireNonNull(
        client
            .getQueueAttributes(
                request -> request.queueUrl(url).attributeNames(QueueAttributeName.QUEUE_ARN))
            .attributes()
            .get(QueueAttributeName.QUEUE_ARN));
  }

  /** Messages in the queue: visible, in flight and delayed. */
  public int depth(String url) {
    return depth(client, url);
  }

  static int depth(SqsClient client, String url) {
    return client
        .getQueueAttributes(
            request ->
                request
                    .queueUrl(url)
                    .attributeNames(
                        QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES,
                        QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES_NOT_VISIBLE,
                        QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES_DELAYED))
        .attributes()
        .values()
        .stream()
        .mapToInt(Integer::parseInt)
        .sum();
  }

  /**
   * The bodies of all visible messages, in no order. Each stays in the queue, visible at once, with
   * one receive more on its count.
   */
  public List<String> bodies(String url) {
    List<Message> messages = new ArrayList<>();
    for (List<Message> more = receive(url); !more.isEmpty(); more = receive(url)) {
      messages.addAll(more);
    }
    for (Message message : messages) {
      client.changeMessageVisibility(
          request ->
              request.queueUrl(url).receiptHandle(message.receiptHandle()).visibilityTimeout(0));
    }
    return messages.stream().map(Message::body).toList();
  }

  @Override
  public void close() {
    client.close();
    server.stopAndWait();
  }

  private List<Message> receive(String url) {
    return client
        .receiveMessage(
            request -> request.queueUrl(url).maxNumberOfMessages(10).visibilityTimeout(60))
        .messages();
  }
}
