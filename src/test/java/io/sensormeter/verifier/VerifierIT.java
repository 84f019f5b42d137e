package io.sensormeter.verifier;

import static org.assertj.core.api.Assertions.assertThat;

import io.sensormeter.lambda.Time;
import io.sensormeter.local.Services;
import io.sensormeter.local.aws.EventSource.Kill;
import io.sensormeter.local.stripe.FakeMeter;
import io.sensormeter.local.stripe.Fault;
import io.sensormeter.local.stripe.Formula;
import io.sensormeter.local.stripe.Permission;
import io.sensormeter.meter.Question;
import io.sensormeter.meter.Sighting;
import io.sensormeter.meter.StripeMeter;
import io.sensormeter.queue.QuestionFormat;
import io.sensormeter.stripe.StripeCalls;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** From queue to queue: what is looked up, what Stripe shows of it, and what returns. */
final class VerifierIT extends VerifierFixture {

  @Test
  void questionIsAnsweredHourByHourAndDeleted() {
    report("a", HOUR, 25);
    report("a", HOUR.plusHours(1), 26);
    report("a", HOUR.plusHours(2), 27);
    Question.Usage asked = ask("a");

    source.pollOnce();

    assertThat(sightings())
        .containsExactly(usage(asked, Map.of(HOUR, "25", HOUR.plusHours(1), "26")));
    assertThat(left()).isZero();
    assertThat(parts())
        .isEqualTo(
            Map.of(Count.RECEIVED, 1, Count.ANSWERED, 1, Count.READS, 1, Count.SIGHTINGS_SENT, 1));
  }

  @Test
  void hourWithoutUsageHasNoValueOrZeroAsStripeGivesIt() {
    report("a", HOUR, 25);
    Question.Usage asked = ask("a");
    source.pollOnce();
    assertThat(sightings()).containsExactly(usage(asked, Map.of(HOUR, "25")));

    stripe.emptyHoursHaveRows(true);
    Question.Usage again = ask("b");
    source.pollOnce();
    assertThat(sightings()).contains(usage(again, Map.of(HOUR, "0", HOUR.plusHours(1), "0")));
  }

  @Test
  void longestQuestionIsAnsweredOverSeveralPages() {
    stripe.pagesHoldAtMost(10);
    for (int i = 0; i < 24; i++) {
      report("a", HOUR.minusHours(i), i + 1);
    }
    Question.Usage asked = ask("a", HOUR.minusHours(Question.HOURS_MAX - 1), HOUR.plusHours(1));

    source.pollOnce();

    assertThat(sightings())
        .singleElement()
        .isInstanceOfSatisfying(
            Sighting.Usage.class,
            sighting -> {
              assertThat(sighting.values()).hasSize(24);
              assertThat(sighting.values().get(HOUR.minusHours(23))).isEqualByComparingTo("24");
              assertThat(sighting.from()).isEqualTo(asked.from());
            });
    assertThat(summary().of(Count.READS)).isEqualTo(3);
  }

  @Test
  void identicalQuestionsOfABatchAreReadOnce() {
    report("a", HOUR, 25);
    Question.Usage asked = ask("a");
    send(QuestionFormat.encode(question("a", HOUR, HOUR.plusHours(2), NOW.minusSeconds(1))));
    ask("a");

    source.pollOnce();

    assertThat(sightings()).containsExactly(usage(asked, Map.of(HOUR, "25")));
    assertThat(stripe.reads()).isOne();
    assertThat(left()).isZero();
    assertThat(parts()).containsEntry(Count.ANSWERED, 1).containsEntry(Count.REPEATED, 2);
  }

  @Test
  void questionThatNobodyWaitsForIsDeletedUnread() {
    send(QuestionFormat.encode(question("a", HOUR, HOUR.plusHours(2), NOW)));

    source.pollOnce();

    assertThat(left()).isZero();
    assertThat(stripe.reads()).isZero();
    assertThat(sightings()).isEmpty();
    assertThat(parts()).isEqualTo(Map.of(Count.RECEIVED, 1, Count.EXPIRED, 1));
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 404})
  void customerWhoDoesNotExistIsASighting(int status) {
    stripe.unknownCustomersMeetAtSummaries(status);
    stripe.deleteCustomer("cus_a");
    Question.Usage asked = ask("a");
    Question.Usage other = ask("b");

    source.pollOnce();

    assertThat(sightings())
        .containsExactlyInAnyOrder(
            new Sighting.NoCustomer(
                METER,
                meter.id(),
                "a",
                "cus_a",
                asked.from(),
                asked.to(),
                "No such customer: 'cus_a'",
                NOW),
            usage(other, Map.of()));
    assertThat(left()).isZero();
  }

  @Test
  void meterThatTheAccountDoesNotHaveIsNoSightingAndStopsItsOwnQuestionsOnly() {
    Question.Usage known = ask("b");
    for (int i = 0; i < 20; i++) {
      send(
          QuestionFormat.encode(
              new Question.Usage(
                  METER, "mtr_none", "a" + i, "cus_a", HOUR, HOUR.plusHours(1), ASK_BEFORE)));
    }

    source.pollOnce();

    assertThat(sightings()).containsExactly(usage(known, Map.of()));
    assertThat(left()).isEqualTo(20);
    assertThat(summary().of(Count.MISCONFIGURED)).isPositive();
    assertThat(summary().of(Count.MISCONFIGURED) + summary().of(Count.UNREAD)).isEqualTo(20);
    assertThat(stripe.reads()).isLessThanOrEqualTo(9);
  }

  @Test
  void underAKeyOfAnotherAccountNobodyIsGone() {
    stripe.readScript(
        call ->
            new Fault.Refused(
                "resource_missing",
                call.customer() == null
                    ? "No such billing meter: '" + meter.id() + "'"
                    : "No such customer: '" + call.customer() + "'"));
    ask("a");

    source.pollOnce();

    assertThat(sightings()).isEmpty();
    assertThat(left()).isOne();
    assertThat(parts()).containsEntry(Count.MISCONFIGURED, 1);
  }

  @Test
  void metersAreReadOverAllPagesTheActiveOneFirst() {
    meter.deactivate();
    FakeMeter again = stripe.addMeter(METER, Formula.LAST, null);
    again.deactivate();
    meter.reactivate();
    for (int i = 0; i < 15; i++) {
      stripe.addMeter("other_" + i, Formula.SUM, null);
    }
    send(QuestionFormat.encode(new Question.OfMeters(List.of(METER, "nowhere"), ASK_BEFORE)));
    stripe.pagesHoldAtMost(10);

    source.pollOnce();

    assertThat(sightings())
        .containsExactly(
            new Sighting.OfMeter(
                METER,
                List.of(
                    stripeMeter(meter.id(), "active", "sum", "hour"),
                    stripeMeter(again.id(), "inactive", "last", null)),
                NOW),
            new Sighting.OfMeter("nowhere", List.of(), NOW));
    assertThat(summary().of(Count.READS)).isEqualTo(2);
  }

  private static StripeMeter stripeMeter(
      String id, String status, String formula, @Nullable String window) {
    return new StripeMeter(id, status, formula, window, "stripe_customer_id", "value", false);
  }

  @Test
  void tooManyRequestsReturnAndAreCounted() {
    stripe.onRead(new Fault.RateLimited("global-rate"), 1);
    ask("a");

    source.pollOnce();

    assertThat(left()).isOne();
    assertThat(sightings()).isEmpty();
    assertThat(parts())
        .isEqualTo(
            Map.of(Count.RECEIVED, 1, Count.UNANSWERED, 1, Count.RATE_LIMITED, 1, Count.READS, 1));

    source.pollOnce();
    assertThat(sightings()).hasSize(1);
  }

  @Test
  void whatStripeDoesNotSayIsNoSighting() {
    List<Fault> faults =
        List.of(
            new Fault.ServerError(),
            new Fault.EmptyAnswer(502),
            new Fault.EmptyAnswer(200),
            new Fault.HtmlAnswer(503),
            new Fault.HtmlAnswer(200),
            new Fault.HtmlAnswer(404),
            new Fault.ResetBeforeProcessing(),
            new Fault.Refused("parameter_unknown", "Received unknown parameter: customer"),
            new Fault.Refused("resource_missing", "No such object: 'mtrusg_1'"));
    for (Fault fault : faults) {
      // The JDK repeats a read whose connection was reset.
      stripe.onRead(fault, fault instanceof Fault.ResetBeforeProcessing ? 2 : 1);
      Question.Usage asked = ask("a");

      source.pollOnce();
      assertThat(sightings()).as(fault.toString()).isEmpty();
      assertThat(left()).as(fault.toString()).isOne();
      assertThat(parts()).as(fault.toString()).containsEntry(Count.UNANSWERED, 1);

      source.pollOnce();
      assertThat(sightings()).containsExactly(usage(asked, Map.of()));
      Services.sqs().client().purgeQueue(r -> r.queueUrl(outcomesUrl));
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"BILLING_METER_READ", "BILLING_METER_EVENT_READ", "EVENT_READ"})
  void missingPermissionReturnsTheBatch(Permission missing) {
    stripe.addKey(
        KEY,
        List.of(Permission.values()).stream()
            .filter(permission -> permission != missing)
            .toArray(Permission[]::new));
    switch (missing) {
      case BILLING_METER_READ ->
          send(QuestionFormat.encode(new Question.OfMeters(List.of(METER), ASK_BEFORE)));
      case BILLING_METER_EVENT_READ -> ask("a");
      case EVENT_READ -> {
        stripe.onMeterEvent(new Fault.RejectedLater("no_meter"), 1);
        report("a", HOUR, 25);
        send(stripe.errorReports().getFirst().envelope());
      }
      case BILLING_METER_EVENT_WRITE -> throw new IllegalArgumentException("no read");
    }

    source.pollOnce();

    assertThat(sightings()).isEmpty();
    assertThat(left()).isOne();
    assertThat(parts()).containsEntry(Count.MISCONFIGURED, 1);
  }

  @Test
  void refusedKeyStopsTheBatch() {
    Services.secrets().put(arn, "rk_test_unknown");
    for (int i = 0; i < 40; i++) {
      ask("a", HOUR.minusHours(i), HOUR.plusHours(1));
    }

    source.pollOnce();

    assertThat(left()).isEqualTo(40);
    assertThat(summary().of(Count.UNREAD)).isGreaterThanOrEqualTo(32);
    assertThat(summary().of(Count.MISCONFIGURED)).isBetween(1, 8);

    Services.secrets().put(arn, KEY);
    source.drain(5);
    assertThat(sightings()).hasSize(40);
  }

  @Test
  void keyOfTheOtherModeMakesNoCall() {
    Services.secrets().put(arn, "rk_live_other");
    ask("a");

    source.pollOnce();

    assertThat(stripe.reads()).isZero();
    assertThat(left()).isOne();
    assertThat(parts()).containsEntry(Count.MISCONFIGURED, 1);
  }

  @Test
  void withTooLittleTimeNothingIsBegun() {
    ask("a");
    remaining = StripeCalls.TIMEOUT.plus(Verifier.SIGHTINGS_RESERVE).minusMillis(1);

    source.pollOnce();

    assertThat(stripe.reads()).isZero();
    assertThat(left()).isOne();
    assertThat(parts()).isEqualTo(Map.of(Count.RECEIVED, 1, Count.UNREAD, 1));
  }

  @Test
  void messageThatIsNeitherEndsInTheDeadLetterQueue() {
    send("{\"v\":9}");
    send("{\"type\":\"v1.billing.meter.deleted\",\"id\":\"evt_1\"}");

    for (int receive = 0; receive <= Verifier.MAX_RECEIVES; receive++) {
      source.pollOnce();
    }

    assertThat(left()).isZero();
    assertThat(deadLetters()).isEqualTo(2);
    assertThat(sightings()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void killedVerifierIsAskedAgain(Kill kill) {
    report("a", HOUR, 25);
    Question.Usage asked = ask("a");
    source.kills(kill::equals).pollOnce();
    assertThat(left()).isOne();

    source.kills(_ -> false).pollOnce();

    assertThat(left()).isZero();
    assertThat(sightings())
        .hasSize(kill == Kill.AFTER ? 2 : 1)
        .containsOnly(usage(asked, Map.of(HOUR, "25")));
  }

  @Test
  void sightingsThatDoNotLeaveReturnTheBatch() {
    ask("a");
    source(verifier(outcomesUrl + "x", fastPace(), Time.of(clock))).pollOnce();
    assertThat(left()).isOne();

    source.pollOnce();
    assertThat(left()).isZero();
    assertThat(sightings()).hasSize(1);
  }

  @Test
  void readIsAsOldAsItsBeginning() {
    stripe.readScript(
        _ -> {
          clock.advance(Duration.ofSeconds(8));
          return null;
        });
    ask("a");

    source.pollOnce();

    assertThat(sightings())
        .singleElement()
        .isInstanceOfSatisfying(
            Sighting.Usage.class, sighting -> assertThat(sighting.readAt()).isEqualTo(NOW));
    assertThat(clock.instant()).isAfter(NOW);
  }
}
