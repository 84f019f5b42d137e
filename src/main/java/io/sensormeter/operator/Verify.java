package io.sensormeter.operator;

import io.sensormeter.inspection.PrunedMonths;
import io.sensormeter.inspection.Range;
import io.sensormeter.lambda.Deadline;
import io.sensormeter.ledger.Questions;
import io.sensormeter.ledger.Selection;
import io.sensormeter.meter.Hour;
import io.sensormeter.meter.Question;
import io.sensormeter.tick.Asker;
import java.util.List;
import java.util.Optional;

/** {@code verify}: what Stripe shows is asked now, whosever turn it is. */
record Verify(Tools tools) {

  /**
   * The answer.
   *
   * @param asked questions on their way; the answers stand in the ledger some minutes later
   */
  private record Answer(
      String command, Hour from, Hour to, int asked, String then, Optional<String> left) {}

  /**
   * Asks. The ledger notes nothing of it: what is not answered within the hour is asked again in
   * its turn.
   *
   * @throws IllegalArgumentException if there is nothing to ask
   */
  Done answer(Command.Verify command, Deadline deadline) {
    tools.stack(true);
    Range range = new Range(command.from(), command.to());
    PrunedMonths.refuse(tools.reads(), range.from(), range.to());
    long limit = tools.asker().limit();
    Selection selection = command.selection();
    List<Question> questions =
        Questions.chosen(tools.reads(), selection, tools.time().now(), limit + 1);
    if (questions.isEmpty()) {
      throw new IllegalArgumentException(
          "from %s to %s nothing of this was sent to a meter that Stripe has shown, or its hour is not over: there is nothing to ask; %s. status shows what there is"
              .formatted(range.from(), range.to(), new Known(tools).nothing(selection)));
    }
    if (questions.size() > limit) {
      throw new IllegalArgumentException(
          "these are more questions than the %d that can be read within an hour; nothing was asked. Add \"code\", \"meter\", \"organization\" or \"stripeCustomer\", or narrow the range"
              .formatted(limit));
    }
    Asker.Asked asked = tools.asker().send(questions, deadline);
    return new Done(
        new Answer(
            "verify",
            range.from(),
            range.to(),
            asked.questions(),
            "explain shows what Stripe answered, some minutes from now. A look counts only 2 hours"
                + " after Stripe took the event; what is absent is absent only after a second look"
                + " 50 minutes later",
            asked.failure()),
        0);
  }
}
