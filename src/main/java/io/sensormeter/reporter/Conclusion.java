package io.sensormeter.reporter;

import com.amazonaws.services.lambda.runtime.events.SQSEvent.SQSMessage;
import io.sensormeter.meter.Outcome;
import io.sensormeter.queue.ReportReceipts.Delay;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;

/**
 * What follows from the fates of a batch: outcomes, returned messages, numbers. Not thread-safe.
 */
final class Conclusion {

  private final List<Outcome> outcomes = new ArrayList<>();
  private final List<String> returned = new ArrayList<>();
  private final List<Delay> delays = new ArrayList<>();
  private final int received;
  private final int unreadable;
  private int accepted;
  private int duplicates;
  private int zeroRefused;
  private int rejected;
  private int unanswered;
  private int rateLimited;
  private int misconfigured;
  private int unsent;
  private int expired;
  private int repeated;

  private Conclusion(int received, int unreadable) {
    this.received = received;
    this.unreadable = unreadable;
  }

  /**
   * @param received messages of the batch, readable or not
   */
  static Conclusion of(int received, Batch batch, List<ReportFate> fates) {
    Conclusion conclusion = new Conclusion(received, batch.unreadable().size());
    for (Batch.Unreadable unreadable : batch.unreadable()) {
      conclusion.returned.add(unreadable.message().getMessageId());
    }
    for (ReportFate one : fates) {
      conclusion.add(one.report(), one.fate());
    }
    return conclusion;
  }

  List<Outcome> outcomes() {
    return outcomes;
  }

  List<String> returned() {
    return returned;
  }

  List<Delay> delays() {
    return delays;
  }

  ReporterSummary summary() {
    return new ReporterSummary(
        received,
        accepted,
        duplicates,
        zeroRefused,
        rejected,
        unreadable,
        unanswered,
        rateLimited,
        misconfigured,
        unsent,
        expired,
        repeated);
  }

  private void add(ReportCopies report, Fate fate) {
    int messages = report.messages().size();
    switch (fate) {
      case Fate.Settled settled -> {
        outcomes.add(settled.outcome());
        count(settled.outcome());
        repeated += messages - 1;
      }
      case Fate.Expired _ -> expired += messages;
      case Fate.Unanswered none -> {
        unanswered += messages;
        rateLimited += none.answer().rateLimited() ? messages : 0;
        giveBack(report);
        for (SQSMessage message : report.messages()) {
          delays.add(delay(message));
        }
      }
      case Fate.Misconfigured _ -> {
        misconfigured += messages;
        giveBack(report);
      }
      case Fate.Unsent _ -> {
        unsent += messages;
        giveBack(report);
      }
    }
  }

  private void count(Outcome outcome) {
    switch (outcome) {
      case Outcome.Accepted one -> {
        accepted++;
        duplicates += one.duplicate() ? 1 : 0;
      }
      case Outcome.ZeroRefused _ -> {
        accepted++;
        zeroRefused++;
      }
      case Outcome.Rejected _ -> rejected++;
    }
  }

  private void giveBack(ReportCopies report) {
    for (SQSMessage message : report.messages()) {
      returned.add(message.getMessageId());
    }
  }

  private static Delay delay(SQSMessage message) {
    Map<String, String> attributes = message.getAttributes();
    // Lambda sends them with each message; without them, the shortest delay is the safe one.
    String receiveCount =
        attributes == null ? "1" : attributes.getOrDefault("ApproximateReceiveCount", "1");
    Duration delay =
        Backoff.delay(Integer.parseInt(receiveCount), ThreadLocalRandom.current().nextDouble());
    return new Delay(message.getMessageId(), message.getReceiptHandle(), delay);
  }
}
