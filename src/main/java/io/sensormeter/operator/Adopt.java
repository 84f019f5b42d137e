package io.sensormeter.operator;

import io.sensormeter.ledger.Stacks;

/** {@code adopt}: this stack owns the ledger from now on, and the other is refused. */
record Adopt(Tools tools) {

  private record Answer(String command, boolean dryRun, String owner, String before) {}

  /**
   * Takes the ledger over.
   *
   * @throws IllegalArgumentException if nobody says who does it
   * @throws IllegalStateException if it is of Stripe's other mode
   */
  Done answer(Command.Adopt command) {
    tools.requireBy(command);
    Stacks stacks = tools.stacks();
    String before =
        command.dryRun() ? stacks.wouldAdopt(tools.reads()) : stacks.adopt(tools.time().now());
    return new Done(new Answer("adopt", command.dryRun(), tools.settings().stack(), before), 0);
  }
}
