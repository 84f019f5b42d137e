package io.sensormeter.queue;

import io.sensormeter.lambda.Deadline;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.BatchResultErrorEntry;
import software.amazon.awssdk.services.sqs.model.ChangeMessageVisibilityBatchRequestEntry;
import software.amazon.awssdk.services.sqs.model.ChangeMessageVisibilityBatchResponse;

/**
 * A queue, from its reading end: when a received message shall come back. Deleting and returning
 * are Lambda's own. Thread-safe.
 */
public final class Receipts {

  /** Entries of one request (AWS, ChangeMessageVisibilityBatch). */
  private static final int BATCH = 10;

  private final SqsClient sqs;
  private final String url;

  public Receipts(SqsClient sqs, String url) {
    this.sqs = sqs;
    this.url = url;
  }

  /**
   * One message that shall come back.
   *
   * @param delay from now, whole seconds count; 0 to 12 hours (AWS, ChangeMessageVisibility)
   */
  public record Delay(String messageId, String receiptHandle, Duration delay) {}

  /** A message whose delay was not set: it comes back at the queue's visibility timeout instead. */
  public record Failure(String messageId, String reason) {}

  /**
   * Sets the delays, as far as SQS takes them in time. Failures are returned, not thrown: without
   * its delay a message comes back at the visibility timeout, so no caller has to stop for one.
   *
   * @param deadline the end of the invocation
   * @param reserve no request begins with less time left
   * @return the messages whose delay was not set; empty if all were
   */
  public List<Failure> delay(List<Delay> delays, Deadline deadline, Duration reserve) {
    List<Failure> failures = new ArrayList<>();
    for (int from = 0; from < delays.size(); from += BATCH) {
      if (deadline.isWithin(reserve)) {
        return failed(delays, from, "too little time left", failures);
      }
      List<Delay> batch = delays.subList(from, Math.min(from + BATCH, delays.size()));
      try {
        for (BatchResultErrorEntry error : change(batch).failed()) {
          String messageId = batch.get(Integer.parseInt(error.id())).messageId();
          failures.add(new Failure(messageId, error.code()));
        }
      } catch (SdkException e) {
        // The next would most likely fail as slowly; what is left is not worth the time.
        return failed(delays, from, String.valueOf(e.getMessage()), failures);
      }
    }
    return failures;
  }

  private ChangeMessageVisibilityBatchResponse change(List<Delay> batch) {
    List<ChangeMessageVisibilityBatchRequestEntry> entries = new ArrayList<>(batch.size());
    for (int i = 0; i < batch.size(); i++) {
      Delay delay = batch.get(i);
      entries.add(
          ChangeMessageVisibilityBatchRequestEntry.builder()
              .id(Integer.toString(i))
              .receiptHandle(delay.receiptHandle())
              .visibilityTimeout(Math.toIntExact(delay.delay().toSeconds()))
              .build());
    }
    return sqs.changeMessageVisibilityBatch(request -> request.queueUrl(url).entries(entries));
  }

  private static List<Failure> failed(
      List<Delay> delays, int from, String reason, List<Failure> failures) {
    for (Delay delay : delays.subList(from, delays.size())) {
      failures.add(new Failure(delay.messageId(), reason));
    }
    return failures;
  }
}
