package io.sensormeter.reporter;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.amazonaws.services.lambda.runtime.events.SQSBatchResponse;
import com.amazonaws.services.lambda.runtime.events.SQSEvent;
import io.sensormeter.App;
import io.sensormeter.config.ReporterSettings;
import io.sensormeter.config.Secrets;
import io.sensormeter.lambda.Deadline;
import io.sensormeter.lambda.Telemetry;
import io.sensormeter.queue.OutcomeQueue;
import io.sensormeter.queue.Receipts;
import io.sensormeter.stripe.MeterEvents;
import io.sensormeter.stripe.Pace;
import io.sensormeter.stripe.StripeCalls;
import java.net.URI;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.lambda.powertools.logging.PowertoolsLogging;

/** ReporterFunction: copies to Stripe, outcomes to their queue. */
public final class ReporterHandler implements RequestHandler<SQSEvent, SQSBatchResponse> {

  private final Reporter reporter;
  private final Telemetry telemetry;

  /** For Lambda. */
  public ReporterHandler() {
    this(App.onLambda());
  }

  /**
   * @throws IllegalStateException naming every missing or invalid variable
   * @throws software.amazon.awssdk.core.exception.SdkException if the Stripe key cannot be read
   */
  public ReporterHandler(App app) {
    this.telemetry = app.telemetry();
    ReporterSettings settings = ReporterSettings.read(app.environment());
    Secrets secrets = app.secrets(settings.secretsManagerEndpoint(), Reporter.AWS_CALL_MAX);
    SqsClient sqs = app.sqs(settings.sqsEndpoint(), Reporter.AWS_CALL_MAX);
    StripeCalls calls =
        new StripeCalls(
            settings.stripeApiBase().map(URI::toString).orElse(""),
            secrets,
            settings.stripeSecretArn(),
            settings.stripeMode(),
            app.time(),
            app.world().stripeHttp());
    this.reporter =
        new Reporter(
            new MeterEvents(calls, settings.stripeMode()),
            new OutcomeQueue(sqs, settings.outcomesQueueUrl()),
            new Receipts(sqs, settings.reportsQueueUrl()),
            new Pace(settings.callsPerSecond(), settings.maxConcurrency(), app.time().nanos()),
            settings.inFlight(),
            app.time(),
            app.world().random(),
            app.world().executor());
  }

  @Override
  public SQSBatchResponse handleRequest(SQSEvent event, Context context) {
    Deadline deadline = new Deadline(context::getRemainingTimeInMillis);
    return PowertoolsLogging.withLogging(
        context,
        () -> {
          Conclusion conclusion = reporter.report(event.getRecords(), deadline);
          ReporterSummary summary = conclusion.summary();
          telemetry.summary("reported", summary.fields(), summary.metrics());
          return new SQSBatchResponse(
              conclusion.returned().stream().map(SQSBatchResponse.BatchItemFailure::new).toList());
        });
  }
}
