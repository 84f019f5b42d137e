package io.sensormeter.queue;

import io.sensormeter.meter.Copy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.BatchResultErrorEntry;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchRequestEntry;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchResponse;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchResultEntry;

/** The publishing end of the reports queue. Thread-safe. */
public final class ReportQueue {

  /** SendMessageBatch takes at most ten entries. */
  static final int BATCH = 10;

  /** Requests in flight; beyond this one vCPU is the limit, not the queue's latency. */
  static final int IN_FLIGHT = 32;

  private static final int ATTEMPTS = 5;
  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);

  /** No attempt begins with less than this left: a call to SQS is bounded below it. */
  private static final Duration RESERVE = Duration.ofSeconds(15);

  private final SqsClient sqs;
  private final String url;
  private final Semaphore inFlight = new Semaphore(IN_FLIGHT);

  public ReportQueue(SqsClient sqs, String url) {
    this.sqs = sqs;
    this.url = url;
  }

  /**
   * What {@link #send} did.
   *
   * @param acknowledged copies that SQS has taken
   * @param prefix how many of the first copies were all taken: what is before it needs no second
   *     sending
   * @param failure why others were not; null if all were
   */
  public record Sent(int acknowledged, int prefix, @Nullable String failure) {}

  /**
   * Sends copies, many requests in flight, and returns when every request has ended. An entry that
   * SQS refuses under HTTP 200 and a call that fails are tried again, {@value #ATTEMPTS} times in
   * all.
   */
  public Sent send(List<Copy> copies, Deadline deadline) {
    List<Future<@Nullable String>> batches = new ArrayList<>();
    List<Integer> sizes = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int from = 0; from < copies.size(); from += BATCH) {
        List<Copy> batch = copies.subList(from, Math.min(from + BATCH, copies.size()));
        sizes.add(batch.size());
        inFlight.acquireUninterruptibly();
        batches.add(
            threads.submit(
                () -> {
                  try {
                    return sendBatch(batch, deadline);
                  } finally {
                    inFlight.release();
                  }
                }));
      }
    }
    return result(batches, sizes);
  }

  private static Sent result(List<Future<@Nullable String>> batches, List<Integer> sizes) {
    int acknowledged = 0;
    int prefix = 0;
    String failure = null;
    for (int i = 0; i < batches.size(); i++) {
      String batchFailure = outcome(batches.get(i));
      if (batchFailure == null) {
        acknowledged += sizes.get(i);
        prefix += failure == null ? sizes.get(i) : 0;
      } else if (failure == null) {
        failure = batchFailure;
      }
    }
    return new Sent(acknowledged, prefix, failure);
  }

  private static @Nullable String outcome(Future<@Nullable String> batch) {
    try {
      return batch.get();
    } catch (InterruptedException e) {
      throw new IllegalStateException("the executor's close has waited for every batch", e);
    } catch (ExecutionException e) {
      throw new IllegalStateException("sending a batch of copies failed unexpectedly", e);
    }
  }

  /** Null when all entries were taken, else why not. */
  private @Nullable String sendBatch(List<Copy> batch, Deadline deadline) {
    List<SendMessageBatchRequestEntry> left = new ArrayList<>(batch.size());
    for (Copy copy : batch) {
      left.add(entry(String.valueOf(left.size()), copy));
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

  private static SendMessageBatchRequestEntry entry(String id, Copy copy) {
    return SendMessageBatchRequestEntry.builder()
        .id(id)
        .messageBody(CopyFormat.encode(copy))
        .build();
  }

  private static String failure(List<BatchResultErrorEntry> failed) {
    return failed.isEmpty()
        ? "SQS answered for some entries only"
        : "SQS refused an entry: " + failed.getFirst().code() + " " + failed.getFirst().message();
  }

  private static boolean pause(int attempt) {
    long most = FIRST_PAUSE.toMillis() << attempt;
    try {
      Thread.sleep(ThreadLocalRandom.current().nextLong(most / 2, most));
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
