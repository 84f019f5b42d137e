package io.sensormeter.reporter;

import static io.sensormeter.reporter.Copies.SEND_BEFORE;
import static io.sensormeter.reporter.Copies.copy;
import static io.sensormeter.reporter.Copies.parts;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.sensormeter.local.Services;
import io.sensormeter.local.stripe.Fault;
import io.sensormeter.local.stripe.Formula;
import io.sensormeter.local.stripe.Permission;
import io.sensormeter.meter.Copy;
import io.sensormeter.meter.MeterKind;
import io.sensormeter.meter.MeterRefusal;
import io.sensormeter.meter.Outcome;
import io.sensormeter.meter.ReportKey;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The design's table of answers, row by row, from queue to queue. What is not answered, comes too
 * late or meets a new key is told where Stripe and the ledger can be seen to agree after it.
 */
final class ReporterIT extends ReporterFixture {

  @Test
  void takenEventIsAcceptedAndItsMessageDeleted() {
    Copy copy = publish(copy("a", 25));

    source.pollOnce();

    assertThat(outcomes())
        .containsExactly(new Outcome.Accepted(copy.key(), NOW, "req_00000000000001", false));
    assertThat(reportsLeft()).isZero();
    assertThat(stripe.acceptedEvents())
        .singleElement()
        .satisfies(
            event -> {
              assertThat(event.identifier()).isEqualTo(copy.identifier().value());
              assertThat(event.customer()).isEqualTo("cus_a");
              assertThat(event.value()).isEqualByComparingTo("25");
              assertThat(event.timestamp()).isEqualTo(Copies.HOUR.start());
            });
    assertThat(parts(summary())).isEqualTo(Map.of(Count.RECEIVED, 1, Count.ACCEPTED, 1));
  }

  @Test
  void duplicateIdentifierIsAccepted() {
    Copy copy = publish(copy("a", 25));
    source.pollOnce();
    publish(copy);

    source.pollOnce();

    assertThat(outcomes())
        .filteredOn(new Outcome.Accepted(copy.key(), NOW, "req_00000000000002", true)::equals)
        .hasSize(1);
    assertThat(reportsLeft()).isZero();
    assertThat(stripe.acceptedEvents()).hasSize(1);
    assertThat(parts(summary()))
        .isEqualTo(Map.of(Count.RECEIVED, 1, Count.ACCEPTED, 1, Count.DUPLICATES, 1));
  }

  @Test
  void unknownCustomerIsRejectedWithStripesWords() {
    Copy copy = publish(copy("a", 25));
    stripe.deleteCustomer("cus_a");

    source.pollOnce();

    assertThat(outcomes())
        .containsExactly(
            new Outcome.Rejected(
                copy.key(),
                NOW,
                "req_00000000000001",
                "invalid_request_error",
                "No such customer: 'cus_a'"));
    assertThat(reportsLeft()).isZero();
    assertThat(parts(summary())).isEqualTo(Map.of(Count.RECEIVED, 1, Count.REJECTED, 1));
  }

  @Test
  void refusedZeroIsAcceptedUnlessItMayCorrectAnEarlierValue() {
    stripe.refuseZero(true);
    publish(copy(report("sum", 0), MeterKind.SUM, 0));
    publish(copy(report("sum-hourly", 0), MeterKind.SUM_HOURLY, 0));
    publish(copy(report("last", 0), MeterKind.LAST, 0));
    publish(copy(report("revision", 1), MeterKind.SUM_HOURLY, 0));

    source.pollOnce();

    assertThat(outcomes())
        .extracting(
            outcome -> outcome.key().organizationId(),
            outcome -> outcome.getClass().getSimpleName())
        .containsExactlyInAnyOrder(
            tuple("sum", "ZeroRefused"),
            tuple("sum-hourly", "ZeroRefused"),
            tuple("last", "Rejected"),
            tuple("revision", "Rejected"));
    assertThat(outcomes())
        .filteredOn(Outcome.ZeroRefused.class::isInstance)
        .map(Outcome.ZeroRefused.class::cast)
        .allSatisfy(
            zero -> {
              assertThat(zero.at()).isEqualTo(NOW);
              assertThat(zero.requestId()).startsWith("req_");
              assertThat(zero.message()).isEqualTo("The value must not be zero.");
            });
    assertThat(parts(summary()))
        .isEqualTo(
            Map.of(Count.RECEIVED, 4, Count.ACCEPTED, 2, Count.ZERO_REFUSED, 2, Count.REJECTED, 2));
  }

  @Test
  void silenceDelaysTheMessageAndAnAnswerDoesNot() {
    publish(copy("a", 25));
    publish(copy("b", 25));
    stripe.script(call -> "cus_a".equals(call.customer()) ? new Fault.ServerError() : null);
    source.returnDelays(true);

    source.pollOnce();

    // Not visible: delayed by at least 15 s, where the event source gave nothing back itself.
    assertThat(source.pollOnce()).isZero();
    assertThat(reportsLeft()).isOne();
    assertThat(outcomes()).hasSize(1);
  }

  @Test
  void missingMeterStopsItsOwnReportsAndNoOthers() {
    int each = BATCH_SIZE / 2;
    for (int i = 0; i < each; i++) {
      publish(copy(new ReportKey(Copies.HOUR, "unknown", "a" + i, 0), MeterKind.SUM, 25));
      publish(copy("a" + i, 25));
    }

    source.pollOnce();

    assertThat(outcomes())
        .hasSize(each)
        .allMatch(Outcome.Accepted.class::isInstance)
        .allMatch(outcome -> outcome.key().meter().equals(METER));
    assertThat(reportsLeft()).isEqualTo(each);
    int refused = (int) stripe.calls() - each;
    assertThat(refused).isBetween(1, IN_FLIGHT);
    assertThat(parts(summary()))
        .isEqualTo(
            Map.of(
                Count.RECEIVED,
                BATCH_SIZE,
                Count.ACCEPTED,
                each,
                Count.MISCONFIGURED,
                refused,
                Count.UNSENT,
                each - refused));
    assertThat(refusedMeters())
        .containsExactly(
            new MeterRefusal("unknown", NOW, "No active meter found for event name \"unknown\"."));

    stripe.addMeter("unknown", Formula.SUM, null);
    source.drain(5);
    assertThat(outcomes()).hasSize(BATCH_SIZE).allMatch(Outcome.Accepted.class::isInstance);
    assertThat(stripe.acceptedEvents()).hasSize(BATCH_SIZE);
  }

  @Test
  void ledgerIsToldOfARefusedMeterBeforeAnythingIsDeletedWithoutAnyOutcome() {
    publish(copy(new ReportKey(Copies.HOUR, "unknown", "a", 0), MeterKind.SUM, 25));
    atEnd = () -> assertThat(refusedMeters()).extracting(MeterRefusal::meter).contains("unknown");

    source.pollOnce();

    assertThat(outcomes()).isEmpty();
    assertThat(reportsLeft()).isOne();
  }

  @Test
  void missingPermissionStopsTheBatchAndWhatWasAcceptedBeforeLeaves() {
    List<Copy> copies = Stream.of("a", "b", "c").map(o -> publish(copy(o, 25))).toList();
    stripe.script(
        call -> {
          stripe.removeKey(KEY);
          stripe.addKey(KEY);
          return null;
        });

    source(reporterOneByOne()).pollOnce();

    assertThat(outcomes())
        .singleElement()
        .satisfies(one -> assertThat(copies).extracting(Copy::key).contains(one.key()));
    assertThat(parts(summary()))
        .isEqualTo(
            Map.of(Count.RECEIVED, 3, Count.ACCEPTED, 1, Count.MISCONFIGURED, 1, Count.UNSENT, 1));
    assertThat(reportsLeft()).isEqualTo(2);
  }

  @Test
  void keyOfTheOtherModeStopsTheBatchWithoutACallUntilItIsReplaced() {
    List<Copy> copies = Stream.of("a", "b", "c").map(o -> publish(copy(o, 25))).toList();
    String live = KEY.replace("test", "live");
    stripe.addKey(live, Permission.BILLING_METER_EVENT_WRITE);
    Services.secrets().put(arn, live);

    source.pollOnce();

    assertThat(stripe.calls()).isZero();
    assertThat(outcomes()).isEmpty();
    assertThat(reportsLeft()).isEqualTo(copies.size());
    assertThat(summary().of(Count.MISCONFIGURED)).isPositive();

    Services.secrets().put(arn, KEY);
    source.pollOnce();

    assertThat(outcomes()).hasSize(copies.size()).allMatch(Outcome.Accepted.class::isInstance);
    assertThat(stripe.acceptedEvents()).hasSize(copies.size());
  }

  @Test
  void timeIsAskedBeforeEachCallNotAtTheBatchsBegin() {
    publish(copy("a", 25));
    publish(copy(new ReportKey(Copies.HOUR.minusHours(1), METER, "a", 0), MeterKind.SUM, 1));
    stripe.script(
        call -> {
          clock.set(SEND_BEFORE);
          return null;
        });

    source.pollOnce();

    assertThat(stripe.calls()).isOne();
    assertThat(parts(summary()))
        .isEqualTo(Map.of(Count.RECEIVED, 2, Count.ACCEPTED, 1, Count.EXPIRED, 1));
  }

  @Test
  void unreadableMessageReachesTheDeadLetterQueueAndHoldsNothingUp() {
    publish("{\"v\":2}");
    publish(copy("a", 25));

    source.pollOnce();
    assertThat(parts(summary()))
        .isEqualTo(Map.of(Count.RECEIVED, 2, Count.ACCEPTED, 1, Count.UNREADABLE, 1));
    assertThat(outcomes()).hasSize(1);

    source.drain(2 * Backoff.MAX_RECEIVES);
    assertThat(deadLetters()).isOne();
  }

  private static ReportKey report(String organization, int revision) {
    return new ReportKey(Copies.HOUR, METER, organization, revision);
  }
}
