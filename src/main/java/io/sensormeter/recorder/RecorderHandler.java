package io.sensormeter.recorder;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.amazonaws.services.lambda.runtime.events.SQSBatchResponse;
import com.amazonaws.services.lambda.runtime.events.SQSEvent;
import io.sensormeter.App;
import io.sensormeter.config.RecorderSettings;
import io.sensormeter.config.Secrets;
import io.sensormeter.database.Database;
import io.sensormeter.lambda.Telemetry;
import io.sensormeter.ledger.LateRefusals;
import io.sensormeter.ledger.LedgerVersion;
import io.sensormeter.ledger.SeenMeters;
import io.sensormeter.ledger.Settlements;
import io.sensormeter.ledger.Verifications;
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

  /**
   * @throws IllegalStateException naming every missing or invalid variable
   */
  public RecorderHandler(App app) {
    this.telemetry = app.telemetry();
    RecorderSettings settings = RecorderSettings.read(app.environment());
    Secrets secrets = app.secrets(settings.secretsManagerEndpoint(), App.AWS_CALL_TIMEOUT);
    Database database = app.database(settings.database(), secrets, Settlements.STATEMENT_TIMEOUT);
    this.recorder =
        new Recorder(
            new LedgerVersion(database.readOnly()),
            new Settlements(database),
            new Verification(
                new SeenMeters(database), new LateRefusals(database), new Verifications(database)),
            settings.lateAfter(),
            app.time());
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
