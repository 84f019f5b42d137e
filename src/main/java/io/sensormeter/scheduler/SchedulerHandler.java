package io.sensormeter.scheduler;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import io.sensormeter.App;
import io.sensormeter.ledger.Migrations;
import io.sensormeter.meter.Hour;
import io.sensormeter.operator.Check;
import io.sensormeter.operator.Command;
import io.sensormeter.operator.Operator;
import io.sensormeter.queue.Deadline;
import io.sensormeter.telemetry.Telemetry;
import java.time.InstantSource;
import java.util.Map;
import software.amazon.lambda.powertools.logging.PowertoolsLogging;

/** SchedulerFunction: ticks, deployments, and the operator's commands. */
public final class SchedulerHandler
    implements RequestHandler<Map<String, Object>, Map<String, Object>> {

  private final Migrations migrations;
  private final Scheduler scheduler;
  private final Operator operator;
  private final Check check;
  private final Telemetry telemetry;
  private final InstantSource clock;

  /** For Lambda. */
  public SchedulerHandler() {
    this(App.onLambda());
  }

  public SchedulerHandler(App app) {
    App.LedgerSide ledger = app.scheduler();
    this.migrations = ledger.migrations();
    this.scheduler = ledger.scheduler();
    this.operator = ledger.operator();
    this.check = ledger.check();
    this.telemetry = app.telemetry();
    this.clock = app.clock();
  }

  /**
   * Does what the input asks.
   *
   * @throws IllegalArgumentException if the input is none of those accepted; nothing was done
   * @throws IncompleteTick if a tick did not capture and publish all that is owed
   */
  @Override
  public Map<String, Object> handleRequest(Map<String, Object> event, Context context) {
    Deadline deadline = new Deadline(context::getRemainingTimeInMillis);
    return PowertoolsLogging.withLogging(
        context,
        () -> {
          SchedulerInput input = SchedulerInput.read(event);
          if (!(input instanceof SchedulerInput.Operator(Command.Check _))) {
            migrations.run();
          }
          return switch (input) {
            case SchedulerInput.Tick tick -> tick(tick.hour(), deadline);
            case SchedulerInput.Deployment deployment when !deployment.ended() ->
                Map.of("ignored", "deployment is " + deployment.status());
            case SchedulerInput.Deployment _ -> tick(now(), deadline);
            case SchedulerInput.Operator(Command command) -> command(command, deadline);
          };
        });
  }

  private Map<String, Object> command(Command command, Deadline deadline) {
    return switch (command) {
      case Command.Check _ -> check.run();
      case Command.Tick tick ->
          tick.dryRun() ? scheduler.preview(now()).fields() : tick(now(), deadline);
      case Command.Report report -> operator.report(report, deadline);
      case Command.Backfill backfill -> operator.backfill(backfill, deadline);
      case Command.Status status -> operator.status(status);
    };
  }

  private Map<String, Object> tick(Hour hour, Deadline deadline) {
    TickSummary summary = scheduler.tick(hour, deadline);
    telemetry.summary("tick " + hour, summary.fields(), summary.metrics(clock.instant()));
    if (!summary.complete()) {
      throw new IncompleteTick(summary);
    }
    return summary.fields();
  }

  private Hour now() {
    return Hour.floor(clock.instant());
  }
}
