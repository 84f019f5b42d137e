package io.sensormeter.check;

import io.sensormeter.config.SchedulerSettings;
import java.util.List;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;

/** Whether the reports queue is reached, and where its unreadable messages go. */
record QueueProbes(SqsClient sqs, SchedulerSettings settings, String region) {

  List<Finding> findings(Findings findings) {
    String url = settings.reportsQueueUrl();
    Reach reach = new Reach("SQS", "sqs", region, "SQS_ENDPOINT", settings.sqsEndpoint());
    findings
        .attempt(
            "queue",
            this::redrives,
            _ -> "reached: " + url,
            e ->
                e instanceof SdkException sdk
                    ? reach.failure(sdk, "sqs:GetQueueAttributes", url)
                    : Findings.oneLine(e))
        .map(QueueProbes::redrive)
        .ifPresentOrElse(
            findings::add,
            () -> findings.add(Finding.bad("redrive", "not examined: the queue was not reached")));
    return findings.all();
  }

  /** Whether what is received too often goes to another queue. */
  private boolean redrives() {
    return sqs.getQueueAttributes(
            request ->
                request
                    .queueUrl(settings.reportsQueueUrl())
                    .attributeNames(QueueAttributeName.REDRIVE_POLICY)
                    .overrideConfiguration(call -> call.apiCallTimeout(Check.TIMEOUT)))
        .attributes()
        .getOrDefault(QueueAttributeName.REDRIVE_POLICY, "")
        .contains("deadLetterTargetArn");
  }

  private static Finding redrive(boolean redrives) {
    return redrives
        ? Finding.good("redrive", "what is received too often goes to a dead-letter queue")
        : Finding.bad(
            "redrive",
            "the reports queue has no redrive policy, so that a message nobody can read comes back"
                + " until it expires, unseen: give it a dead-letter queue, as template.yaml does");
  }
}
