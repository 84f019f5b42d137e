package io.sensormeter.reporter;

import io.sensormeter.lambda.Deadline;
import io.sensormeter.lambda.Time;
import io.sensormeter.meter.Copy;
import io.sensormeter.meter.MeterKind;
import io.sensormeter.meter.MeterRefusal;
import io.sensormeter.meter.Outcome;
import io.sensormeter.stripe.Answer;
import io.sensormeter.stripe.MeterEvents;
import io.sensormeter.stripe.Pace;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;

/**
 * The calls of one batch: customers side by side, the reports of one customer one after another.
 */
final class Sending {

  private final MeterEvents events;
  private final Pace pace;
  private final Time time;
  private final Deadline deadline;
  private final Queue<Fate> fates = new ConcurrentLinkedQueue<>();
  // Their other reports would be told the same.
  private final Set<String> refusedMeters = ConcurrentHashMap.newKeySet();
  // Set by the first configuration error: the others would meet it too.
  private volatile boolean stopped;

  /**
   * @param deadline the end of the invocation
   */
  Sending(MeterEvents events, Pace pace, Time time, Deadline deadline) {
    this.events = events;
    this.pace = pace;
    this.time = time;
    this.deadline = deadline;
  }

  /**
   * Sends what may be sent. When this returns or throws, every call has ended.
   *
   * @param customers per Stripe customer its reports, in sending order
   * @param inFlight the most calls at once
   * @param executor starts them
   * @return the fate of every report, in the order they were known
   */
  List<Fate> run(List<List<Batch.Report>> customers, int inFlight, Executor executor) {
    Queue<List<Batch.Report>> waiting = new ConcurrentLinkedQueue<>(customers);
    List<CompletableFuture<Void>> workers = new ArrayList<>();
    for (int i = 0; i < Math.min(inFlight, customers.size()); i++) {
      workers.add(CompletableFuture.runAsync(() -> work(waiting), executor));
    }
    try {
      // Waits for every one of them, whichever fails, interrupted or not.
      CompletableFuture.allOf(workers.toArray(CompletableFuture[]::new)).join();
    } catch (CompletionException e) {
      throw new IllegalStateException(
          "a fault of ours while sending; every call has ended and the whole batch returns:"
              + " Stripe recognizes what it already holds",
          e.getCause());
    }
    return List.copyOf(fates);
  }

  private void work(Queue<List<Batch.Report>> waiting) {
    for (List<Batch.Report> next = waiting.poll(); next != null; next = waiting.poll()) {
      for (Batch.Report report : next) {
        fates.add(send(report));
      }
    }
  }

  private Fate send(Batch.Report report) {
    if (isExpired(report)) {
      return new Fate.Expired(report);
    }
    // What is left beside a call that takes its full time, and the outcomes after it.
    Duration spare =
        Duration.ofMillis(deadline.remainingMillis().getAsLong())
            .minus(MeterEvents.CALL_TIMEOUT)
            .minus(Reporter.OUTCOMES_RESERVE);
    Optional<Fate.Why> hindrance = hindrance(report);
    if (hindrance.isPresent() || spare.isNegative()) {
      return new Fate.Unsent(report, hindrance.orElse(Fate.Why.TIME));
    }
    OptionalLong wait = pace.reserve(time.nanos(), spare.toNanos());
    if (wait.isEmpty() || !time.sleep(Duration.ofNanos(wait.getAsLong()))) {
      return new Fate.Unsent(report, Fate.Why.TIME);
    }
    // Asked again: the wait may have outlasted it, or another may have been refused meanwhile.
    if (isExpired(report)) {
      return new Fate.Expired(report);
    }
    return hindrance(report)
        .<Fate>map(why -> new Fate.Unsent(report, why))
        .orElseGet(() -> fate(report, events.send(report.copy())));
  }

  private Optional<Fate.Why> hindrance(Batch.Report report) {
    if (stopped) {
      return Optional.of(Fate.Why.CONFIGURATION);
    }
    return refusedMeters.contains(report.copy().key().meter())
        ? Optional.of(Fate.Why.METER)
        : Optional.empty();
  }

  private boolean isExpired(Batch.Report report) {
    return !time.now().isBefore(report.copy().sendBefore());
  }

  private Fate fate(Batch.Report report, Answer answer) {
    return switch (answer) {
      case Answer.Delivered delivered ->
          new Fate.Settled(
              report,
              new Outcome.Accepted(
                  report.copy().key(), time.now(), delivered.requestId(), delivered.duplicate()));
      case Answer.Refused refused ->
          new Fate.Settled(report, refusal(report.copy(), refused, time.now()));
      case Answer.ConfigurationError error -> {
        stopped = true;
        yield new Fate.Misconfigured(report, error);
      }
      case Answer.NoMeter none -> {
        String meter = report.copy().key().meter();
        refusedMeters.add(meter);
        yield new Fate.MeterRefused(
            report, new MeterRefusal(meter, time.now(), Outcome.cut(none.message())));
      }
      case Answer.NoAnswer none -> new Fate.Unanswered(report, none);
    };
  }

  /**
   * A refused 0 on a sum meter leaves nothing owed, unless it is a later revision: that 0 may
   * correct a value which Stripe holds, so its refusal needs a person.
   */
  static Outcome refusal(Copy copy, Answer.Refused refused, Instant at) {
    String message = Outcome.cut(refused.message());
    boolean isSum = copy.kind() == MeterKind.SUM || copy.kind() == MeterKind.SUM_HOURLY;
    return isSum && copy.value() == 0 && copy.key().revision() == 0
        ? new Outcome.ZeroRefused(copy.key(), at, refused.requestId(), message)
        : new Outcome.Rejected(copy.key(), at, refused.requestId(), refused.code(), message);
  }
}
