package io.sensormeter.operator;

import io.sensormeter.check.Check;
import io.sensormeter.lambda.Deadline;
import io.sensormeter.lambda.Fields;
import io.sensormeter.meter.Hour;
import io.sensormeter.tick.Tick;
import java.util.Map;

/**
 * The door for a person's commands: each answers with what it did, or with {@code dryRun} would do.
 */
public final class Operator {

  private final Check check;
  private final Tick tick;
  private final Tools tools;

  public Operator(Check check, Tick tick, Tools tools) {
    this.check = check;
    this.tick = tick;
    this.tools = tools;
  }

  /**
   * Carries out a command.
   *
   * @throws IllegalArgumentException if it asks for what may not be; nothing was done
   * @throws io.sensormeter.tick.IncompleteTick as {@link Tick#run}
   */
  public Map<String, Object> answer(Command command, Deadline deadline) {
    return switch (command) {
      case Command.Check _ -> check.answer();
      case Command.Tick(boolean dryRun) -> tick(tools.currentHour(), dryRun, deadline);
      case Command.Report one -> new Report(tools).answer(one, deadline);
      case Command.Backfill hours -> new Backfill(tools).answer(hours, deadline);
      case Command.Status hours -> new Status(tools).answer(hours);
    };
  }

  private Map<String, Object> tick(Hour now, boolean dryRun, Deadline deadline) {
    return dryRun ? Fields.of(tick.preview(now)) : tick.run(now, deadline).answer();
  }
}
