package io.sensormeter.reporter;

import io.sensormeter.meter.Outcome;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;

/**
 * What a person should read of a batch: one line for each distinct reason, not for each message, so
 * that an outage of Stripe does not drown the log. The ledger knows every report's state. Not
 * thread-safe.
 */
final class Notices {

  private final List<Batch.Unreadable> unreadable;
  private final Map<String, List<Batch.Report>> unanswered = new LinkedHashMap<>();
  private final Map<String, List<Batch.Report>> misconfigured = new LinkedHashMap<>();
  private final Map<String, List<Batch.Report>> rejected = new LinkedHashMap<>();
  private final Map<String, List<Fate.MeterRefused>> meterRefused = new LinkedHashMap<>();
  private final List<Fate.Unsent> unsent = new ArrayList<>();

  Notices(Batch batch, List<Fate> fates) {
    this.unreadable = batch.unreadable();
    fates.forEach(this::add);
  }

  private void add(Fate fate) {
    switch (fate) {
      case Fate.Settled(Batch.Report report, Outcome.Rejected outcome) ->
          add(rejected, outcome.code(), report);
      case Fate.Settled _, Fate.Expired _ -> {}
      case Fate.Unanswered none -> add(unanswered, none.answer().reason(), none.report());
      case Fate.Misconfigured found -> add(misconfigured, found.problem(), found.report());
      case Fate.MeterRefused one ->
          meterRefused.computeIfAbsent(one.refusal().meter(), _ -> new ArrayList<>()).add(one);
      case Fate.Unsent one -> unsent.add(one);
    }
  }

  private static void add(
      Map<String, List<Batch.Report>> reports, String reason, Batch.Report report) {
    reports.computeIfAbsent(reason, key -> new ArrayList<>()).add(report);
  }

  void log(Logger log) {
    logCalls(log);
    logMeters(log);
    long late = unsent(Fate.Why.TIME);
    if (late > 0) {
      log.info(
          "Too little time for {} reports: they stay pending and their copies return unsent", late);
    }
    for (Batch.Unreadable one : unreadable) {
      log.error(
          "Message {} on the reports queue is unreadable: {}. It returns, and after {} receives"
              + " lies in the dead-letter queue",
          one.message().getMessageId(),
          one.reason(),
          Backoff.MAX_RECEIVES);
    }
  }

  private void logCalls(Logger log) {
    misconfigured.forEach(
        (message, reports) ->
            log.error(
                "Stripe takes no events as things are set up ({}): reports {}, the first {}. They"
                    + " and {} unsent ones stay pending, their copies return, and are sent by"
                    + " themselves once it is put right",
                message,
                reports.size(),
                first(reports),
                unsent(Fate.Why.CONFIGURATION)));
    rejected.forEach(
        (code, reports) ->
            log.warn(
                "Stripe rejected ({}) reports {}, the first {}. The ledger gets Stripe's message;"
                    + " they are not sent again; mend the cause, and bill them by an invoice item",
                code,
                reports.size(),
                first(reports)));
    unanswered.forEach(
        (reason, reports) ->
            log.warn(
                "No answer from Stripe ({}): reports {}, the first {}. They stay pending; their"
                    + " copies come back after a delay and are sent under the same identifiers",
                reason,
                reports.size(),
                first(reports)));
  }

  private void logMeters(Logger log) {
    meterRefused.forEach(
        (meter, refused) ->
            log.error(
                "Stripe takes no events of meter {} ({}): reports {}, the first {}. They and {}"
                    + " unsent ones of this meter stay pending, their copies return, and are sent"
                    + " by themselves once the meter is active; other meters go on",
                meter,
                refused.getFirst().refusal().message(),
                refused.size(),
                refused.getFirst().report().copy().identifier().value(),
                unsent.stream()
                    .filter(one -> one.why() == Fate.Why.METER)
                    .filter(one -> one.report().copy().key().meter().equals(meter))
                    .count()));
  }

  private long unsent(Fate.Why why) {
    return unsent.stream().filter(one -> one.why() == why).count();
  }

  private static String first(List<Batch.Report> reports) {
    return reports.getFirst().copy().identifier().value();
  }
}
