package io.sensormeter.verifier;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;

/**
 * What a person should read of a batch: one line for each distinct reason, not for each message.
 * Not thread-safe.
 */
final class Notices {

  private final List<Batch.Unreadable> unreadable;
  private final Map<String, List<Batch.Item>> unanswered = new LinkedHashMap<>();
  private final Map<String, List<Batch.Item>> misconfigured = new LinkedHashMap<>();
  private final List<Fate.Gone> gone = new ArrayList<>();
  private final List<Fate.Unread> unread = new ArrayList<>();

  Notices(Batch batch, List<Fate> fates) {
    this.unreadable = batch.unreadable();
    fates.forEach(this::add);
  }

  private void add(Fate fate) {
    switch (fate) {
      case Fate.Seen _, Fate.Expired _ -> {}
      case Fate.Gone one -> gone.add(one);
      case Fate.Unanswered none -> add(unanswered, none.answer().reason(), none.item());
      case Fate.Misconfigured found -> add(misconfigured, found.problem(), found.item());
      case Fate.Unread one -> unread.add(one);
    }
  }

  private static void add(Map<String, List<Batch.Item>> items, String reason, Batch.Item item) {
    items.computeIfAbsent(reason, _ -> new ArrayList<>()).add(item);
  }

  void log(Logger log) {
    misconfigured.forEach(
        (problem, items) ->
            log.error(
                "Stripe cannot be read as things are set up ({}): looks {}, the first for {}. They"
                    + " and {} more return; nothing is verified until it is put right, and then it"
                    + " goes on by itself",
                problem,
                items.size(),
                items.getFirst().subject(),
                unread(Fate.Why.CONFIGURATION)));
    unanswered.forEach(
        (reason, items) ->
            log.warn(
                "No answer from Stripe ({}): looks {}, the first for {}. They return, or are asked"
                    + " anew by the next tick",
                reason,
                items.size(),
                items.getFirst().subject()));
    for (Fate.Gone one : gone) {
      log.warn(
          "Stripe has no {} ({}): its notification is older than 30 days, or of another account or"
              + " mode. It is deleted",
          one.item().subject(),
          one.message());
    }
    long late = unread(Fate.Why.TIME);
    if (late > 0) {
      log.info("Too little time for {} looks: they return", late);
    }
    for (Batch.Unreadable one : unreadable) {
      log.error(
          "Message {} on the verifications queue is unreadable: {}. It returns, and after {}"
              + " receives lies in the dead-letter queue",
          one.message().getMessageId(),
          one.reason(),
          Verifier.MAX_RECEIVES);
    }
  }

  private long unread(Fate.Why why) {
    return unread.stream().filter(one -> one.why() == why).count();
  }
}
