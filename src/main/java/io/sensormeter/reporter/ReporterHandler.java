package io.sensormeter.reporter;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.amazonaws.services.lambda.runtime.events.SQSBatchResponse;
import com.amazonaws.services.lambda.runtime.events.SQSEvent;
import io.sensormeter.App;
import io.sensormeter.telemetry.Telemetry;
import java.time.Instant;
import java.time.InstantSource;
import software.amazon.lambda.powertools.logging.PowertoolsLogging;

/** ReporterFunction: copies to Stripe, outcomes to their queue. */
public final class ReporterHandler implements RequestHandler<SQSEvent, SQSBatchResponse> {

  private final Reporter reporter;
  private final Telemetry telemetry;
  private final InstantSource clock;

  /** For Lambda. */
  public ReporterHandler() {
    this(App.onLambda());
  }

  public ReporterHandler(App app) {
    this.reporter = app.reporter();
    this.telemetry = app.telemetry();
    this.clock = app.clock();
  }

  @Override
  public SQSBatchResponse handleRequest(SQSEvent event, Context context) {
    Instant deadline = clock.instant().plusMillis(context.getRemainingTimeInMillis());
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
