package io.sensormeter.hour;

import static org.assertj.core.api.Assertions.assertThat;

import io.sensormeter.local.Pipeline;
import io.sensormeter.local.Services;
import io.sensormeter.local.aws.EventSource;
import io.sensormeter.local.aws.EventSource.Kill;
import io.sensormeter.local.aws.SqsWire;
import io.sensormeter.local.aws.TestContext;
import io.sensormeter.local.postgres.ApplicationData;
import io.sensormeter.local.stripe.Fault;
import io.sensormeter.meter.MeterKind;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.exception.SdkException;

/**
 * Stripe or the outcomes queue fails, or the reporter dies, while copies are on the way. On a raw
 * sum meter, where a second event would count.
 */
final class ReportFaultIT extends HourFixture {
  private static final int ORGANIZATIONS = 60;

  private static final List<Fault> FAULTS =
      List.of(
          new Fault.RateLimited("global-rate"),
          new Fault.ServerError(),
          new Fault.ServerErrorAfterProcessing(),
          new Fault.EmptyAnswer(200),
          new Fault.EmptyAnswer(400),
          new Fault.EmptyAnswer(502),
          new Fault.HtmlAnswer(404),
          new Fault.HtmlAnswer(503),
          new Fault.ResetBeforeProcessing(),
          new Fault.ResetAfterProcessing());

  private final SqsWire wire = sqsWire();
  private Pipeline pipeline;

  @BeforeEach
  void publishAnHour() {
    meter(MeterKind.SUM);
    pipeline =
        pipeline(
            application(ORGANIZATIONS),
            Map.of("METERS", "active_sensors:sum", "SQS_ENDPOINT", wire.endpoint().toString()));
    tick(pipeline);
  }

  @Test
  void everyFaultOfStripeReturnsItsOwnCopiesAndBillsNothingTwice() {
    Map<String, Integer> numbers =
        IntStream.rangeClosed(1, ORGANIZATIONS)
            .boxed()
            .collect(Collectors.toMap(ApplicationData::customerId, Function.identity()));
    Set<String> met = ConcurrentHashMap.newKeySet();
    // Each organization meets one fault, at its first call; every eleventh none.
    stripe.script(
        call -> {
          String customer = String.valueOf(call.customer());
          int which = numbers.getOrDefault(customer, 0) % (FAULTS.size() + 1);
          return which < FAULTS.size() && met.add(customer) ? FAULTS.get(which) : null;
        });
    EventSource reporter = pipeline.newReporter();

    reporter.pollOnce();
    int untroubled = ORGANIZATIONS / (FAULTS.size() + 1);
    assertThat(reporter.deleted()).isEqualTo(untroubled);
    pipeline.newRecorder().drain(ROUNDS);
    assertThat(reports(pipeline, "accepted")).isEqualTo(untroubled);
    assertThat(reports(pipeline, "pending")).isEqualTo(ORGANIZATIONS - untroubled);
    reporter.drain(ROUNDS);

    assertThat(reporter.lastFailure()).isEmpty();
    assertThat(stripe.calls()).isEqualTo(2L * ORGANIZATIONS - untroubled);
    assertBilledOnce();
  }

  @Test
  void batchWhoseOutcomesDoNotLeaveReturnsAsAWholeAndIsRecognizedByStripe() {
    wire.script(call -> call.sends() ? new SqsWire.Fault.Refused(500, "InternalFailure") : null);
    EventSource reporter = pipeline.newReporter();

    reporter.pollOnce();

    assertThat(reporter.deleted()).isZero();
    assertThat(reporter.lastFailure())
        .get()
        .satisfies(
            e ->
                assertThat(e)
                    .hasMessageStartingWith(
                        ORGANIZATIONS + " outcomes did not leave; their reports stay pending")
                    .hasCauseInstanceOf(SdkException.class));
    assertThat(stripe.acceptedEvents()).hasSize(ORGANIZATIONS);
    assertThat(reports(pipeline, "pending")).isEqualTo(ORGANIZATIONS);
    wire.calm();
    reporter.drain(ROUNDS);
    assertThat(Services.sqs().bodies(pipeline.outcomesUrl()))
        .isNotEmpty()
        .allSatisfy(
            body ->
                assertThat(body)
                    .contains("\"outcome\":\"duplicate\"")
                    .doesNotContain("\"outcome\":\"accepted\""));
    assertBilledOnce();
  }

  @Test
  void outcomesThatLeaveTwiceBecauseTheAnswerWasLostAreRecordedOnce() {
    Set<String> met = ConcurrentHashMap.newKeySet();
    wire.script(
        call ->
            call.sends() && met.add(call.bodies().getFirst())
                ? new SqsWire.Fault.ResetAfter()
                : null);
    EventSource reporter = pipeline.newReporter();

    reporter.drain(ROUNDS);

    assertThat(reporter.returned()).isZero();
    assertThat(Services.sqs().depth(pipeline.outcomesUrl())).isEqualTo(2 * met.size());
    assertBilledOnce();
  }

  @Test
  void delayThatCannotBeSetCostsNothingButTime() {
    stripe.onMeterEvent(new Fault.ServerError(), 20);
    wire.script(
        call -> call.sends() ? null : new SqsWire.Fault.Refused(400, "InvalidParameterValue"));
    EventSource reporter = pipeline.newReporter();

    reporter.pollOnce();

    assertThat(reporter.deleted()).isEqualTo(ORGANIZATIONS - 20);
    assertThat(reporter.lastFailure()).isEmpty();
    reporter.drain(ROUNDS);
    assertBilledOnce();
  }

  @Test
  void reporterKilledAfterSendingSendsAgainAndStripeRecognizesIt() {
    EventSource reporter = pipeline.newReporter();
    reporter.kills(kill -> kill == Kill.AFTER).pollOnce();
    assertThat(stripe.acceptedEvents()).hasSize(ORGANIZATIONS);

    reporter.kills(kill -> false).drain(ROUNDS);

    assertThat(stripe.calls()).isEqualTo(2L * ORGANIZATIONS);
    assertBilledOnce();
  }

  @Test
  void reporterWithTooLittleTimeForACallSendsNothingAndEveryCopyReturns() {
    EventSource reporter =
        pipeline.newReporter().contexts(() -> new TestContext(Duration.ofSeconds(14)));

    reporter.pollOnce();

    assertThat(reporter.returned()).isEqualTo(ORGANIZATIONS);
    assertThat(stripe.calls()).isZero();
    reporter.contexts(TestContext::new).drain(ROUNDS);
    assertBilledOnce();
  }

  @Test
  void copiesThatComeAfterTheirTimeAreDeletedUnsentAndTheLedgerPublishesThemAgain() {
    clock.set(HOUR.start().plus(AFTER_THE_HOUR).plus(Duration.ofMinutes(110)));
    EventSource reporter = pipeline.newReporter();

    reporter.drain(ROUNDS);

    assertThat(reporter.deleted()).isEqualTo(ORGANIZATIONS);
    assertThat(stripe.calls()).isZero();
    nextHour(pipeline);
    assertThat(reports(pipeline, "accepted")).isEqualTo(3L * ORGANIZATIONS);
    assertAgreement(pipeline);
  }

  @Test
  void copySentOneInstantBeforeItsTimeIsStillGood() {
    clock.set(HOUR.start().plus(Duration.ofMinutes(55)).minusNanos(1_000));

    pipeline.newReporter().drain(ROUNDS);

    assertBilledOnce();
  }

  private void assertBilledOnce() {
    pipeline.newRecorder().drain(ROUNDS);
    assertThat(stripe.acceptedEvents()).hasSize(ORGANIZATIONS);
    assertThat(reports(pipeline, "accepted")).isEqualTo(ORGANIZATIONS);
    assertAgreement(pipeline);
  }
}
