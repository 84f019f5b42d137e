package io.sensormeter.queue;

import java.time.Duration;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;

/** A look at a queue; reads only. Thread-safe. */
public final class QueueInspection {

  private final SqsClient sqs;
  private final String url;

  public QueueInspection(SqsClient sqs, String url) {
    this.sqs = sqs;
    this.url = url;
  }

  public String url() {
    return url;
  }

  /** The region calls are signed for, such as {@code eu-central-1}. */
  public String region() {
    return sqs.serviceClientConfiguration().region().id();
  }

  /**
   * Whether the queue has a redrive policy: what is received too often goes to another queue.
   *
   * @throws software.amazon.awssdk.core.exception.SdkException if SQS refuses or does not answer
   *     within {@code timeout}, retries included
   */
  public boolean redrives(Duration timeout) {
    return sqs.getQueueAttributes(
            request ->
                request
                    .queueUrl(url)
                    .attributeNames(QueueAttributeName.REDRIVE_POLICY)
                    .overrideConfiguration(call -> call.apiCallTimeout(timeout)))
        .attributes()
        .getOrDefault(QueueAttributeName.REDRIVE_POLICY, "")
        .contains("deadLetterTargetArn");
  }
}
