package io.sensormeter.local.aws;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.amazonaws.services.lambda.runtime.events.SQSBatchResponse;
import com.amazonaws.services.lambda.runtime.events.SQSBatchResponse.BatchItemFailure;
import com.amazonaws.services.lambda.runtime.events.SQSEvent;
import com.amazonaws.services.lambda.runtime.events.SQSEvent.SQSMessage;
import java.util.List;
import java.util.TreeMap;

/** What {@link PackagedFunctionIT} runs: fails the messages, or the invocation, that ask for it. */
public final class EchoHandler implements RequestHandler<SQSEvent, SQSBatchResponse> {
  @Override
  public SQSBatchResponse handleRequest(SQSEvent event, Context context) {
    context.getLogger().log("remaining " + context.getRemainingTimeInMillis());
    context.getLogger().log("environment " + new TreeMap<>(System.getenv()).keySet());
    List<String> bodies = event.getRecords().stream().map(SQSMessage::getBody).toList();
    if (bodies.contains("throw")) {
      throw new IllegalArgumentException("asked for");
    }
    if (bodies.contains("exit")) {
      Runtime.getRuntime().halt(3);
    }
    return new SQSBatchResponse(
        event.getRecords().stream()
            .filter(message -> message.getBody().equals("fail"))
            .map(message -> new BatchItemFailure(message.getMessageId()))
            .toList());
  }
}
