package io.sensormeter.verifier;

import com.amazonaws.services.lambda.runtime.events.SQSEvent.SQSMessage;
import io.sensormeter.meter.Sighting;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** What follows from the fates of a batch: sightings, returned messages, numbers. */
final class Conclusion {

  private final List<Sighting> sightings = new ArrayList<>();
  private final List<String> returned = new ArrayList<>();
  private final Map<Count, Integer> counts = new EnumMap<>(Count.class);

  /**
   * @param reads requests to Stripe
   */
  Conclusion(Batch batch, List<Fate> fates, int reads) {
    count(Count.RECEIVED, batch.received());
    count(Count.READS, reads);
    for (Batch.Unreadable unreadable : batch.unreadable()) {
      count(Count.UNREADABLE, 1);
      returned.add(unreadable.message().getMessageId());
    }
    fates.forEach(this::add);
    count(Count.SIGHTINGS_SENT, sightings.size());
  }

  /** What the ledger has to learn. */
  List<Sighting> sightings() {
    return sightings;
  }

  /** SQS's ids of the messages that must not be deleted. */
  List<String> returned() {
    return returned;
  }

  VerifierSummary summary() {
    return new VerifierSummary(counts);
  }

  private void add(Fate fate) {
    List<SQSMessage> messages = fate.item().messages();
    switch (fate) {
      case Fate.Seen seen -> {
        sightings.addAll(seen.sightings());
        count(Count.ANSWERED, 1);
        count(Count.REPEATED, messages.size() - 1);
      }
      case Fate.Expired _ -> count(Count.EXPIRED, messages.size());
      case Fate.Gone _ -> count(Count.GONE, messages.size());
      case Fate.Unanswered none -> {
        count(Count.RATE_LIMITED, none.answer().rateLimited() ? messages.size() : 0);
        giveBack(Count.UNANSWERED, messages);
      }
      case Fate.Misconfigured _ -> giveBack(Count.MISCONFIGURED, messages);
      case Fate.Unread _ -> giveBack(Count.UNREAD, messages);
    }
  }

  private void giveBack(Count because, List<SQSMessage> messages) {
    count(because, messages.size());
    messages.forEach(message -> returned.add(message.getMessageId()));
  }

  private void count(Count what, int number) {
    counts.merge(what, number, Integer::sum);
  }
}
