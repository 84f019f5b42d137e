package io.sensormeter.recorder;

import com.amazonaws.services.lambda.runtime.events.SQSEvent.SQSMessage;
import io.sensormeter.lambda.Time;
import io.sensormeter.ledger.LedgerVersion;
import io.sensormeter.ledger.Settlements;
import io.sensormeter.ledger.Settlements.Settled;
import io.sensormeter.meter.MeterRefusal;
import io.sensormeter.meter.Outcome;
import io.sensormeter.meter.ReportKey;
import io.sensormeter.meter.Sighting;
import io.sensormeter.queue.OutcomeFormat;
import io.sensormeter.queue.OutcomeMessage;
import io.sensormeter.queue.SightingFormat;
import io.sensormeter.queue.UnreadableMessage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Records a batch of messages in the ledger: outcomes with one UPDATE, then sightings. They may
 * come twice and in any order: of several outcomes of a report the one with precedence counts, and
 * a sighting is compared with the ledger as it is then.
 */
public final class Recorder {

  private static final Logger LOG = LoggerFactory.getLogger(Recorder.class);

  private final LedgerVersion version;
  private final Settlements settlements;
  private final Verification verification;
  private final Duration lateAfter;
  private final Time time;

  /**
   * @param lateAfter an acceptance later than this after its event time is late
   */
  public Recorder(
      LedgerVersion version,
      Settlements settlements,
      Verification verification,
      Duration lateAfter,
      Time time) {
    this.version = version;
    this.settlements = settlements;
    this.verification = verification;
    this.lateAfter = lateAfter;
    this.time = time;
  }

  /**
   * What a batch came to.
   *
   * @param unreadable ids of the messages that go back, and at last to the dead-letter queue
   */
  public record Recorded(List<String> unreadable, RecorderSummary summary) {}

  /**
   * Records the batch.
   *
   * @throws io.sensormeter.database.DatabaseException if nothing could be recorded; the whole batch
   *     returns
   * @throws IllegalStateException if the ledger is of an earlier release: the same
   */
  public Recorded record(List<SQSMessage> messages) {
    version.require();
    Batch batch =
        new Batch(new ArrayList<>(), new ArrayList<>(), new LinkedHashMap<>(), new ArrayList<>());
    messages.forEach(batch::read);
    batch
        .refusedMeters()
        .values()
        .forEach(
            refused ->
                LOG.warn(
                    "Stripe takes no events of meter {} ({}); its reports stay pending until it"
                        + " does, and a few of them are sent each hour to find out",
                    refused.meter(),
                    refused.message()));
    List<Outcome> outcomes = batch.outcomes();
    Collection<Outcome> reduced = reduce(outcomes);
    Settled settled = settlements.settle(reduced, lateAfter, time.now());
    settlements.heldAlready(outcomes.stream().filter(Recorder::isDuplicate).toList());
    settlements.refused(batch.refusedMeters().values());
    if (settled.unknown() > 0) {
      LOG.warn("{} outcome(s) name reports that the ledger does not hold", settled.unknown());
    }
    return new Recorded(
        batch.unreadable(),
        new RecorderSummary(
            outcomes.size(),
            outcomes.size() - reduced.size(),
            settled,
            verification.record(batch.sightings(), lateAfter, time.now()),
            batch.unreadable().size()));
  }

  /** What the messages of a batch say. */
  private record Batch(
      List<String> unreadable,
      List<Outcome> outcomes,
      Map<String, MeterRefusal> refusedMeters,
      List<Sighting> sightings) {

    private void read(SQSMessage message) {
      try {
        if (SightingFormat.isOf(message.getBody())) {
          sightings.addAll(SightingFormat.decode(message.getBody()));
          return;
        }
        OutcomeMessage read = OutcomeFormat.decode(message.getBody());
        outcomes.addAll(read.outcomes());
        read.refusedMeters().forEach(one -> refusedMeters.putIfAbsent(one.meter(), one));
      } catch (UnreadableMessage e) {
        LOG.error(
            "message {} of the outcomes queue cannot be read: {}; it returns and ends in the"
                + " dead-letter queue, the ledger publishes its reports again, or asks again",
            message.getMessageId(),
            e.getMessage());
        unreadable.add(message.getMessageId());
      }
    }
  }

  /**
   * At most one outcome for each report: an acceptance at first hand before a refusal, a refusal
   * before a duplicate answer, else the first.
   */
  static Collection<Outcome> reduce(List<Outcome> outcomes) {
    Map<ReportKey, Outcome> byKey = new LinkedHashMap<>();
    for (Outcome outcome : outcomes) {
      byKey.merge(outcome.key(), outcome, (known, next) -> rank(next) > rank(known) ? next : known);
    }
    return byKey.values();
  }

  private static boolean isDuplicate(Outcome outcome) {
    return outcome instanceof Outcome.Accepted accepted && accepted.duplicate();
  }

  private static int rank(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Accepted _ -> isDuplicate(outcome) ? 0 : 3;
      case Outcome.Rejected _ -> 1;
      case Outcome.ZeroRefused _ -> 2;
    };
  }
}
