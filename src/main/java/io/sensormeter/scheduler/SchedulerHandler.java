package io.sensormeter.scheduler;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sensormeter.App;
import io.sensormeter.check.Check;
import io.sensormeter.config.SchedulerSettings;
import io.sensormeter.config.Secrets;
import io.sensormeter.database.Database;
import io.sensormeter.lambda.Deadline;
import io.sensormeter.lambda.Time;
import io.sensormeter.ledger.Acknowledgements;
import io.sensormeter.ledger.Captures;
import io.sensormeter.ledger.Corrections;
import io.sensormeter.ledger.GivingUp;
import io.sensormeter.ledger.Indexes;
import io.sensormeter.ledger.Journal;
import io.sensormeter.ledger.Migrations;
import io.sensormeter.ledger.Pruning;
import io.sensormeter.ledger.Publications;
import io.sensormeter.ledger.Releases;
import io.sensormeter.ledger.Retries;
import io.sensormeter.ledger.SeenMeters;
import io.sensormeter.ledger.Stacks;
import io.sensormeter.ledger.Sweeps;
import io.sensormeter.ledger.Ticks;
import io.sensormeter.meter.Hour;
import io.sensormeter.operator.Command;
import io.sensormeter.operator.Operator;
import io.sensormeter.operator.Tools;
import io.sensormeter.queue.BatchSender;
import io.sensormeter.tick.Asker;
import io.sensormeter.tick.Gauges;
import io.sensormeter.tick.Publisher;
import io.sensormeter.tick.Tick;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Map;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.lambda.powertools.logging.PowertoolsLogging;

/** SchedulerFunction: ticks, deployments, and the operator's commands. */
public final class SchedulerHandler implements RequestStreamHandler {

  private static final ObjectMapper JSON = new ObjectMapper();

  private final Migrations migrations;
  private final Tick tick;
  private final Operator operator;
  private final Time time;

  /** For Lambda. */
  public SchedulerHandler() {
    this(App.onLambda());
  }

  /**
   * @throws IllegalStateException naming every missing or invalid variable
   */
  public SchedulerHandler(App app) {
    this.time = app.time();
    SchedulerSettings settings = SchedulerSettings.read(app.environment());
    Secrets secrets = app.secrets(settings.secretsManagerEndpoint(), App.AWS_CALL_TIMEOUT);
    Database database = app.database(settings.database(), secrets, Captures.STATEMENT_TIMEOUT);
    SqsClient sqs = app.sqs(settings.sqsEndpoint(), App.AWS_CALL_TIMEOUT);
    Publisher publisher =
        new Publisher(
            new Publications(database),
            new Sweeps(database),
            database.readOnly(),
            sender(app, sqs, settings.reportsQueueUrl()),
            settings.callsPerSecond(),
            time,
            app.world().executor());
    Tick.Ledger ledger = ledger(settings, database);
    this.migrations = new Migrations(database, settings.shippedSource());
    Asker asker =
        new Asker(
            settings,
            database.readOnly(),
            sender(app, sqs, settings.verificationsQueueUrl()),
            time);
    this.tick = new Tick(settings, ledger, publisher, asker, app.telemetry(), time);
    this.operator =
        new Operator(
            new Check(settings, secrets, sqs, time, app.world().executor()),
            tick,
            tools(settings, database, ledger, publisher, asker, time));
  }

  private static BatchSender sender(App app, SqsClient sqs, String url) {
    return new BatchSender(sqs, url, app.time(), app.world().random(), app.world().executor());
  }

  private static Tools tools(
      SchedulerSettings settings,
      Database database,
      Tick.Ledger ledger,
      Publisher publisher,
      Asker asker,
      Time time) {
    return new Tools(
        settings,
        ledger.captures(),
        new Releases(database),
        new Retries(database, settings.meters(), settings.lateAfter()),
        new Corrections(database, settings.lateAfter()),
        new Acknowledgements(database),
        new Pruning(database),
        ledger.stacks(),
        new Journal(database),
        publisher,
        asker,
        database.readOnly(),
        time);
  }

  private static Tick.Ledger ledger(SchedulerSettings settings, Database database) {
    return new Tick.Ledger(
        new Ticks(database),
        new Captures(database, settings.meters()),
        new Publications(database),
        new GivingUp(database),
        new Stacks(database, settings.stack(), settings.stripeMode()),
        new SeenMeters(database),
        new Indexes(database),
        new Gauges(settings, database),
        database.readOnly());
  }

  @Override
  public void handleRequest(InputStream input, OutputStream output, Context context)
      throws IOException {
    JSON.writeValue(output, answer(input, context));
  }

  /**
   * Does what the input asks. It is read here, and not by the runtime, which would take the last of
   * two fields of one name.
   *
   * @throws IllegalArgumentException if the input is none of those accepted; nothing was done
   * @throws io.sensormeter.tick.IncompleteTick if a tick did not capture and publish all that is
   *     owed
   */
  public Map<String, Object> answer(InputStream input, Context context) {
    Deadline deadline = new Deadline(context::getRemainingTimeInMillis);
    // Lambda's retry of an event bears the same.
    String run = context.getAwsRequestId();
    return PowertoolsLogging.withLogging(
        context,
        () ->
            switch (SchedulerInput.parse(input)) {
              case SchedulerInput.Tick(Hour hour) -> tick(hour, run, deadline);
              case SchedulerInput.Deployment deployment when !deployment.ended() ->
                  Map.of("ignored", "deployment is " + deployment.status());
              case SchedulerInput.Deployment _ -> tick(Hour.floor(time.now()), run, deadline);
              case SchedulerInput.Operator(Command command) -> answer(command, run, deadline);
            });
  }

  private Map<String, Object> tick(Hour hour, String run, Deadline deadline) {
    migrations.run();
    return tick.run(hour, run, deadline).answer();
  }

  private Map<String, Object> answer(Command command, String run, Deadline deadline) {
    if (command.writes()) {
      migrations.run();
    } else if (!(command instanceof Command.Check)) {
      migrations.requireCurrent();
    }
    return operator.answer(command, run, deadline);
  }
}
