package io.sensormeter.verifier;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.amazonaws.services.lambda.runtime.events.SQSBatchResponse;
import com.amazonaws.services.lambda.runtime.events.SQSEvent;
import io.sensormeter.App;
import io.sensormeter.config.Secrets;
import io.sensormeter.config.VerifierSettings;
import io.sensormeter.lambda.Deadline;
import io.sensormeter.lambda.Telemetry;
import io.sensormeter.queue.OutcomeQueue;
import io.sensormeter.stripe.Pace;
import io.sensormeter.stripe.StripeCalls;
import java.net.URI;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.lambda.powertools.logging.PowertoolsLogging;

/** VerifierFunction: questions and Stripe's notifications to sightings. */
public final class VerifierHandler implements RequestHandler<SQSEvent, SQSBatchResponse> {

  private final Verifier verifier;
  private final Telemetry telemetry;

  /** For Lambda. */
  public VerifierHandler() {
    this(App.onLambda());
  }

  /**
   * @throws IllegalStateException naming every missing or invalid variable
   */
  public VerifierHandler(App app) {
    this.telemetry = app.telemetry();
    VerifierSettings settings = VerifierSettings.read(app.environment());
    Secrets secrets = app.secrets(settings.secretsManagerEndpoint(), Verifier.AWS_CALL_MAX);
    SqsClient sqs = app.sqs(settings.sqsEndpoint(), Verifier.AWS_CALL_MAX);
    this.verifier =
        new Verifier(
            new StripeCalls(
                settings.stripeApiBase().map(URI::toString).orElse(""),
                secrets,
                settings.stripeReadSecretArn(),
                settings.stripeMode(),
                app.time(),
                app.world().stripeHttp()),
            new OutcomeQueue(sqs, settings.outcomesQueueUrl()),
            new Pace(settings.readsPerSecond(), settings.maxConcurrency(), app.time().nanos()),
            app.time(),
            app.world().executor());
  }

  @Override
  public SQSBatchResponse handleRequest(SQSEvent event, Context context) {
    Deadline deadline = new Deadline(context::getRemainingTimeInMillis);
    return PowertoolsLogging.withLogging(
        context,
        () -> {
          Conclusion conclusion = verifier.verify(event.getRecords(), deadline);
          VerifierSummary summary = conclusion.summary();
          telemetry.summary("verified", summary.fields(), summary.metrics());
          return new SQSBatchResponse(
              conclusion.returned().stream().map(SQSBatchResponse.BatchItemFailure::new).toList());
        });
  }
}
