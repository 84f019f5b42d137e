package io.sensormeter.reporter;

import static io.sensormeter.reporter.Copies.copy;
import static io.sensormeter.reporter.Copies.message;
import static io.sensormeter.reporter.Copies.parts;
import static io.sensormeter.reporter.FirstAnswers.CUSTOMERS;
import static org.assertj.core.api.Assertions.assertThat;

import com.amazonaws.services.lambda.runtime.events.SQSEvent.SQSMessage;
import io.sensormeter.local.Printed;
import io.sensormeter.local.stripe.Fault;
import io.sensormeter.meter.Copy;
import io.sensormeter.meter.MeterKind;
import io.sensormeter.meter.Outcome;
import io.sensormeter.meter.ReportKey;
import io.sensormeter.queue.CopyFormat;
import io.sensormeter.stripe.Pace;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A key of another account, and a customer that is gone: from the first answers the two look the
 * same, and only one of them may reject a report.
 */
final class FirstAnswersIT extends ReporterFixture {
  private static final int MANY = 300;

  @Test
  void customersAllUnknownAreConfigurationAndAreAcceptedOnceThatIsMended() {
    // As in another account: what was refused there leaves no identifier behind here.
    stripe.refusedIdentifiersAreBurned(false);
    copies(MANY).forEach(copy -> publish(CopyFormat.encode(copy)));

    Printed printed = Printed.by(source::pollOnce);
    assertThat(printed.warnings())
        .singleElement()
        .satisfies(
            line -> {
              assertThat(line.level()).isEqualTo("ERROR");
              assertThat(line.message())
                  .startsWith(
                      "Stripe takes no events as things are set up (20 customers, the first of this"
                          + " environment, were refused with code invalid_request_error and nothing"
                          + " was taken; Stripe says \"No such customer: 'cus_a")
                  .contains(
                      "'\"; compare the key's account with that of the customers): reports 20,",
                      " They and 80 unsent ones stay pending,");
            });
    assertThat(parts(summary()))
        .isEqualTo(
            Map.of(
                Count.RECEIVED,
                BATCH_SIZE,
                Count.MISCONFIGURED,
                CUSTOMERS,
                Count.UNSENT,
                BATCH_SIZE - CUSTOMERS));
    for (int batch = 0; batch < 3; batch++) {
      source.pollOnce();
      assertThat(parts(summary()))
          .isEqualTo(
              Map.of(
                  Count.RECEIVED,
                  BATCH_SIZE,
                  Count.MISCONFIGURED,
                  1,
                  Count.UNSENT,
                  BATCH_SIZE - 1));
    }
    assertThat(outcomes()).isEmpty();
    assertThat(reportsLeft()).isEqualTo(MANY);

    copies(MANY).forEach(copy -> stripe.addCustomer(copy.stripeCustomerId()));
    source.drain(10);

    assertThat(outcomes()).hasSize(MANY).allMatch(Outcome.Accepted.class::isInstance);
    assertThat(stripe.acceptedEvents()).hasSize(MANY);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 150, MANY - 1})
  void oneUnknownCustomerAmongManyIsRejectedAlone(int unknown) {
    List<Copy> copies = copies(MANY);
    copies.forEach(this::publish);
    stripe.deleteCustomer(copies.get(unknown).stripeCustomerId());

    source.drain(10);

    assertThat(outcomes()).hasSize(MANY);
    assertThat(outcomes())
        .filteredOn(Outcome.Rejected.class::isInstance)
        .extracting(Outcome::key)
        .containsExactly(copies.get(unknown).key());
  }

  @Test
  void fewerCustomersThanItTakesAreRejectedAndCountOnInTheNextBatch() {
    Reporter reporter = environment();
    Map<Count, Integer> rejected =
        Map.of(Count.RECEIVED, CUSTOMERS - 1, Count.REJECTED, CUSTOMERS - 1);
    stripe.refusedIdentifiersAreBurned(false);
    assertThat(parts(report(reporter, copies(CUSTOMERS - 1)))).isEqualTo(rejected);
    // The same customers again are no more.
    assertThat(parts(report(reporter, copies(CUSTOMERS - 1)))).isEqualTo(rejected);

    assertThat(parts(report(reporter, List.of(copy("another", 25), copy("other", 25)))))
        .isEqualTo(Map.of(Count.RECEIVED, 2, Count.MISCONFIGURED, 1, Count.UNSENT, 1));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void acceptanceAmongTheFirstTrustsWheneverItComes(boolean last) {
    List<Copy> copies = copies(BATCH_SIZE);
    String known = copies.get(10).stripeCustomerId();
    stripe.addCustomer(known);
    CountDownLatch others = new CountDownLatch(CUSTOMERS - 1);
    CountDownLatch taken = new CountDownLatch(1);
    stripe.script(
        call -> {
          if (!known.equals(call.customer())) {
            others.countDown();
            return last || await(taken) ? null : new Fault.ServerError();
          }
          taken.countDown();
          return !last || await(others) ? null : new Fault.ServerError();
        });

    assertThat(parts(report(sideBySide(), copies)))
        .isEqualTo(
            Map.of(Count.RECEIVED, BATCH_SIZE, Count.ACCEPTED, 1, Count.REJECTED, BATCH_SIZE - 1));
  }

  @Test
  void noMoreAreSentThanDecideHoweverManyMayBeInFlight() {
    List<Copy> copies = copies(BATCH_SIZE);
    stripe.addCustomer(copies.get(CUSTOMERS).stripeCustomerId());

    report(sideBySide(), copies);

    assertThat(stripe.calls()).isEqualTo(CUSTOMERS);
    assertThat(outcomes()).isEmpty();
  }

  @Test
  void silenceDecidesNothingAndTheNextCustomersAreAsked() {
    List<Copy> copies = copies(2 * CUSTOMERS);
    copies.forEach(copy -> stripe.addCustomer(copy.stripeCustomerId()));
    stripe.script(
        call ->
            List.of("cus_a0", "cus_a1").contains(call.customer())
                ? new Fault.ServerError()
                : new Fault.Refused("resource_missing", "No such customer"));

    assertThat(parts(report(environment(), copies)))
        .isEqualTo(
            Map.of(
                Count.RECEIVED,
                2 * CUSTOMERS,
                Count.UNANSWERED,
                2,
                Count.MISCONFIGURED,
                CUSTOMERS,
                Count.UNSENT,
                CUSTOMERS - 2));
  }

  @Test
  void anotherCodeAmongTheFirstRejectsThemAll() {
    stripe.script(
        call ->
            new Fault.Refused(
                "cus_a7".equals(call.customer()) ? "parameter_invalid" : "resource_missing", "No"));

    assertThat(parts(report(environment(), copies(BATCH_SIZE))))
        .isEqualTo(Map.of(Count.RECEIVED, BATCH_SIZE, Count.REJECTED, BATCH_SIZE));
  }

  @Test
  void reportCapturedOverSixHoursAgoIsRejectedAllTheSame() {
    Reporter reporter = environment();
    report(reporter, copies(CUSTOMERS));
    clock.set(NOW.plus(Duration.ofMinutes(30)));
    Copy old =
        Copies.withCapturedAt(
            copy("old", 25), clock.instant().minus(FirstAnswers.YOUNG).minusMillis(1));

    assertThat(parts(report(reporter, List.of(copy("b", 25), old, copy("c", 25)))))
        .isEqualTo(
            Map.of(Count.RECEIVED, 3, Count.REJECTED, 1, Count.MISCONFIGURED, 1, Count.UNSENT, 1));
    assertThat(outcomes()).extracting(Outcome::key).containsExactly(old.key());
  }

  @Test
  void refusedZeroSaysNothingAndIsSettledAtOnce() {
    List<Copy> copies = IntStream.range(0, CUSTOMERS + 1).mapToObj(i -> copy("a" + i, i)).toList();

    assertThat(parts(report(environment(), copies)))
        .isEqualTo(
            Map.of(
                Count.RECEIVED,
                CUSTOMERS + 1,
                Count.ACCEPTED,
                1,
                Count.ZERO_REFUSED,
                1,
                Count.MISCONFIGURED,
                CUSTOMERS));
  }

  @Test
  void eventThatStripeAlreadyHeldSaysNothingOfTheOthers() {
    stripe.addCustomer("cus_held");
    report(environment(), List.of(copy("held", 25)));
    List<Copy> copies = new ArrayList<>(copies(CUSTOMERS));
    copies.addFirst(copy("held", 25));

    assertThat(parts(report(environment(), copies)))
        .isEqualTo(
            Map.of(
                Count.RECEIVED,
                CUSTOMERS + 1,
                Count.ACCEPTED,
                1,
                Count.DUPLICATES,
                1,
                Count.MISCONFIGURED,
                CUSTOMERS));
  }

  @Test
  void whatWasRefusedIsNeverAcceptedBecauseItsIdentifierIsUsedUp() {
    List<Copy> copies = copies(BATCH_SIZE);
    Reporter reporter = environment();
    report(reporter, copies);
    copies.forEach(copy -> stripe.addCustomer(copy.stripeCustomerId()));

    // The probe is one that was never refused.
    assertThat(parts(report(reporter, copies)))
        .isEqualTo(
            Map.of(
                Count.RECEIVED,
                BATCH_SIZE,
                Count.ACCEPTED,
                BATCH_SIZE - CUSTOMERS,
                Count.REJECTED,
                CUSTOMERS));
    assertThat(stripe.acceptedEvents()).hasSize(BATCH_SIZE - CUSTOMERS);
  }

  @Test
  void whileInDoubtOneCustomersOtherReportsWaitForItsProbe() {
    Reporter reporter = environment();
    report(reporter, copies(CUSTOMERS));
    stripe.addCustomer("cus_b");
    List<Copy> two =
        List.of(
            copy("b", 25),
            copy(new ReportKey(Copies.HOUR.minusHours(1), METER, "b", 0), MeterKind.SUM, 24));

    assertThat(parts(report(reporter, two)))
        .isEqualTo(Map.of(Count.RECEIVED, 2, Count.ACCEPTED, 2));
  }

  /** Customers that Stripe does not know, each with one report. */
  private static List<Copy> copies(int customers) {
    return IntStream.range(0, customers).mapToObj(i -> copy("a" + i, 25)).toList();
  }

  /** A new environment. */
  private Reporter environment() {
    return reporter(outcomesUrl);
  }

  private Reporter sideBySide() {
    return reporter(outcomesUrl, new Pace(100_000, 1, System.nanoTime()), BATCH_SIZE);
  }

  /** One batch in this order. */
  private ReporterSummary report(Reporter reporter, List<Copy> copies) {
    List<SQSMessage> messages =
        copies.stream().map(copy -> message(copy.identifier().value(), copy)).toList();
    return reporter.report(messages, deadline()).summary();
  }

  private static boolean await(CountDownLatch latch) {
    try {
      return latch.await(5, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
