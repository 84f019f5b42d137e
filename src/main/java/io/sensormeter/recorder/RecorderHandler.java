package io.sensormeter.recorder;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.amazonaws.services.lambda.runtime.events.SQSBatchResponse;
import com.amazonaws.services.lambda.runtime.events.SQSEvent;
import io.sensormeter.App;
import io.sensormeter.telemetry.Telemetry;
import java.util.Map;
import software.amazon.lambda.powertools.logging.PowertoolsLogging;

/** RecorderFunction: outcomes into the ledger. */
public final class RecorderHandler implements RequestHandler<SQSEvent, SQSBatchResponse> {

  private final Recorder recorder;
  private final Telemetry telemetry;

  /** For Lambda. */
  public RecorderHandler() {
    this(App.onLambda());
  }

  public RecorderHandler(App app) {
    this.recorder = app.recorder();
    this.telemetry = app.telemetry();
  }

  @Override
  public SQSBatchResponse handleRequest(SQSEvent event, Context context) {
    return PowertoolsLogging.withLogging(
        context,
        () -> {
          Recorder.Recorded recorded = recorder.record(event.getRecords());
          telemetry.summary("recorded", Map.of(), recorded.summary().metrics());
          return new SQSBatchResponse(
              recorded.unreadable().stream().map(SQSBatchResponse.BatchItemFailure::new).toList());
        });
  }
}
