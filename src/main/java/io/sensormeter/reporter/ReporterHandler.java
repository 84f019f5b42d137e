package io.sensormeter.reporter;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.amazonaws.services.lambda.runtime.events.SQSBatchResponse;
import com.amazonaws.services.lambda.runtime.events.SQSEvent;
import io.sensormeter.App;
import io.sensormeter.queue.Deadline;
import io.sensormeter.telemetry.Telemetry;
import software.amazon.lambda.powertools.logging.PowertoolsLogging;

/** ReporterFunction: copies to Stripe, outcomes to their queue. */
public final class ReporterHandler implements RequestHandler<SQSEvent, SQSBatchResponse> {

  private final Reporter reporter;
  private final Telemetry telemetry;

  /** For Lambda. */
  public ReporterHandler() {
    this(App.onLambda());
  }

  public ReporterHandler(App app) {
    this.reporter = app.reporter();
    this.telemetry = app.telemetry();
  }

  @Override
  public SQSBatchResponse handleRequest(SQSEvent event, Context context) {
    Deadline deadline = new Deadline(context::getRemainingTimeInMillis);
    return PowertoolsLogging.withLogging(
        context,
        () -> {
          BatchResult result = reporter.report(event.getRecords(), deadline);
          telemetry.summary("reported", result.summary().fields(), result.summary().metrics());
          return new SQSBatchResponse(
              result.returnedMessageIds().stream()
                  .map(SQSBatchResponse.BatchItemFailure::new)
                  .toList());
        });
  }
}
