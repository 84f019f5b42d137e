package io.sensormeter.local.aws;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.events.SQSBatchResponse;
import com.amazonaws.services.lambda.runtime.events.SQSBatchResponse.BatchItemFailure;
import com.amazonaws.services.lambda.runtime.events.SQSEvent;
import com.amazonaws.services.lambda.runtime.events.SQSEvent.MessageAttribute;
import com.amazonaws.services.lambda.runtime.events.SQSEvent.SQSMessage;
import io.sensormeter.local.Services;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.MessageAttributeValue;

final class EventSourceIT {
  private final LocalSqs sqs = Services.sqs();
  private String queue = "";
  private String url = "";

  @BeforeEach
  void createQueue(TestInfo test) {
    queue = test.getTestMethod().orElseThrow().getName();
    url = sqs.createQueue(queue, Duration.ofMinutes(10), 3);
  }

  @Test
  void batchIsGatheredFromSeveralReceives() {
    send(47);
    List<Integer> batches = new ArrayList<>();
    EventSource source =
        source(
            25,
            (event, _) -> {
              batches.add(event.getRecords().size());
              return new SQSBatchResponse(List.of());
            });

    assertThat(source.drain(5)).isEqualTo(47);

    assertThat(batches).containsExactly(25, 22);
    assertThat(source.received()).isEqualTo(47);
    assertThat(source.deleted()).isEqualTo(47);
    assertThat(source.returned()).isZero();
    assertThat(source.pollOnce()).isZero();
  }

  @Test
  void batchIsReceivedAndDeletedOverFiveConnectionsAsLambdaDoes() {
    send(60);
    // The first receive waits for messages alone; the other fifty, and the deletes, come in fives.
    Meeting receives = new Meeting(1, 5);
    Meeting deletes = new Meeting(0, 5);
    try (SqsWire wire = SqsWire.to(sqs);
        SqsClient client = LocalSqs.client(wire.endpoint())) {
      wire.script(
          call -> {
            switch (call.action()) {
              case "ReceiveMessage" -> receives.arrive();
              case "DeleteMessageBatch" -> deletes.arrive();
              default -> {}
            }
            return null;
          });

      assertThat(new EventSource(client, url, sqs.arn(url), 60, (_, _) -> null).pollOnce())
          .isEqualTo(60);
    }

    assertThat(receives.met()).as("receives at once").isEqualTo(5);
    assertThat(deletes.met()).as("deletes at once").isEqualTo(5);
    assertThat(sqs.depth(url)).isZero();
  }

  @Test
  void nullAndEmptyResponsesDeleteTheWholeBatch() {
    send(2);
    assertThat(source(10, (_, _) -> null).pollOnce()).isEqualTo(2);
    assertThat(sqs.depth(url)).isZero();

    send(2);
    assertThat(source(10, (_, _) -> new SQSBatchResponse()).pollOnce()).isEqualTo(2);
    assertThat(sqs.depth(url)).isZero();
  }

  @Test
  void namedFailuresReturnAndTheRestIsDeleted() {
    send(3);
    EventSource source = source(10, (event, _) -> failing(idOf(event, "message 1")));

    source.pollOnce();

    assertThat(source.deleted()).isEqualTo(2);
    assertThat(source.returned()).isEqualTo(1);
    assertThat(sqs.bodies(url)).containsExactly("message 1");
  }

  @Test
  void unknownEmptyOrMissingIdReturnsTheWholeBatch() {
    for (@Nullable String id : new @Nullable String[] {"never sent", "", null}) {
      send(2);
      EventSource source = source(10, (event, _) -> failing(idOf(event, "message 0"), id));

      source.pollOnce();

      assertThat(source.returned()).as("id %s", id).isEqualTo(2);
      assertThat(sqs.depth(url)).isEqualTo(2);
      source(10, (_, _) -> null).drain(2);
    }
  }

  @Test
  void exceptionReturnsTheWholeBatch() {
    send(2);
    EventSource source =
        source(
            10,
            (_, _) -> {
              throw new IllegalArgumentException("no");
            });

    source.pollOnce();

    assertThat(source.returned()).isEqualTo(2);
    assertThat(source.lastFailure()).get().isInstanceOf(IllegalArgumentException.class);
    assertThatIllegalStateException()
        .isThrownBy(() -> source.drain(1))
        .withMessageContaining("2 messages left")
        .withCauseInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void failingMessageIsDeadLetteredAfterItsLastReceive() {
    send(2);
    List<String> receives = new ArrayList<>();
    EventSource source =
        source(
            10,
            (event, _) -> {
              event
                  .getRecords()
                  .forEach(m -> receives.add(m.getAttributes().get("ApproximateReceiveCount")));
              return failing(idOf(event, "message 1"));
            });

    source.drain(5);

    assertThat(receives).containsExactly("1", "1", "2", "3");
    assertThat(sqs.bodies(sqs.deadLetterUrl(queue))).containsExactly("message 1");
  }

  @Test
  void delayTheFunctionGaveIsKeptOnlyWhenAsked() {
    send(1);
    EventSource source =
        source(
            10,
            (event, _) -> {
              SQSMessage message = event.getRecords().getFirst();
              sqs.client()
                  .changeMessageVisibility(
                      request ->
                          request
                              .queueUrl(url)
                              .receiptHandle(message.getReceiptHandle())
                              .visibilityTimeout(900));
              return failing(message.getMessageId());
            });

    source.pollOnce();
    assertThat(source.returnDelays(true).pollOnce()).isEqualTo(1);
    assertThat(source.pollOnce()).isZero();
    assertThat(sqs.depth(url)).isEqualTo(1);
  }

  @Test
  void eventCarriesWhatLambdaPutsIntoIt() {
    sqs.client()
        .sendMessage(
            request ->
                request
                    .queueUrl(url)
                    .messageBody("{\"größe\":1}")
                    .messageAttributes(
                        Map.of(
                            "text",
                            MessageAttributeValue.builder()
                                .dataType("String")
                                .stringValue("v")
                                .build(),
                            "bytes",
                            MessageAttributeValue.builder()
                                .dataType("Binary")
                                .binaryValue(SdkBytes.fromUtf8String("b"))
                                .build())));
    List<SQSMessage> seen = new ArrayList<>();
    EventSource source =
        source(
                10,
                (event, context) -> {
                  seen.addAll(event.getRecords());
                  assertThat(context.getRemainingTimeInMillis()).isEqualTo(7_000);
                  return null;
                })
            .contexts(() -> new TestContext(Duration.ofSeconds(7)));

    source.drain(2);

    SQSMessage message = seen.getFirst();
    assertThat(message.getBody()).isEqualTo("{\"größe\":1}");
    assertThat(message.getEventSource()).isEqualTo("aws:sqs");
    assertThat(message.getEventSourceArn()).isEqualTo(sqs.arn(url)).endsWith(":" + queue);
    assertThat(message.getAwsRegion()).isEqualTo(sqs.arn(url).split(":", -1)[3]);
    assertThat(message.getAttributes())
        .containsKeys("SentTimestamp", "ApproximateFirstReceiveTimestamp", "SenderId")
        .containsEntry("ApproximateReceiveCount", "1");
    assertThat(message.getMessageAttributes())
        .extractingByKey("text")
        .extracting(MessageAttribute::getStringValue)
        .isEqualTo("v");
    assertThat(message.getMessageAttributes())
        .extractingByKey("bytes")
        .extracting(MessageAttribute::getBinaryValue)
        .isEqualTo(ByteBuffer.wrap(new byte[] {'b'}));
  }

  private EventSource source(
      int batchSize, BiFunction<SQSEvent, Context, @Nullable SQSBatchResponse> handler) {
    return new EventSource(sqs.client(), url, sqs.arn(url), batchSize, handler);
  }

  private void send(int messages) {
    IntStream.range(0, messages)
        .forEach(
            n ->
                sqs.client()
                    .sendMessage(request -> request.queueUrl(url).messageBody("message " + n)));
  }

  private static String idOf(SQSEvent event, String body) {
    return event.getRecords().stream()
        .filter(message -> message.getBody().equals(body))
        .findFirst()
        .orElseThrow()
        .getMessageId();
  }

  private static SQSBatchResponse failing(@Nullable String... ids) {
    return new SQSBatchResponse(Arrays.stream(ids).map(BatchItemFailure::new).toList());
  }

  /** Holds some calls until so many are there at once; those before and after them pass. */
  private static final class Meeting {
    private final AtomicInteger arrived = new AtomicInteger();
    private final AtomicInteger met = new AtomicInteger();
    private final CountDownLatch all;
    private final int before;
    private final int parties;

    Meeting(int before, int parties) {
      this.all = new CountDownLatch(parties);
      this.before = before;
      this.parties = parties;
    }

    /** Whoever comes alone waits in vain, and passes. */
    void arrive() {
      int number = arrived.incrementAndGet() - before;
      if (number < 1 || number > parties) {
        return;
      }
      all.countDown();
      try {
        if (all.await(5, TimeUnit.SECONDS)) {
          met.incrementAndGet();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    int met() {
      return met.get();
    }
  }
}
