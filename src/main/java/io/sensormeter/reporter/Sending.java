package io.sensormeter.reporter;

import io.sensormeter.meter.Copy;
import io.sensormeter.meter.MeterKind;
import io.sensormeter.meter.Outcome;
import io.sensormeter.queue.Deadline;
import io.sensormeter.stripe.Answer;
import io.sensormeter.stripe.MeterEvents;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * The calls of one batch: customers side by side, the reports of one customer one after another.
 */
final class Sending {

  private final MeterEvents events;
  private final Pace pace;
  private final InstantSource clock;
  private final Deadline deadline;
  private final Queue<ReportFate> fates = new ConcurrentLinkedQueue<>();
  // Set by the first configuration error: the others would meet it too.
  private volatile boolean stopped;

  /**
   * @param deadline the end of the invocation
   */
  Sending(MeterEvents events, Pace pace, InstantSource clock, Deadline deadline) {
    this.events = events;
    this.pace = pace;
    this.clock = clock;
    this.deadline = deadline;
  }

  /**
   * Sends what may be sent. When this returns or throws, every call has ended.
   *
   * @param customers per Stripe customer its reports, in sending order
   * @param inFlight the most calls at once
   * @return the fate of every report, in the order they were known
   */
  List<ReportFate> run(List<List<ReportCopies>> customers, int inFlight) {
    Queue<List<ReportCopies>> waiting = new ConcurrentLinkedQueue<>(customers);
    List<Future<?>> workers = new ArrayList<>();
    // Closing waits for the workers, interrupted or not.
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < Math.min(inFlight, customers.size()); i++) {
        workers.add(threads.submit(() -> work(waiting)));
      }
    }
    for (Future<?> worker : workers) {
      if (worker.state() != Future.State.SUCCESS) {
        throw new IllegalStateException(
            "a fault of ours while sending; every call has ended and the whole batch returns:"
                + " Stripe recognizes what it already holds",
            worker.exceptionNow());
      }
    }
    return List.copyOf(fates);
  }

  private void work(Queue<List<ReportCopies>> waiting) {
    for (List<ReportCopies> next = waiting.poll(); next != null; next = waiting.poll()) {
      for (ReportCopies report : next) {
        fates.add(new ReportFate(report, send(report.copy())));
      }
    }
  }

  private Fate send(Copy copy) {
    if (isExpired(copy)) {
      return new Fate.Expired();
    }
    // What is left beside a call that takes its full time, and the outcomes after it.
    Duration spare =
        Duration.ofMillis(deadline.remainingMillis().getAsLong())
            .minus(MeterEvents.CALL_TIMEOUT)
            .minus(Reporter.OUTCOMES_RESERVE);
    if (stopped || spare.isNegative()) {
      return new Fate.Unsent();
    }
    OptionalLong wait = pace.reserve(System.nanoTime(), spare.toNanos());
    if (wait.isEmpty() || !sleep(wait.getAsLong()) || stopped) {
      return new Fate.Unsent();
    }
    // Asked again: the wait may have outlasted it.
    return isExpired(copy) ? new Fate.Expired() : fate(copy, events.send(copy));
  }

  private boolean isExpired(Copy copy) {
    return !clock.instant().isBefore(copy.sendBefore());
  }

  /** Whether the whole wait was slept; an interrupt ends it and leaves the flag set. */
  private static boolean sleep(long nanos) {
    try {
      Thread.sleep(Duration.ofNanos(nanos));
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private Fate fate(Copy copy, Answer answer) {
    return switch (answer) {
      case Answer.Delivered delivered ->
          new Fate.Settled(
              new Outcome.Accepted(
                  copy.key(), clock.instant(), delivered.requestId(), delivered.duplicate()));
      case Answer.Refused refused -> new Fate.Settled(refusal(copy, refused, clock.instant()));
      case Answer.ConfigurationError error -> {
        stopped = true;
        yield new Fate.Misconfigured(error);
      }
      case Answer.NoAnswer none -> new Fate.Unanswered(none);
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
