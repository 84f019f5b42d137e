package io.sensormeter.simulation;

import io.sensormeter.local.stripe.FakeMeter;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** What happens to the world in an hour, beside its tick: to Stripe, the database, people. */
final class Happenings {
  private static final Duration DAY = Duration.ofDays(1);
  private static final Duration SILENCE = Duration.ofDays(35);
  private static final Duration SAID_LATE = Duration.ofHours(60);
  private static final Duration REFUSED_AT_LAST = Duration.ofDays(5);
  private static final Duration ADDITIVE_GIVEN_UP = Duration.ofHours(23);

  /**
   * Of what is billed by hand in a long world, so that what months-old reports wait for is not all.
   */
  private static final Duration LATELY = Duration.ofHours(30);

  /** Whatever the faults' percentage, if there are any. */
  private static final double ALWAYS = 100;

  private final SimulatedRun run;
  private final List<Runnable> mends = new ArrayList<>();
  private final Random chance;
  private Runnable oldKeys = () -> {};
  private int rolled;

  Happenings(SimulatedRun run) {
    this.run = run;
    this.chance = new Random(run.begin().getEpochSecond());
  }

  void hour(Instant hour) {
    if (run.chaos().isQuiet()) {
      return;
    }
    postgres(hour);
    stripe(hour);
    people();
    customers();
    if (hour.atZone(java.time.ZoneOffset.UTC).getHour() == 9 && chance.nextBoolean()) {
      soon(() -> run.people().retry(Duration.ofHours(60)));
    }
  }

  private void soon(Runnable what) {
    run.agenda().at(run.clock().instant().plusSeconds(60 + chance.nextInt(3400)), what);
  }

  /** Something that is mended by itself, and at last. */
  private void mendLater(FaultKind kind, Duration least, Duration most, Runnable mend) {
    boolean[] mended = {false};
    Runnable once =
        () -> {
          if (!mended[0]) {
            mended[0] = true;
            run.story().line("over: " + kind);
            mend.run();
          }
        };
    mends.add(once);
    run.agenda().at(run.clock().instant().plus(run.chaos().between(kind, least, most)), once);
  }

  private boolean strikes(FaultKind kind, double weight) {
    return run.chaos().strikes(kind, run.often() * weight);
  }

  private void postgres(Instant hour) {
    if (strikes(FaultKind.POSTGRES_CONNECTIONS_DIE, 0.35)) {
      soon(run.driver()::breakAll);
    }
    if (strikes(FaultKind.POSTGRES_PASSWORD_ROTATED, 0.35)) {
      String password = "sim-password-" + hour.getEpochSecond();
      soon(
          () -> {
            run.rotatePassword(password, run.clock().instant().plusSeconds(chance.nextInt(60)));
            run.driver().rotated();
          });
    }
    if (strikes(FaultKind.LAMBDA_RECORDER_DOWN, 0.35)) {
      Duration lasts =
          chance.nextInt(3) == 0
              ? Duration.ofHours(24 + chance.nextInt(8))
              : Duration.ofHours(2 + chance.nextInt(4));
      run.idle(run.outcomes(), hour.plus(lasts));
    }
    if (strikes(FaultKind.SQS_LOST, 0.35)) {
      soon(() -> run.queues().get(chance.nextInt(3)).loseOne(chance));
    }
  }

  private void stripe(Instant hour) {
    if (strikes(FaultKind.STRIPE_OUTAGE, 0.35)) {
      Duration lasts =
          run.chaos().between(FaultKind.STRIPE_OUTAGE, Duration.ofMinutes(30), Duration.ofHours(7));
      boolean silent = chance.nextInt(3) == 0;
      soon(() -> run.stripeFaults().outage(run.clock().instant().plus(lasts), silent));
    }
    if (strikes(FaultKind.STRIPE_SUMMARIES_LATE, 0.35)) {
      run.stripe().summariesLagBehind(Duration.ofMinutes(10 + chance.nextInt(12 * 60)));
      mendLater(
          FaultKind.STRIPE_SUMMARIES_LATE,
          Duration.ofHours(1),
          Duration.ofHours(16),
          () -> run.stripe().summariesLagBehind(Duration.ofSeconds(5)));
    }
    if (strikes(FaultKind.STRIPE_SUMMARIES_LATE_OF_ONE, 0.35)) {
      String customer = run.nature().anyCustomer(chance);
      run.isLate(customer);
      // What is absent counts 6 hours after a copy's end; clocks and calls have 15 minutes of them.
      run.stripe().summariesLagBehind(customer, Duration.ofMinutes(60 + chance.nextInt(286)));
      mendLater(
          FaultKind.STRIPE_SUMMARIES_LATE_OF_ONE,
          Duration.ofHours(10),
          Duration.ofHours(40),
          () -> run.stripe().summariesLagBehind(customer, Duration.ofSeconds(5)));
    }
    if (strikes(FaultKind.STRIPE_KEY_ROLLED, 0.35)) {
      Runnable before = oldKeys;
      oldKeys = run.rollKeys(String.valueOf(++rolled), run.clock().instant().plusSeconds(60));
      soon(before);
    }
    if (strikes(FaultKind.STRIPE_METER_INACTIVE, 0.35)) {
      List<FakeMeter> meters = run.meters();
      FakeMeter meter = meters.get(chance.nextInt(meters.size()));
      if (meter.isActive()) {
        meter.deactivate();
        mendLater(
            FaultKind.STRIPE_METER_INACTIVE,
            Duration.ofHours(1),
            Duration.ofHours(9),
            meter::reactivate);
      }
    }
    if (strikes(FaultKind.STRIPE_NEVER_ANSWERS, 0.35)) {
      Duration lasts = Duration.ofHours(8 + chance.nextInt(32));
      run.stripeFaults()
          .neverAnswer(run.nature().anyCustomer(chance), hour.plus(lasts), chance.nextBoolean());
    }
    if (run.isLong()) {
      long hours = Duration.between(run.begin(), hour).toHours();
      if (hours == 24) {
        for (int i = 0; i < 3; i++) {
          silence(hour, i);
        }
      }
      if (hours % REFUSED_AT_LAST.toHours() == 60) {
        refusedAtLast(hour, run.nature().anyCustomer(chance));
      }
    }
  }

  /**
   * A customer is not answered until the additive reports are about to be given up, and is refused
   * then; what Stripe says is on its way while they are given up.
   */
  private void refusedAtLast(Instant hour, String customer) {
    if (run.stripeFaults().isSilent(customer) || !strikes(FaultKind.STRIPE_NEVER_ANSWERS, ALWAYS)) {
      return;
    }
    Instant until = hour.plus(ADDITIVE_GIVEN_UP).minusSeconds(1800);
    run.stripeFaults().neverAnswer(customer, until, false);
    run.agenda()
        .at(
            until,
            () -> {
              run.story().line("refused at last: " + customer);
              run.nature().replace(customer);
              run.idle(run.outcomes(), until.plus(Duration.ofHours(6)));
            });
  }

  /**
   * For 35 days a customer is not answered, so that reports expire: they are refused then, or
   * accepted, or were taken all the time. What Stripe says then is days on its way, in which more
   * of them expire.
   */
  private void silence(Instant hour, int how) {
    if (!strikes(FaultKind.STRIPE_NEVER_ANSWERS, ALWAYS)) {
      return;
    }
    String customer = run.nature().customer(how);
    Instant until = hour.plus(SILENCE);
    run.stripeFaults().neverAnswer(customer, until, how == 2);
    run.agenda()
        .at(
            until,
            () -> {
              run.story().line("over: silence of " + customer);
              if (how == 0) {
                run.stripeFaults().refuse(customer, until.plus(SAID_LATE));
              }
              run.idle(run.outcomes(), until.plus(SAID_LATE));
            });
  }

  private void people() {
    if (strikes(FaultKind.PERSON_RETRIES, 0.5)) {
      soon(
          () -> {
            if (chance.nextBoolean()) {
              run.people().retry(Duration.ofHours(1 + chance.nextInt(60)));
            } else {
              run.people()
                  .retry(
                      DAY,
                      List.of("rejected", "unresolved", "discrepancy", "superseded")
                          .get(chance.nextInt(4)));
            }
          });
    }
    if (strikes(FaultKind.PERSON_CORRECTS, 0.5)) {
      soon(() -> run.people().correct(chance));
    }
    if (strikes(FaultKind.PERSON_ACKNOWLEDGES, 0.35)) {
      soon(
          () ->
              run.people()
                  .acknowledge(
                      DAY, List.of("rejected", "discrepancy", "absent").get(chance.nextInt(3))));
    }
    if (strikes(FaultKind.PERSON_RELEASES, 0.35)) {
      soon(() -> run.people().release(Duration.ofHours(30)));
    }
    if (strikes(FaultKind.PERSON_BACKFILLS, 0.35)) {
      soon(() -> run.people().backfill(Duration.ofHours(20)));
    }
    if (strikes(FaultKind.PERSON_VERIFIES, 0.35)) {
      soon(() -> run.people().verify(Duration.ofHours(40)));
    }
    if (strikes(FaultKind.PERSON_REDRIVES, 0.35)) {
      soon(this::redrive);
    }
    if (strikes(FaultKind.PERSON_BILLS_BY_HAND, run.isLong() ? 1 : 0.35)) {
      soon(this::byHand);
    }
    if (strikes(FaultKind.DEPLOYMENT, 0.35)) {
      soon(() -> deployed("STACK", "simulated"));
    }
    if (strikes(FaultKind.BILL_FROM_BLANKED, 0.35)) {
      soon(() -> bills(false));
      mendLater(
          FaultKind.BILL_FROM_BLANKED, Duration.ofHours(1), Duration.ofHours(5), () -> bills(true));
    }
  }

  /**
   * Who is told of a refusal of a {@code last} meter takes the hour before, if that stands in
   * nothing's way now, or the refused one at once.
   */
  void refusedLast() {
    if (strikes(FaultKind.PERSON_RETRIES, run.isLong() ? 8 : 4)) {
      Duration soon = Duration.ofSeconds(30 + chance.nextInt(1200));
      later(soon, () -> run.people().retry(Duration.ofHours(3), "superseded"));
      if (chance.nextBoolean()) {
        later(
            soon.plusSeconds(30 + chance.nextInt(1200)),
            () -> run.people().retry(Duration.ofHours(3), "rejected"));
      }
    }
  }

  /** An event that nobody here has sent; verified at once, or when its time has come. */
  private void byHand() {
    Instant since = run.isLong() ? run.clock().instant().minus(LATELY) : run.begin();
    SimulationDatabase.Found found = run.database().anyFound(chance, since);
    if (found != null) {
      mendLater(
          FaultKind.PERSON_BILLS_BY_HAND,
          Duration.ofHours(5),
          Duration.ofHours(20),
          run.billByHand(found, 60 + chance.nextInt(5)));
      run.agenda()
          .at(
              run.clock().instant().plusSeconds(3600L * (1 + chance.nextInt(6))),
              () -> run.people().verify(Duration.ofHours(40)));
    }
  }

  private void redrive() {
    run.queues().forEach(queue -> queue.redrive(run.clock().instant()));
  }

  private void bills(boolean bills) {
    run.bills(bills);
    deployed("BILL_FROM", bills ? run.begin().toString() : "");
  }

  private void deployed(String variable, String value) {
    run.functions().deploy(variable, value);
    run.story().line("deployed " + variable);
    run.scheduler(
        "deployment-" + run.clock().instant().getEpochSecond(),
        Map.of(
            "source",
            "aws.cloudformation",
            "detail-type",
            "CloudFormation Stack Status Change",
            "detail",
            Map.of("status-details", Map.of("status", "UPDATE_COMPLETE"))));
  }

  private void customers() {
    if (strikes(FaultKind.CUSTOMER_APPEARS, 0.35)) {
      soon(run.nature()::appear);
    }
    if (strikes(FaultKind.CUSTOMER_CHANGES, 0.35)) {
      soon(() -> run.story().line("changed " + run.nature().change(chance)));
    }
    if (strikes(FaultKind.CUSTOMER_BLANK, 0.35)) {
      mendLater(
          FaultKind.CUSTOMER_BLANK,
          Duration.ofHours(1),
          Duration.ofHours(10),
          run.nature().blank(chance));
    }
    if (strikes(FaultKind.CUSTOMER_DELETED, 0.35)) {
      mendLater(
          FaultKind.CUSTOMER_DELETED,
          Duration.ofHours(1),
          Duration.ofHours(10),
          run.nature().delete(chance));
    }
    if (strikes(FaultKind.CUSTOMER_HANDED_OVER, 0.35)) {
      soon(() -> run.story().line("handed over " + run.nature().handOver(chance)));
    }
    if (strikes(FaultKind.CUSTOMER_SHARED, 0.35)) {
      mendLater(
          FaultKind.CUSTOMER_SHARED,
          Duration.ofHours(1),
          Duration.ofHours(5),
          run.nature().share(chance));
    }
    if (strikes(FaultKind.READING_INVALID, 0.35)) {
      mendLater(
          FaultKind.READING_INVALID,
          Duration.ofHours(2),
          Duration.ofHours(12),
          run.nature().spoil(chance));
    }
  }

  /** Nothing strikes any more; what is broken is mended, and people put the rest right. */
  void end() {
    run.story().line("quiet");
    run.chaos().end();
    mends.forEach(Runnable::run);
    run.stripeFaults().end();
    Duration all = Duration.between(run.begin(), run.clock().instant());
    Duration lately = all.compareTo(Duration.ofDays(33)) < 0 ? all : Duration.ofDays(33);
    later(Duration.ofMinutes(20), this::redrive);
    later(Duration.ofMinutes(40), () -> run.people().release(lately));
    later(Duration.ofMinutes(70), () -> run.people().retry(lately.plus(DAY)));
    // What is retried in an hour that was in shadow is in shadow.
    later(Duration.ofMinutes(100), () -> run.people().release(lately));
    later(Duration.ofHours(9), () -> run.people().retry(lately.plus(DAY)));
    later(Duration.ofHours(26), () -> run.people().retry(lately.plus(DAY.multipliedBy(2))));
  }

  private void later(Duration later, Runnable what) {
    run.agenda().at(run.clock().instant().plus(later), what);
  }
}
