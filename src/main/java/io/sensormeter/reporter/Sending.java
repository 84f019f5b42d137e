package io.sensormeter.reporter;

import io.sensormeter.lambda.Deadline;
import io.sensormeter.lambda.SideBySide;
import io.sensormeter.lambda.Time;
import io.sensormeter.meter.Copy;
import io.sensormeter.meter.MeterKind;
import io.sensormeter.meter.MeterRefusal;
import io.sensormeter.meter.Outcome;
import io.sensormeter.stripe.Answer;
import io.sensormeter.stripe.MeterEvents;
import io.sensormeter.stripe.Pace;
import io.sensormeter.stripe.StripeCalls;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;

/**
 * The calls of one batch: customers side by side, the reports of one customer one after another.
 * While the environment's {@link FirstAnswers} are open, only as many customers at a time as may
 * still make them doubted; while they are doubted, one probe, and what is too old to wait.
 */
final class Sending {

  private final MeterEvents events;
  private final FirstAnswers firstAnswers;
  private final Pace pace;
  private final Time time;
  private final Deadline deadline;
  private final Queue<Fate> fates = new ConcurrentLinkedQueue<>();
  // What they come to is known when all answers are there.
  private final Queue<Refusal> refusals = new ConcurrentLinkedQueue<>();
  // Their other reports would be told the same.
  private final Set<String> refusedMeters = ConcurrentHashMap.newKeySet();
  // Set by the first configuration error, or a probe that was refused: the others would meet it
  // too.
  private volatile boolean stopped;

  /**
   * @param deadline the end of the invocation
   */
  Sending(MeterEvents events, FirstAnswers firstAnswers, Pace pace, Time time, Deadline deadline) {
    this.events = events;
    this.firstAnswers = firstAnswers;
    this.pace = pace;
    this.time = time;
    this.deadline = deadline;
  }

  /** A refusal that is a rejection, unless the first answers are doubted at the batch's end. */
  private record Refusal(Batch.Report report, Answer.Refused answer, Outcome.Rejected outcome) {}

  /**
   * Sends what may be sent. When this returns or throws, every call has ended.
   *
   * @param customers per Stripe customer its reports, in sending order
   * @param inFlight the most calls at once
   * @param executor starts them
   * @return the fate of every report, in the order they were known
   */
  List<Fate> run(List<List<Batch.Report>> customers, int inFlight, Executor executor) {
    List<List<Batch.Report>> left = customers;
    while (!left.isEmpty()) {
      Round round = round(left, left.size() == customers.size());
      SideBySide.each(round.now(), inFlight, executor, this::send);
      if (round.isProbe() && firstAnswers.areDoubted()) {
        stopped = true;
      }
      left = round.later();
    }
    judgeRefusals();
    return List.copyOf(fates);
  }

  private Round round(List<List<Batch.Report>> left, boolean isFirst) {
    if (stopped || !firstAnswers.areDoubted()) {
      return Round.of(left, stopped ? left.size() : firstAnswers.missing());
    }
    return Round.probe(left, isFirst, firstAnswers, time.now());
  }

  private void send(List<Batch.Report> customer) {
    for (Batch.Report report : customer) {
      send(report).ifPresent(fates::add);
    }
  }

  /** Empty if it was refused: its fate is known when all answers are there. */
  private Optional<Fate> send(Batch.Report report) {
    Optional<Fate> unsent = unsent(report);
    return unsent.isPresent() ? unsent : answered(report, events.send(report.copy()));
  }

  /** Empty if it may be sent now. */
  private Optional<Fate> unsent(Batch.Report report) {
    if (report.isExpired(time.now())) {
      return Optional.of(new Fate.Expired(report));
    }
    // What is left beside a call that takes its full time, and the outcomes after it.
    Duration spare =
        Duration.ofMillis(deadline.remainingMillis().getAsLong())
            .minus(StripeCalls.TIMEOUT)
            .minus(Reporter.OUTCOMES_RESERVE);
    Optional<Fate.Why> hindrance = hindrance(report);
    if (hindrance.isPresent() || spare.isNegative()) {
      return Optional.of(new Fate.Unsent(report, hindrance.orElse(Fate.Why.TIME)));
    }
    OptionalLong wait = pace.reserve(time.nanos(), spare.toNanos());
    if (wait.isEmpty() || !time.sleep(Duration.ofNanos(wait.getAsLong()))) {
      return Optional.of(new Fate.Unsent(report, Fate.Why.TIME));
    }
    // Asked again: the wait may have outlasted it, or another may have been refused meanwhile.
    return report.isExpired(time.now())
        ? Optional.of(new Fate.Expired(report))
        : hindrance(report).map(why -> new Fate.Unsent(report, why));
  }

  private Optional<Fate.Why> hindrance(Batch.Report report) {
    if (stopped) {
      return Optional.of(Fate.Why.CONFIGURATION);
    }
    return refusedMeters.contains(report.copy().key().meter())
        ? Optional.of(Fate.Why.METER)
        : Optional.empty();
  }

  private Optional<Fate> answered(Batch.Report report, Answer answer) {
    return switch (answer) {
      case Answer.Delivered delivered -> delivered(report, delivered);
      case Answer.Refused refused -> refused(report, refused);
      case Answer.ConfigurationError error -> {
        stopped = true;
        yield Optional.of(new Fate.Misconfigured(report, error.message()));
      }
      case Answer.NoMeter none -> {
        String meter = report.copy().key().meter();
        refusedMeters.add(meter);
        yield Optional.of(
            new Fate.MeterRefused(
                report, new MeterRefusal(meter, time.now(), Outcome.cut(none.message()))));
      }
      case Answer.NoAnswer none -> Optional.of(new Fate.Unanswered(report, none));
    };
  }

  private Optional<Fate> delivered(Batch.Report report, Answer.Delivered delivered) {
    Answer.Refused before = firstAnswers.refusalOf(report.copy());
    if (delivered.duplicate() && before != null) {
      return refused(report, before);
    }
    if (!delivered.duplicate()) {
      firstAnswers.taken();
    }
    return Optional.of(
        new Fate.Settled(
            report,
            new Outcome.Accepted(
                report.copy().key(), time.now(), delivered.requestId(), delivered.duplicate())));
  }

  private Optional<Fate> refused(Batch.Report report, Answer.Refused refused) {
    return switch (refusal(report.copy(), refused, time.now())) {
      case Outcome.Rejected rejected -> {
        firstAnswers.refused(report.copy(), refused);
        refusals.add(new Refusal(report, refused, rejected));
        yield Optional.empty();
      }
      case Outcome settled -> Optional.of(new Fate.Settled(report, settled));
    };
  }

  private void judgeRefusals() {
    boolean doubted = firstAnswers.areDoubted();
    Refusal first = refusals.peek();
    for (Refusal refusal : refusals) {
      Batch.Report report = refusal.report();
      if (doubted && FirstAnswers.isYoung(report.copy(), refusal.outcome().at())) {
        firstAnswers.returned(report.copy(), refusal.answer());
        fates.add(new Fate.Misconfigured(report, doubt(first == null ? refusal : first)));
      } else {
        fates.add(new Fate.Settled(report, refusal.outcome()));
      }
    }
  }

  /** One text for all of a batch, with one of their messages. */
  private static String doubt(Refusal refusal) {
    return "%d customers, the first of this environment, were refused with code %s and nothing was taken; Stripe says \"%s\"; compare the key's account with that of the customers"
        .formatted(FirstAnswers.CUSTOMERS, refusal.answer().code(), refusal.outcome().message());
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
