package io.sensormeter.reporter;

import com.amazonaws.services.lambda.runtime.events.SQSEvent.SQSMessage;
import io.sensormeter.meter.MeterRefusal;
import io.sensormeter.meter.Outcome;
import io.sensormeter.queue.OutcomeMessage;
import io.sensormeter.queue.Receipts.Delay;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * What follows from the fates of a batch: what the ledger learns, returned messages, numbers. Not
 * thread-safe.
 */
final class Conclusion {

  private final List<Outcome> outcomes = new ArrayList<>();
  private final Map<String, MeterRefusal> refusedMeters = new LinkedHashMap<>();
  private final List<String> returned = new ArrayList<>();
  private final List<Delay> delays = new ArrayList<>();
  private final Map<Count, Integer> counts = new EnumMap<>(Count.class);
  private final RandomGenerator random;

  /**
   * @param random scatters the delays
   */
  Conclusion(Batch batch, List<Fate> fates, RandomGenerator random) {
    this.random = random;
    count(Count.RECEIVED, batch.received());
    for (Batch.Unreadable unreadable : batch.unreadable()) {
      count(Count.UNREADABLE, 1);
      returned.add(unreadable.message().getMessageId());
    }
    fates.forEach(this::add);
  }

  /** What the ledger has to learn. */
  OutcomeMessage message() {
    return new OutcomeMessage(outcomes, List.copyOf(refusedMeters.values()));
  }

  /** SQS's ids of the messages that must not be deleted. */
  List<String> returned() {
    return returned;
  }

  List<Delay> delays() {
    return delays;
  }

  ReporterSummary summary() {
    return new ReporterSummary(counts);
  }

  private void add(Fate fate) {
    List<SQSMessage> messages = fate.report().messages();
    switch (fate) {
      case Fate.Settled settled -> {
        outcomes.add(settled.outcome());
        count(settled.outcome());
        count(Count.REPEATED, messages.size() - 1);
      }
      case Fate.Expired _ -> count(Count.EXPIRED, messages.size());
      case Fate.Unanswered none -> {
        count(Count.RATE_LIMITED, none.answer().rateLimited() ? messages.size() : 0);
        giveBack(Count.UNANSWERED, messages);
        messages.forEach(message -> delays.add(delay(message)));
      }
      case Fate.Misconfigured _ -> giveBack(Count.MISCONFIGURED, messages);
      case Fate.MeterRefused(_, MeterRefusal refusal) -> {
        refusedMeters.putIfAbsent(refusal.meter(), refusal);
        giveBack(Count.MISCONFIGURED, messages);
      }
      case Fate.Unsent _ -> giveBack(Count.UNSENT, messages);
    }
  }

  private void count(Outcome outcome) {
    switch (outcome) {
      case Outcome.Accepted one -> {
        count(Count.ACCEPTED, 1);
        count(Count.DUPLICATES, one.duplicate() ? 1 : 0);
      }
      case Outcome.ZeroRefused _ -> {
        count(Count.ACCEPTED, 1);
        count(Count.ZERO_REFUSED, 1);
      }
      case Outcome.Rejected _ -> count(Count.REJECTED, 1);
    }
  }

  private void giveBack(Count because, List<SQSMessage> messages) {
    count(because, messages.size());
    messages.forEach(message -> returned.add(message.getMessageId()));
  }

  private void count(Count what, int messages) {
    counts.merge(what, messages, Integer::sum);
  }

  private Delay delay(SQSMessage message) {
    Map<String, String> attributes = message.getAttributes();
    // Lambda sends them with each message; without them, the shortest delay is the safe one.
    String receiveCount =
        attributes == null ? "1" : attributes.getOrDefault("ApproximateReceiveCount", "1");
    return new Delay(
        message.getMessageId(),
        message.getReceiptHandle(),
        Backoff.delay(Integer.parseInt(receiveCount), random.nextDouble()));
  }
}
