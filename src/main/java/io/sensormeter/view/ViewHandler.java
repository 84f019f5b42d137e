package io.sensormeter.view;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import io.sensormeter.App;
import io.sensormeter.config.Secrets;
import io.sensormeter.config.ViewSettings;
import io.sensormeter.database.Database;
import io.sensormeter.lambda.Time;
import io.sensormeter.ledger.LedgerVersion;
import java.time.Duration;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.lambda.powertools.logging.PowertoolsLogging;

/**
 * ViewFunction: a page of the ledger as HTML, for a custom widget of a CloudWatch dashboard. A
 * dashboard refreshes for each of its viewers, so an answer keeps no connection.
 */
public final class ViewHandler implements RequestHandler<Map<String, Object>, String> {

  /** Somebody waits before the page, for 30 s at most. */
  public static final Duration STATEMENT_TIMEOUT = Duration.ofSeconds(10);

  private static final Logger LOG = LoggerFactory.getLogger(ViewHandler.class);

  private final Database database;
  private final Pages pages;
  private final Time time;

  /** For Lambda. */
  public ViewHandler() {
    this(App.onLambda());
  }

  /**
   * @throws IllegalStateException naming every missing or invalid variable
   */
  public ViewHandler(App app) {
    ViewSettings settings = ViewSettings.read(app.environment());
    Secrets secrets = app.secrets(settings.secretsManagerEndpoint(), App.AWS_CALL_TIMEOUT);
    this.database = app.database(settings.database(), secrets, STATEMENT_TIMEOUT);
    this.time = app.time();
    this.pages = new Pages(new LedgerVersion(database.readOnly()), database.readOnly(), settings);
  }

  @Override
  public String handleRequest(Map<String, Object> event, Context context) {
    return PowertoolsLogging.withLogging(
        context,
        () -> {
          if (ViewRequest.isForDescription(event)) {
            return Pages.DESCRIPTION;
          }
          try {
            String html =
                pages.answer(ViewRequest.of(event, time.now()), context.getInvokedFunctionArn());
            LOG.info("page {} of {} characters", event.get("page"), html.length());
            return html;
          } finally {
            database.close();
          }
        });
  }
}
