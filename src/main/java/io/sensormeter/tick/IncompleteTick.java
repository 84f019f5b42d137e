package io.sensormeter.tick;

/**
 * A tick did not capture and publish all that is owed. What it did stands; Lambda's retry or the
 * next tick goes on from there.
 */
public final class IncompleteTick extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public IncompleteTick(TickSummary summary) {
    super(
        "tick "
            + summary.done().tick()
            + " is incomplete: "
            + String.join("; ", summary.done().left()));
  }
}
