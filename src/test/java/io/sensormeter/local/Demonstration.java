package io.sensormeter.local;

import io.sensormeter.local.aws.LocalSqs;
import io.sensormeter.local.stripe.FakeStripe;
import io.sensormeter.local.stripe.Fault;
import io.sensormeter.local.stripe.MeterEventCall;
import io.sensormeter.meter.Hour;
import io.sensormeter.scheduler.SchedulerHandler;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A stack that somebody plays with: hours pass when they say so, and Stripe fails while they want
 * it to. What is asked for happens one after the other, while pages are looked at.
 */
final class Demonstration implements AutoCloseable {

  /** The rule fires within a few seconds of the full hour. */
  private static final Duration AFTER_THE_HOUR = Duration.ofSeconds(3);

  private static final int HOURS_OF_A_DAY = 24;
  private static final Duration SETTLES = Duration.ofSeconds(5);
  private static final int REFUSED = 10;

  private final Pipeline pipeline;
  private final Consumers consumers;
  private final LocalSqs sqs;
  private final RunningClock clock;
  private final SchedulerHandler scheduler;
  private final Set<Trouble> troubles = EnumSet.noneOf(Trouble.class);
  private final ExecutorService asked = Executors.newSingleThreadExecutor();
  private volatile String last = "Nothing was asked for yet.";
  private volatile int waiting;

  /**
   * @param otherwise what a call meets while nothing is switched on
   */
  Demonstration(
      Pipeline pipeline,
      Consumers consumers,
      LocalSqs sqs,
      RunningClock clock,
      Function<MeterEventCall, @Nullable Fault> otherwise) {
    this.pipeline = pipeline;
    this.consumers = consumers;
    this.sqs = sqs;
    this.clock = clock;
    this.scheduler = pipeline.newScheduler();
    FakeStripe stripe = pipeline.stripe();
    stripe.script(
        call -> {
          Fault fault = fault(call.customer());
          return fault == null ? otherwise.apply(call) : fault;
        });
    stripe.readScript(_ -> has(Trouble.STRIPE_DOWN) ? new Fault.ServerError() : null);
  }

  /** What can be switched on and off. */
  enum Trouble {
    STRIPE_DOWN("Stripe is down", "every call meets a server error"),
    ANSWERS_LOST("Answers are lost", "Stripe takes the event, and its answer never arrives"),
    CUSTOMERS_REFUSED("Customers are refused", "Stripe knows one in ten customers no more");

    final String title;
    final String means;

    Trouble(String title, String means) {
      this.title = title;
      this.means = means;
    }
  }

  synchronized boolean has(Trouble trouble) {
    return troubles.contains(trouble);
  }

  synchronized void toggle(Trouble trouble) {
    if (!troubles.remove(trouble)) {
      troubles.add(trouble);
    }
    last = trouble.title + (troubles.contains(trouble) ? ": from now on." : ": no longer.");
  }

  private @Nullable Fault fault(@Nullable String customer) {
    if (has(Trouble.STRIPE_DOWN)) {
      return new Fault.ServerError();
    }
    if (has(Trouble.CUSTOMERS_REFUSED)
        && Math.floorMod(String.valueOf(customer).hashCode(), REFUSED) == 0) {
      return new Fault.Refused("resource_missing", "No such customer: '" + customer + "'");
    }
    return has(Trouble.ANSWERS_LOST) ? new Fault.ResetAfterProcessing() : null;
  }

  /** A person's tick, now. */
  void tick() {
    ask("A tick", () -> pipeline.invoke(scheduler, "{\"command\":\"tick\",\"by\":\"page\"}"));
  }

  /** The clock goes on to the next full hour, whose tick comes. */
  void hour() {
    ask("An hour", this::nextHour);
  }

  /** The same 24 times, each hour once the one before has settled or does not. */
  void day() {
    for (int i = 0; i < HOURS_OF_A_DAY; i++) {
      ask(
          "Hour %d of a day".formatted(i + 1),
          () -> {
            nextHour();
            consumers.awaitSettled(SETTLES);
          });
    }
  }

  /** Copies on their way are lost. */
  void purge() {
    ask(
        "Purging the queue",
        () -> sqs.client().purgeQueue(request -> request.queueUrl(pipeline.reportsUrl())));
  }

  /** Waits until all that was asked for has been done. */
  void await() {
    var done = asked.submit(() -> {});
    try {
      done.get();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
    consumers.awaitSettled(SETTLES);
  }

  private void nextHour() {
    Hour next = Hour.floor(clock.instant()).plusHours(1);
    clock.set(next.start().plus(AFTER_THE_HOUR));
    pipeline.invoke(
        scheduler,
        """
        {"source": "aws.events", "detail-type": "Scheduled Event", "time": "%s", "detail": {}}
        """
            .formatted(next.start()));
  }

  private synchronized void ask(String what, Runnable work) {
    waiting++;
    asked.execute(
        () -> {
          try {
            last = what + ": under way.";
            work.run();
            last = what + ": done.";
          } catch (RuntimeException e) {
            // As Lambda would answer: the person reads it, and the next tick goes on.
            last = what + ": " + e.getMessage();
          } finally {
            done();
          }
        });
  }

  private synchronized void done() {
    waiting--;
  }

  /** In a sentence. */
  String says() {
    int more = waiting;
    return last + (more > 1 ? " %d more wait.".formatted(more - 1) : "");
  }

  /** Copies and outcomes on their way, and Stripe's answers so far. */
  Map<String, Long> numbers() {
    Map<String, Long> numbers = new TreeMap<>();
    numbers.put("messages under way", (long) pipeline.depth());
    numbers.put("questions", (long) pipeline.questions());
    numbers.put("calls to Stripe", pipeline.stripe().calls());
    return numbers;
  }

  @Override
  public void close() {
    asked.shutdownNow();
    asked.close();
  }
}
