package io.sensormeter.hour;

import static org.assertj.core.api.Assertions.assertThat;

import io.sensormeter.local.Pipeline;
import io.sensormeter.local.Printed;
import io.sensormeter.local.aws.EventSource;
import io.sensormeter.local.postgres.LocalDatabase;
import io.sensormeter.meter.Hour;
import io.sensormeter.meter.Outcome;
import io.sensormeter.meter.ReportKey;
import io.sensormeter.queue.OutcomeFormat;
import io.sensormeter.queue.OutcomeMessage;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What several outcomes of a report, or of two reports in one place, come to. */
@Tag("postgres")
final class OutcomePrecedenceIT extends HourFixture {
  private final LocalDatabase database = ownSource();

  /** Each first alone, then all in one batch, in this order and the other. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          accepted                    | accepted false
          duplicate                   | accepted true
          rejected                    | rejected false
          zero                        | accepted false zero_refused
          accepted rejected           | accepted false
          accepted duplicate          | accepted false
          duplicate rejected          | rejected true
          accepted duplicate rejected | accepted false
          """)
  void outcomeWithPrecedenceStandsWhateverTheOrderAndTheBatches(String outcomes, String stands) {
    reading(database, "a", "cus_a", Pipeline.METER, "5");
    Pipeline pipeline = pipeline(database, Map.of("SOURCE", "own"));
    List<String> order = List.of(outcomes.split(" "));
    String expected = stands.startsWith("rejected") ? stands + " gone" : stands;

    for (List<String> sequence : List.of(order, order.reversed())) {
      for (boolean together : new boolean[] {false, true}) {
        tick(pipeline);
        take(pipeline.reportsUrl());
        Hour hour = Hour.floor(clock.instant());
        List<Outcome> coming =
            sequence.stream().map(label -> outcome(hour, "a", label, clock.instant())).toList();
        if (together) {
          record(pipeline, coming);
        } else {
          coming.forEach(one -> record(pipeline, List.of(one)));
        }

        assertThat(standing(hour, "a"))
            .as("%s together=%s", sequence, together)
            .isEqualTo(expected);
        List<String> ledger = ledger(pipeline);
        coming.forEach(one -> record(pipeline, List.of(one)));
        assertThat(ledger(pipeline)).as("delivered again").isEqualTo(ledger);
        toHour(hour.plusHours(1));
      }
    }
  }

  /** It may be an old one of a copy that was taken in time. */
  @ParameterizedTest
  @CsvSource({"accepted, 0, 0", "accepted, 1, 1", "duplicate, 1, 0"})
  void duplicateAnswerSaysNothingAboutWhenTheEventWasTaken(
      String label, int secondsAfterTheLimit, int late) {
    reading(database, "a", "cus_a", Pipeline.METER, "5");
    Pipeline pipeline = pipeline(database, Map.of("SOURCE", "own"));
    tick(pipeline);
    take(pipeline.reportsUrl());

    Instant limit = HOUR.plusHours(2).start();
    record(pipeline, List.of(outcome(HOUR, "a", label, limit.plusSeconds(secondsAfterTheLimit))));

    clock.set(HOUR.plusHours(1).start());
    assertThat(printedByTick(pipeline).metric("ReportsLate")).isEqualTo(late);
    take(pipeline.reportsUrl());
  }

  @ParameterizedTest
  @ValueSource(strings = {"accepted", "duplicate"})
  void captureAfterTheGraceOfInvoicesIsLateWhateverTheAnswer(String label) {
    reading(database, "a", "cus_a", Pipeline.METER, "5");
    Pipeline pipeline = pipeline(database, Map.of("SOURCE", "own"));
    clock.set(HOUR.plusHours(2).start().plusSeconds(1));
    tick(pipeline);
    take(pipeline.reportsUrl());

    record(pipeline, List.of(outcome(HOUR, "a", label, clock.instant())));
    record(pipeline, List.of(outcome(HOUR.plusHours(1), "a", label, clock.instant())));

    assertThat(printedByTick(pipeline).metric("ReportsLate")).isEqualTo(1);
  }

  /** The organization of an hour that was superseded has handed its customer to another since. */
  @Test
  void acceptanceWhosePlaceIsTakenIsNotedRingsOnceAndKeepsNoOtherFromBeingRecorded() {
    reading(database, "a", "cus_1", Pipeline.METER, "5");
    reading(database, "c", "cus_3", Pipeline.METER, "7");
    Pipeline pipeline = last();
    tick(pipeline);
    take(pipeline.reportsUrl());
    nextHourUnsent(pipeline);
    assertThat(standing(HOUR, "a")).startsWith("superseded");
    // A person has the hour reported for the organization that holds the customer by then.
    database.execute("update readings set organization = 'b' where organization = 'a'");
    standsIn(HOUR, "b", "cus_1", "accepted");

    List<Outcome> batch =
        List.of(
            outcome(HOUR, "a", "accepted", clock.instant()),
            outcome(HOUR, "c", "accepted", clock.instant()),
            outcome(HOUR.plusHours(1), "c", "rejected", clock.instant()));
    record(pipeline, batch);

    assertThat(standing(HOUR, "a")).isEqualTo("superseded false accepted_beside_live");
    assertThat(standing(HOUR, "c")).isEqualTo("accepted false");
    assertThat(standing(HOUR.plusHours(1), "c")).isEqualTo("rejected false gone");
    assertThat(printedByTick(pipeline).metric("Discrepancies")).isEqualTo(1);
    assertThat(printedByTick(pipeline).metric("Discrepancies")).isZero();

    record(pipeline, batch);
    assertThat(printedByTick(pipeline).metric("Discrepancies")).as("delivered again").isZero();
    take(pipeline.reportsUrl());
  }

  @Test
  void ofTwoAcceptancesForOnePlaceInABatchOneTakesItAndTheOthersOfTheBatchAreRecorded() {
    reading(database, "c", "cus_3", Pipeline.METER, "7");
    Pipeline pipeline = last();
    tick(pipeline);
    take(pipeline.reportsUrl());
    standsIn(HOUR, "a", "cus_1", "superseded");
    standsIn(HOUR, "b", "cus_1", "superseded");

    record(
        pipeline,
        List.of(
            outcome(HOUR, "a", "accepted", clock.instant()),
            outcome(HOUR, "b", "accepted", clock.instant()),
            outcome(HOUR, "c", "accepted", clock.instant())));

    assertThat(List.of(standing(HOUR, "a"), standing(HOUR, "b")))
        .containsExactlyInAnyOrder("accepted false", "superseded false accepted_beside_live");
    assertThat(standing(HOUR, "c")).isEqualTo("accepted false");
    clock.advance(Duration.ofSeconds(1));
    assertThat(printedByTick(pipeline).metric("Discrepancies")).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource({
    "superseded, accepted, accepted false",
    "superseded, duplicate, accepted true",
    "superseded, rejected, superseded null",
    "unresolved, accepted, accepted false",
    "unresolved, duplicate, accepted true",
    "unresolved, rejected, rejected false gone",
    "expired, accepted, accepted false",
    "expired, rejected, rejected false gone",
    "shadow, accepted, shadow null",
    "verified, rejected, verified null",
    "verified, accepted, verified null",
    "discrepancy, accepted, discrepancy null",
    "replaced, accepted, replaced false also_accepted",
    "replaced, duplicate, replaced true also_accepted",
    "replaced, rejected, replaced null",
    "replaced, zero, replaced null"
  })
  void lateOutcomeMovesWhatWasGivenUpAndNothingElse(String from, String outcome, String stands) {
    Pipeline pipeline = pipeline(database, Map.of("SOURCE", "own"));
    tick(pipeline);
    standsIn(HOUR, "a", "cus_1", from);

    record(pipeline, List.of(outcome(HOUR, "a", outcome, clock.instant())));

    assertThat(standing(HOUR, "a")).isEqualTo(stands);
  }

  /**
   * What the replaced one was, what comes late, and what it makes of the one in its place. Of what
   * Stripe refused, only an acceptance at first hand is believed; what it had accepted is no news.
   */
  @ParameterizedTest
  @CsvSource({
    "sum, cus_1, unresolved, accepted, discrepancy also_accepted",
    "sum, cus_1, unresolved, duplicate, discrepancy also_accepted",
    "sum, cus_1, unresolved, rejected, pending",
    "sum, cus_1, answer, accepted, discrepancy also_accepted",
    "sum, cus_1, answer, duplicate, pending",
    "sum, cus_1, capture, accepted, pending",
    "sum, cus_1, report, accepted, pending",
    "sum, cus_1, accepted, accepted, pending",
    "sum, cus_1, accepted, duplicate, pending",
    "sum-hourly, cus_1, answer, accepted, pending",
    "sum-hourly, cus_2, answer, accepted, discrepancy also_accepted",
    "last, cus_1, unresolved, accepted, discrepancy also_accepted"
  })
  void acceptanceOfAReplacedRevisionIsNotedAndTheLiveOneADiscrepancyIfBothAreBilled(
      String kind, String customer, String was, String outcome, String live) {
    Pipeline pipeline = pipeline(database, Map.of("SOURCE", "own"));
    tick(pipeline);
    standsIn(HOUR, "a", "cus_1", "replaced");
    database.execute(
        """
        update metering.meter_report set send_before = hour + interval '55 minutes',
          rejected_by = case when ?1 in ('answer', 'capture', 'report') then ?1 end,
          duplicate = case when ?1 in ('answer', 'report', 'accepted') then false end
        """
            .replace("?1", "'" + was + "'"));
    revisionStandsIn(kind, customer);

    record(pipeline, List.of(outcome(HOUR, "a", outcome, clock.instant())));

    assertThat(revision()).isEqualTo(live);
    assertThat(printedByTick(pipeline).metric("Discrepancies"))
        .isEqualTo(live.startsWith("pending") ? 0 : 1);
    List<String> before = ledger(pipeline);
    record(pipeline, List.of(outcome(HOUR, "a", outcome, clock.instant())));
    assertThat(ledger(pipeline)).as("delivered again").isEqualTo(before);
    take(pipeline.reportsUrl());
  }

  private void revisionStandsIn(String kind, String customer) {
    database.execute(
        """
        insert into metering.meter_report
          (hour, organization_id, meter, revision, kind, event_time, value, stripe_customer_id,
           identifier, status, captured_at, recorded_at, held)
        select hour, organization_id, meter, 1, ?, event_time, value, ?, identifier || ':r1',
          'pending', hour, hour, 1
        from metering.meter_report where organization_id = 'a'
        """,
        kind,
        customer);
  }

  private String revision() {
    return database
        .queryTexts(
            "select concat_ws(' ', status, failure_code) from metering.meter_report"
                + " where revision = 1")
        .getFirst();
  }

  /** No copy of it ever left: whatever took that identifier was not this. */
  @Test
  void whatCaptureRejectedIsNotAcceptedByAnOutcome() {
    reading(database, "a", "cus_1", Pipeline.METER, "5");
    reading(database, "b", "cus_1", Pipeline.METER, "6");
    reading(database, "c", " ", Pipeline.METER, "7");
    Pipeline pipeline = pipeline(database, Map.of("SOURCE", "own"));
    tick(pipeline);
    take(pipeline.reportsUrl());

    record(
        pipeline,
        List.of(
            outcome(HOUR, "b", "accepted", clock.instant()),
            outcome(HOUR, "c", "accepted", clock.instant())));

    assertThat(standing(HOUR, "b")).isEqualTo("rejected null customer_shared");
    assertThat(standing(HOUR, "c")).isEqualTo("rejected null customer_blank");
  }

  private Pipeline last() {
    return pipeline(database, Map.of("SOURCE", "own", "METERS", "active_sensors:last"));
  }

  private void nextHourUnsent(Pipeline pipeline) {
    toHour(Hour.floor(clock.instant()).plusHours(1));
    tick(pipeline);
    take(pipeline.reportsUrl());
  }

  private Printed printedByTick(Pipeline pipeline) {
    var scheduler = pipeline.newScheduler();
    return Printed.by(() -> tick(pipeline, scheduler, Hour.floor(clock.instant())));
  }

  /** A report of that hour that an earlier one could have left so. */
  private void standsIn(Hour hour, String organization, String customer, String status) {
    database.execute(
        """
        insert into metering.meter_report
          (hour, organization_id, meter, kind, event_time, value, stripe_customer_id, identifier,
           status, captured_at, recorded_at, shown_at, send_before)
        values (?::timestamptz, ?, 'active_sensors', 'last', ?::timestamptz, 5, ?, ?, ?,
          ?::timestamptz, ?::timestamptz, ?::timestamptz, ?::timestamptz)
        """,
        hour.start().toString(),
        organization,
        hour.start().toString(),
        customer,
        new ReportKey(hour, Pipeline.METER, organization, 0).toString(),
        status,
        hour.start().toString(),
        hour.start().toString(),
        hour.start().toString(),
        hour.start().plus(Duration.ofMinutes(55)).toString());
  }

  private static Outcome outcome(Hour hour, String organization, String label, Instant at) {
    ReportKey key = new ReportKey(hour, Pipeline.METER, organization, 0);
    return switch (label) {
      case "accepted" -> new Outcome.Accepted(key, at, "req_1", false);
      case "duplicate" -> new Outcome.Accepted(key, at, "req_2", true);
      case "zero" -> new Outcome.ZeroRefused(key, at, "req_3", "Zero.");
      case "rejected" -> new Outcome.Rejected(key, at, "req_4", "gone", "Gone.");
      default -> throw new IllegalArgumentException(label);
    };
  }

  /** One batch of the recorder, each outcome in a message of its own. */
  private static void record(Pipeline pipeline, List<Outcome> outcomes) {
    send(
        pipeline.outcomesUrl(),
        outcomes.stream()
            .map(one -> OutcomeFormat.encode(new OutcomeMessage(List.of(one), List.of())))
            .toList());
    EventSource recorder = pipeline.newRecorder();
    recorder.drain(ROUNDS);
    assertThat(recorder.lastFailure()).isEmpty();
  }

  /** Status, whether by a duplicate answer, and the code if there is one. */
  private String standing(Hour hour, String organization) {
    return database
        .queryTexts(
            """
            select concat_ws(' ', status, coalesce(duplicate::text, 'null'), failure_code)
            from metering.meter_report where hour = ?::timestamptz and organization_id = ?
            """,
            hour.start().toString(),
            organization)
        .getFirst();
  }
}
