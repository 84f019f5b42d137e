package io.sensormeter.hour;

import static org.assertj.core.api.Assertions.assertThat;

import io.sensormeter.local.Pipeline;
import io.sensormeter.local.Services;
import io.sensormeter.local.aws.EventSource;
import io.sensormeter.meter.MeterKind;
import io.sensormeter.meter.Outcome;
import io.sensormeter.meter.ReportKey;
import io.sensormeter.queue.OutcomeFormat;
import io.sensormeter.queue.OutcomeMessage;
import io.sensormeter.queue.UnreadableMessage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Outcomes come doubled, in another order, not at all, or of what the ledger does not know. */
@Tag("postgres")
final class RecordFaultIT extends HourFixture {
  private static final int ORGANIZATIONS = 60;

  private Pipeline pipeline;

  @BeforeEach
  void publishAnHour() {
    meter(MeterKind.SUM);
    pipeline = pipeline(application(ORGANIZATIONS), Map.of("METERS", "active_sensors:sum"));
    tick(pipeline);
  }

  @Test
  void outcomesDoubledReorderedAndDroppedAreMadeUpForByTheNextSweeps() {
    long seed = Long.getLong("seed", System.nanoTime());
    System.out.println("RecordFaultIT: -Dseed=" + seed);
    Random random = new Random(seed);
    // One outcome a message, as of reporters that get one copy each.
    List<String> outcomes = new ArrayList<>();
    pipeline.newReporter().drain(ROUNDS);
    for (String body : take(pipeline.outcomesUrl())) {
      for (Outcome outcome : decode(body)) {
        outcomes.add(encode(List.of(outcome)));
      }
    }
    List<String> delivered = new ArrayList<>();
    for (String outcome : outcomes) {
      delivered.addAll(Collections.nCopies(random.nextInt(4), outcome));
    }
    Collections.shuffle(delivered, random);

    send(pipeline.outcomesUrl(), delivered);
    pipeline.newRecorder().drain(ROUNDS);
    assertThat(reports(pipeline, "accepted")).isEqualTo(delivered.stream().distinct().count());
    nextHour(pipeline);
    nextHour(pipeline);

    assertThat(reports(pipeline, "accepted")).isEqualTo(3L * ORGANIZATIONS);
    assertThat(stripe.acceptedEvents()).hasSize(3 * ORGANIZATIONS);
    assertAgreement(pipeline);
  }

  /** A deployment's functions are new before its tick has migrated the ledger. */
  @Test
  void recorderOnAnOlderLedgerReturnsItsBatchAndSaysSo() {
    pipeline.newReporter().drain(ROUNDS);
    pipeline.database().execute("delete from metering.flyway_schema_history where version = '2'");
    EventSource recorder = pipeline.newRecorder();

    assertThat(recorder.pollOnce()).isPositive();

    assertThat(recorder.deleted()).isZero();
    assertThat(recorder.lastFailure().map(Throwable::getMessage).orElse(""))
        .contains("the ledger is at version 1, this release needs 2", "nothing was recorded");
    assertThat(reports(pipeline, "pending")).isEqualTo(ORGANIZATIONS);
    clock.advance(Duration.ofMinutes(7));
    tick(pipeline);
    recorder.drain(ROUNDS);
    assertThat(reports(pipeline, "accepted")).isEqualTo(ORGANIZATIONS);
    assertAgreement(pipeline);
  }

  @ParameterizedTest
  @ValueSource(strings = {"accepted rejected", "rejected accepted"})
  void acceptedStandsWhicheverComesFirst(String order) {
    pipeline.newReporter().drain(ROUNDS);
    String accepted = take(pipeline.outcomesUrl()).getFirst();
    String rejected =
        encode(
            decode(accepted).stream()
                .<Outcome>map(o -> new Outcome.Rejected(o.key(), o.at(), "req_2", "gone", "Gone."))
                .toList());
    List<String> bodies =
        order.startsWith("accepted") ? List.of(accepted, rejected) : List.of(rejected, accepted);
    EventSource recorder = pipeline.newRecorder();

    // In two batches: each is recorded before the other comes.
    for (String body : bodies) {
      send(pipeline.outcomesUrl(), List.of(body));
      recorder.drain(ROUNDS);
    }

    assertThat(reports(pipeline, "accepted")).isEqualTo(ORGANIZATIONS);
    assertThat(
            pipeline
                .database()
                .queryLong(
                    "select count(*) from metering.meter_report where failure_code is not null"))
        .isZero();
    assertAgreement(pipeline);

    List<String> ledger = ledger(pipeline);
    // And in one.
    send(pipeline.outcomesUrl(), bodies);
    recorder.drain(ROUNDS);
    assertThat(ledger(pipeline)).isEqualTo(ledger);
  }

  @Test
  void outcomeOfAReportTheLedgerDoesNotHoldIsCountedAndKeepsNoOtherFromBeingRecorded() {
    pipeline.newReporter().drain(ROUNDS);
    List<Outcome> known = decode(take(pipeline.outcomesUrl()).getFirst());
    ReportKey stranger = new ReportKey(HOUR, Pipeline.METER, "stranger", 0);
    List<Outcome> outcomes = new ArrayList<>(known);
    outcomes.addFirst(new Outcome.Accepted(stranger, clock.instant(), null, false));
    send(pipeline.outcomesUrl(), List.of(encode(outcomes)));

    pipeline.newRecorder().drain(ROUNDS);

    assertThat(reports(pipeline, "accepted")).isEqualTo(ORGANIZATIONS);
    assertThat(reports(pipeline)).isEqualTo(ORGANIZATIONS);
    assertAgreement(pipeline);
  }

  @Test
  void unreadableMessageReturnsAloneAndEndsInTheDeadLetterQueue() {
    pipeline.newReporter().drain(ROUNDS);
    send(pipeline.outcomesUrl(), List.of("not ours", "{\"v\":99}"));
    EventSource recorder = pipeline.newRecorder();

    recorder.pollOnce();

    assertThat(recorder.returned()).isEqualTo(2);
    assertThat(recorder.lastFailure()).isEmpty();
    assertThat(reports(pipeline, "accepted")).isEqualTo(ORGANIZATIONS);
    recorder.drain(ROUNDS);
    String queue = pipeline.outcomesUrl();
    assertThat(
            Services.sqs()
                .bodies(Services.sqs().deadLetterUrl(queue.substring(queue.lastIndexOf('/') + 1))))
        .containsExactlyInAnyOrder("not ours", "{\"v\":99}");
    assertAgreement(pipeline);
  }

  @Test
  void recorderKilledAfterRecordingRecordsAgainAndNothingChanges() {
    pipeline.newReporter().drain(ROUNDS);
    EventSource recorder = pipeline.newRecorder();
    recorder.kills(kill -> kill == EventSource.Kill.AFTER).pollOnce();
    List<String> ledger = ledger(pipeline);
    assertThat(reports(pipeline, "accepted")).isEqualTo(ORGANIZATIONS);

    recorder.kills(kill -> false).drain(ROUNDS);

    assertThat(ledger(pipeline)).isEqualTo(ledger);
    assertAgreement(pipeline);
  }

  private static String encode(List<Outcome> outcomes) {
    return OutcomeFormat.encode(new OutcomeMessage(outcomes, List.of()));
  }

  private static List<Outcome> decode(String body) {
    try {
      return OutcomeFormat.decode(body).outcomes();
    } catch (UnreadableMessage e) {
      throw new IllegalStateException(body, e);
    }
  }
}
