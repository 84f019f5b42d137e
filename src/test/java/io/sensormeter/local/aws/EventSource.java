package io.sensormeter.local.aws;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.events.SQSBatchResponse;
import com.amazonaws.services.lambda.runtime.events.SQSBatchResponse.BatchItemFailure;
import com.amazonaws.services.lambda.runtime.events.SQSEvent;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiFunction;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Gatherers;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.ChangeMessageVisibilityBatchRequestEntry;
import software.amazon.awssdk.services.sqs.model.DeleteMessageBatchRequestEntry;
import software.amazon.awssdk.services.sqs.model.DeleteMessageBatchResponse;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.MessageSystemAttributeName;

/**
 * Polls a queue as Lambda's SQS event source mapping with {@code ReportBatchItemFailures} does. A
 * null or empty response deletes the whole batch; an exception, or an id in the response that is
 * empty or not of this batch, returns the whole batch; otherwise what the response names returns
 * and the rest is deleted. An {@link Error}, such as a failed assertion, goes to the caller.
 *
 * <p>Thread-safe: several threads may poll, as several instances of a function would.
 */
public final class EventSource {
  /** SQS takes and hands out at most ten messages a call. */
  private static final int CALL_LIMIT = 10;

  /** Lambda polls a queue with five connections at first. */
  private static final int CONNECTIONS = 5;

  private final SqsClient sqs;
  private final String queueUrl;
  private final String queueArn;
  private final int batchSize;
  private final BiFunction<SQSEvent, Context, @Nullable SQSBatchResponse> handler;
  private volatile Supplier<? extends Context> contexts = TestContext::new;
  private volatile boolean returnDelays;
  private volatile Predicate<Kill> kills = kill -> false;

  private final AtomicInteger received = new AtomicInteger();
  private final AtomicInteger deleted = new AtomicInteger();
  private final AtomicInteger returned = new AtomicInteger();
  private final AtomicReference<@Nullable RuntimeException> lastFailure = new AtomicReference<>();

  public EventSource(
      SqsClient sqs,
      String queueUrl,
      String queueArn,
      int batchSize,
      BiFunction<SQSEvent, Context, @Nullable SQSBatchResponse> handler) {
    this.sqs = sqs;
    this.queueUrl = queueUrl;
    this.queueArn = queueArn;
    this.batchSize = batchSize;
    this.handler = handler;
  }

  /**
   * Whether returned messages keep the delay the function gave them, or the queue's visibility
   * timeout, as on AWS. Otherwise, and by default, they are visible at once and no test waits.
   */
  public EventSource returnDelays(boolean keep) {
    returnDelays = keep;
    return this;
  }

  /** The context of each invocation from now on; by default one with five minutes left. */
  public EventSource contexts(Supplier<? extends Context> supplier) {
    contexts = supplier;
    return this;
  }

  /** When an environment may be killed; its messages return then. */
  public enum Kill {
    /** Before it has done anything. */
    BEFORE,
    /** After it has done everything but answer. */
    AFTER
  }

  /** Asked twice at each invocation; by default no environment is killed. */
  public EventSource kills(Predicate<Kill> decides) {
    kills = decides;
    return this;
  }

  /**
   * One batch, one invocation; none when the queue is empty.
   *
   * @return the number of messages received
   */
  public int pollOnce() {
    List<Message> batch = receiveBatch();
    if (batch.isEmpty()) {
      return 0;
    }
    received.addAndGet(batch.size());
    Set<String> failed = invoke(batch);
    List<Message> done = batch.stream().filter(m -> !failed.contains(m.messageId())).toList();
    List<Message> back = batch.stream().filter(m -> failed.contains(m.messageId())).toList();
    delete(done);
    if (!returnDelays) {
      makeVisible(back);
    }
    deleted.addAndGet(done.size());
    returned.addAndGet(back.size());
    return batch.size();
  }

  /**
   * Polls until nothing is in the queue: visible, in flight or delayed. With {@link #returnDelays}
   * an empty round waits for a message for up to a second.
   *
   * @return the number of messages received, each as often as it was received
   * @throws IllegalStateException when something is left after {@code mostRounds} batches
   */
  public int drain(int mostRounds) {
    int messages = 0;
    for (int round = 0; round < mostRounds; round++) {
      int polled = pollOnce();
      messages += polled;
      if (polled == 0 && LocalSqs.depth(sqs, queueUrl) == 0) {
        return messages;
      }
    }
    int left = LocalSqs.depth(sqs, queueUrl);
    if (left > 0) {
      throw new IllegalStateException(
          "%d messages left in %s after %d rounds: %d received, %d deleted, %d returned"
              .formatted(left, queueUrl, mostRounds, received(), deleted(), returned()),
          lastFailure.get());
    }
    return messages;
  }

  /** Messages handed to the function so far: {@code received = deleted + returned}. */
  public int received() {
    return received.get();
  }

  public int deleted() {
    return deleted.get();
  }

  public int returned() {
    return returned.get();
  }

  /** What the function last threw, which returned its whole batch. */
  public Optional<RuntimeException> lastFailure() {
    return Optional.ofNullable(lastFailure.get());
  }

  /**
   * Waits for the first messages only; what is there beside them is fetched side by side. A call
   * that brings fewer than it may has seen the queue's end.
   */
  private List<Message> receiveBatch() {
    int first = Math.min(CALL_LIMIT, batchSize);
    List<Message> batch = new ArrayList<>(receive(first, returnDelays ? 1 : 0));
    int asked = first;
    while (batch.size() == asked && asked < batchSize) {
      int wanted = Math.min(batchSize - asked, CONNECTIONS * CALL_LIMIT);
      asked += wanted;
      IntStream.range(0, CONNECTIONS)
          .mapToObj(call -> Math.min(CALL_LIMIT, wanted - call * CALL_LIMIT))
          .filter(most -> most > 0)
          .gather(Gatherers.mapConcurrent(CONNECTIONS, most -> receive(most, 0)))
          .forEach(batch::addAll);
    }
    return batch;
  }

  private List<Message> receive(int most, int waitSeconds) {
    return sqs.receiveMessage(
            request ->
                request
                    .queueUrl(queueUrl)
                    .maxNumberOfMessages(most)
                    .waitTimeSeconds(waitSeconds)
                    .messageSystemAttributeNames(MessageSystemAttributeName.ALL)
                    .messageAttributeNames("All"))
        .messages();
  }

  /** The ids of the messages that return to the queue. */
  private Set<String> invoke(List<Message> batch) {
    Set<String> all = batch.stream().map(Message::messageId).collect(Collectors.toSet());
    if (kills.test(Kill.BEFORE)) {
      return all;
    }
    @Nullable SQSBatchResponse response;
    try {
      response = handler.apply(BatchEvent.of(batch, queueArn), contexts.get());
    } catch (RuntimeException e) {
      lastFailure.set(e);
      return all;
    }
    if (kills.test(Kill.AFTER)) {
      return all;
    }
    @Nullable List<BatchItemFailure> failures =
        response == null ? null : response.getBatchItemFailures();
    if (failures == null) {
      return Set.of();
    }
    Set<String> failed = new HashSet<>();
    for (BatchItemFailure failure : failures) {
      @Nullable String id = failure.getItemIdentifier();
      if (id == null || !all.contains(id)) {
        return all;
      }
      failed.add(id);
    }
    return failed;
  }

  private void delete(List<Message> messages) {
    tens(messages)
        .gather(Gatherers.mapConcurrent(CONNECTIONS, this::deleteTen))
        .filter(DeleteMessageBatchResponse::hasFailed)
        .forEach(
            response -> {
              throw new IllegalStateException(
                  "not deleted from " + queueUrl + ": " + response.failed());
            });
  }

  private DeleteMessageBatchResponse deleteTen(List<Message> ten) {
    var entries =
        ten.stream()
            .map(
                m ->
                    DeleteMessageBatchRequestEntry.builder()
                        .id(m.messageId())
                        .receiptHandle(m.receiptHandle())
                        .build())
            .toList();
    return sqs.deleteMessageBatch(request -> request.queueUrl(queueUrl).entries(entries));
  }

  /** An entry that fails is visible already, or dead-lettered: nothing is left to do for it. */
  private void makeVisible(List<Message> messages) {
    tens(messages)
        .forEach(
            ten -> {
              var entries =
                  ten.stream()
                      .map(
                          m ->
                              ChangeMessageVisibilityBatchRequestEntry.builder()
                                  .id(m.messageId())
                                  .receiptHandle(m.receiptHandle())
                                  .visibilityTimeout(0)
                                  .build())
                      .toList();
              sqs.changeMessageVisibilityBatch(
                  request -> request.queueUrl(queueUrl).entries(entries));
            });
  }

  private static Stream<List<Message>> tens(List<Message> messages) {
    return messages.stream().gather(Gatherers.windowFixed(CALL_LIMIT));
  }
}
