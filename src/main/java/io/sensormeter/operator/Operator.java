package io.sensormeter.operator;

import io.sensormeter.check.Check;
import io.sensormeter.lambda.Deadline;
import io.sensormeter.lambda.Fields;
import io.sensormeter.meter.Hour;
import io.sensormeter.tick.Tick;
import io.sensormeter.tick.TickSummary;
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
   * @param run names the invocation
   * @throws IllegalArgumentException if it asks for what may not be; nothing was done
   * @throws IllegalStateException if the ledger is another stack's; nothing was done
   * @throws io.sensormeter.tick.IncompleteTick as {@link Tick#run}
   * @throws IncompletePrune if not every month that was named is gone, but some are
   */
  public Map<String, Object> answer(Command command, String run, Deadline deadline) {
    if (!command.writes()) {
      return AnswerSize.require(command, carryOut(command, run, deadline).fields());
    }
    if (!(command instanceof Command.Adopt)) {
      tools.stack(false);
    }
    Map<String, Object> input = Fields.of((Record) command);
    long entry =
        tools
            .journal()
            .begin(
                tools.time().now(),
                command.by().orElse(null),
                CommandReader.name(command.getClass()),
                input);
    Answered answered;
    try {
      answered = carryOut(command, run, deadline);
    } catch (IllegalArgumentException refused) {
      tools.journal().end(entry, 0);
      throw refused;
    } catch (IncompletePrune incomplete) {
      tools.journal().end(entry, incomplete.rows());
      throw incomplete;
    }
    tools.journal().end(entry, answered.rows());
    return answered.fields();
  }

  private record Answered(Map<String, Object> fields, int rows) {

    private static Answered of(Done done) {
      return new Answered(Fields.of(done.answer()), done.rows());
    }
  }

  private Answered carryOut(Command command, String run, Deadline deadline) {
    new Known(tools).require(command);
    return switch (command) {
      case Command.Check _ -> new Answered(check.answer(), 0);
      case Command.Tick one -> tick(one, run, deadline);
      case Command.Report one -> Answered.of(new Report(tools).answer(one, run, deadline));
      case Command.Backfill hours -> Answered.of(new Backfill(tools).answer(hours, run, deadline));
      case Command.Release hours -> Answered.of(new Release(tools).answer(hours, deadline));
      case Command.Retry hours -> Answered.of(new Retry(tools).answer(hours, deadline));
      case Command.Correct one -> Answered.of(new Correct(tools).answer(one, deadline));
      case Command.Acknowledge hours -> Answered.of(new Acknowledge(tools).answer(hours));
      case Command.Verify hours -> Answered.of(new Verify(tools).answer(hours, deadline));
      case Command.Adopt adopt -> Answered.of(new Adopt(tools).answer(adopt));
      case Command.Prune months -> Answered.of(new Prune(tools).answer(months));
      case Command.Status hours -> Answered.of(new Status(tools).answer(hours));
      case Command.Exceptions these -> Answered.of(new Exceptions(tools).answer(these));
      case Command.Explain hours -> Answered.of(new Explain(tools).answer(hours));
      case Command.Statement hours -> Answered.of(new Statement(tools).answer(hours));
      case Command.Month month -> Answered.of(new Month(tools).answer(month));
    };
  }

  private Answered tick(Command.Tick command, String run, Deadline deadline) {
    Hour now = tools.currentHour();
    if (command.dryRun()) {
      return new Answered(Fields.of(tick.preview(now)), 0);
    }
    TickSummary summary = tick.run(now, run, deadline);
    return new Answered(summary.answer(), summary.reports());
  }
}
