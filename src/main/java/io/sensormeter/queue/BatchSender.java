package io.sensormeter.queue;

import io.sensormeter.lambda.Deadline;
import io.sensormeter.lambda.Time;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.BatchResultErrorEntry;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchRequestEntry;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchResponse;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchResultEntry;

/** The writing end of a queue of small messages. Thread-safe. */
public final class BatchSender {

  /** SendMessageBatch takes at most ten entries. */
  private static final int BATCH = 10;

  /** Requests in flight; beyond this one vCPU is the limit, not the queue's latency. */
  private static final int IN_FLIGHT = 32;

  private static final int ATTEMPTS = 5;
  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);

  /** No attempt begins with less than this left: a call to SQS is bounded below it. */
  private static final Duration RESERVE = Duration.ofSeconds(15);

  private final SqsClient sqs;
  private final String url;
  private final Time time;
  private final RandomGenerator random;
  private final Executor executor;
  private final Semaphore inFlight = new Semaphore(IN_FLIGHT);

  /**
   * @param random thread-safe, scatters the pauses between attempts
   * @param executor starts the requests side by side
   */
  public BatchSender(
      SqsClient sqs, String url, Time time, RandomGenerator random, Executor executor) {
    this.sqs = sqs;
    this.url = url;
    this.time = time;
    this.random = random;
    this.executor = executor;
  }

  /**
   * What {@link #send} did.
   *
   * @param acknowledged messages that SQS has taken
   * @param prefix how many of the first ones were all taken: what is before it needs no second
   *     sending
   * @param failure why others were not; null if all were
   */
  public record Sent(int acknowledged, int prefix, @Nullable String failure) {}

  /**
   * Sends a message for each item, many requests in flight, and returns when every request has
   * ended. An entry that SQS refuses under HTTP 200 and a call that fails are tried again, {@value
   * #ATTEMPTS} times in all.
   */
  public <T> Sent send(List<T> items, Function<T, String> body, Deadline deadline) {
    List<List<T>> batches = new ArrayList<>();
    List<CompletableFuture<@Nullable String>> failures = new ArrayList<>();
    for (int from = 0; from < items.size(); from += BATCH) {
      List<T> batch = items.subList(from, Math.min(from + BATCH, items.size()));
      batches.add(batch);
      inFlight.acquireUninterruptibly();
      failures.add(
          CompletableFuture.<@Nullable String>supplyAsync(
                  () -> sendBatch(batch, body, deadline), executor)
              .whenComplete((_, _) -> inFlight.release()));
    }
    CompletableFuture.allOf(failures.toArray(CompletableFuture[]::new)).join();
    int acknowledged = 0;
    int prefix = 0;
    String failure = null;
    for (int i = 0; i < batches.size(); i++) {
      String batchFailure = failures.get(i).join();
      if (batchFailure == null) {
        acknowledged += batches.get(i).size();
        prefix += failure == null ? batches.get(i).size() : 0;
      } else if (failure == null) {
        failure = batchFailure;
      }
    }
    return new Sent(acknowledged, prefix, failure);
  }

  /** Null when all entries were taken, else why not. */
  private <T> @Nullable String sendBatch(
      List<T> batch, Function<T, String> body, Deadline deadline) {
    List<SendMessageBatchRequestEntry> left = new ArrayList<>(batch.size());
    for (T item : batch) {
      left.add(entry(String.valueOf(left.size()), body.apply(item)));
    }
    String failure = null;
    for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
      if (deadline.isWithin(RESERVE)) {
        return "too little time is left";
      }
      try {
        List<SendMessageBatchRequestEntry> entries = left;
        SendMessageBatchResponse response =
            sqs.sendMessageBatch(r -> r.queueUrl(url).entries(entries));
        if (response.successful().size() == left.size()) {
          return null;
        }
        left = without(left, response);
        failure = failure(response.failed());
      } catch (SdkException e) {
        failure = String.valueOf(e.getMessage());
      }
      if (attempt < ATTEMPTS && !pause(attempt)) {
        return "interrupted";
      }
    }
    return failure;
  }

  private static List<SendMessageBatchRequestEntry> without(
      List<SendMessageBatchRequestEntry> entries, SendMessageBatchResponse response) {
    Set<String> taken =
        response.successful().stream()
            .map(SendMessageBatchResultEntry::id)
            .collect(Collectors.toSet());
    return entries.stream().filter(entry -> !taken.contains(entry.id())).toList();
  }

  private static SendMessageBatchRequestEntry entry(String id, String body) {
    return SendMessageBatchRequestEntry.builder().id(id).messageBody(body).build();
  }

  private static String failure(List<BatchResultErrorEntry> failed) {
    return failed.isEmpty()
        ? "SQS answered for some entries only"
        : "SQS refused an entry: " + failed.getFirst().code() + " " + failed.getFirst().message();
  }

  private boolean pause(int attempt) {
    long most = FIRST_PAUSE.toMillis() << attempt;
    return time.sleep(Duration.ofMillis(random.nextLong(most / 2, most)));
  }
}
