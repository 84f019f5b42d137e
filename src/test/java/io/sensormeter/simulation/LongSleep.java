package io.sensormeter.simulation;

import java.time.Duration;
import java.time.Instant;

/**
 * What an hour in a hundred worlds would come to: what Stripe answers is on its way for longer than
 * a report may wait for it. First for a day, in which additive reports are given up; then nobody
 * runs anything until the first reports are about to expire, and again it is on its way.
 */
final class LongSleep {
  static final int DAYS = 35;

  private static final Duration BEFORE = Duration.ofHours(30);
  private static final Duration AFTER = Duration.ofDays(34).minusHours(2);
  private static final Duration STUCK = Duration.ofHours(26);

  private final SimulatedRun run;
  private final Instant begin;

  LongSleep(SimulatedRun run) {
    this.run = run;
    this.begin = run.begin();
  }

  /** The hour after this one: in between nobody is there. */
  static Instant next(Instant begin, Instant hour) {
    Instant next = hour.plus(Duration.ofHours(1));
    return next.equals(begin.plus(BEFORE)) ? begin.plus(AFTER) : next;
  }

  static boolean isAwake(Instant begin, Instant hour) {
    return hour.isBefore(begin.plus(BEFORE)) || !hour.isBefore(begin.plus(AFTER));
  }

  void hour(Instant hour) {
    switch ((int) Duration.between(begin, hour).toHours()) {
      case 1 -> run.idle(run.outcomes(), hour.plus(STUCK));
      case 2 -> run.nature().replace(run.nature().customer(3));
      case 4 -> {
        run.stripeFaults().neverAnswer(run.nature().customer(0), begin.plus(AFTER), false);
        run.stripeFaults().neverAnswer(run.nature().customer(1), begin.plus(AFTER), false);
        run.stripeFaults()
            .neverAnswer(run.nature().customer(2), begin.plus(AFTER).plus(STUCK), true);
      }
      case 20 -> run.billByHand(run.database().reported(run.nature().customer(2)), 77);
      case 814 -> {
        run.nature().replace(run.nature().customer(0));
        run.idle(run.outcomes(), hour.plus(Duration.ofHours(10)));
      }
      default -> {}
    }
  }
}
