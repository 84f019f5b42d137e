package io.sensormeter.hour;

import static org.assertj.core.api.Assertions.assertThat;

import io.sensormeter.local.Pipeline;
import io.sensormeter.local.Printed;
import io.sensormeter.local.Printed.Line;
import io.sensormeter.local.Services;
import io.sensormeter.local.aws.EventSource;
import io.sensormeter.local.aws.SqsWire;
import io.sensormeter.local.aws.TestContext;
import io.sensormeter.local.postgres.ApplicationData;
import io.sensormeter.local.postgres.LocalDatabase;
import io.sensormeter.local.stripe.Fault;
import io.sensormeter.local.stripe.Permission;
import io.sensormeter.meter.Hour;
import io.sensormeter.meter.MeterKind;
import io.sensormeter.scheduler.SchedulerHandler;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CyclicBarrier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * What a person finds in the log: one line for each distinct reason of a batch, how many reports it
 * met, one of them by name, what state is left and what happens next.
 */
final class LogLinesIT extends HourFixture {
  private static final int ORGANIZATIONS = 6;

  /** The identifiers of the calls that reached Stripe, in order. */
  private final List<String> called = new CopyOnWriteArrayList<>();

  @Test
  void nothingButTheSummariesIsSaidOfAnHourThatStripeTakes() {
    meter(MeterKind.SUM_HOURLY);
    Pipeline pipeline = pipeline(application(ORGANIZATIONS), Map.of());
    SchedulerHandler scheduler = pipeline.newScheduler();
    // A cold function tells of its migrations too.
    tick(pipeline, scheduler, HOUR.minusHours(1));

    assertThat(Printed.by(() -> tick(pipeline, scheduler, HOUR)).log())
        .containsExactly(new Line("INFO", "tick " + HOUR));
    assertThat(Printed.by(pipeline.newReporter()::pollOnce).log())
        .containsExactly(new Line("INFO", "reported"));
    assertThat(Printed.by(pipeline.newRecorder()::pollOnce).log())
        .containsExactly(new Line("INFO", "recorded"));
    assertBilled(pipeline);
  }

  @Test
  void meterThatStripeDoesNotHaveIsOneErrorWhichCountsTheUnsentToo() {
    Pipeline pipeline = published(Map.of("STRIPE_IN_FLIGHT", "1"));
    answers(number -> null);
    EventSource reporter = pipeline.newReporter();

    Printed printed = Printed.by(reporter::pollOnce);

    assertThat(called).hasSize(1);
    assertThat(printed.warnings())
        .containsExactly(
            new Line(
                "ERROR",
                "Stripe takes no events of meter active_sensors (No active meter found for event"
                    + " name"
                    + " \"active_sensors\".): reports 1, the first %s. They and 5 unsent ones of"
                        .formatted(called.getFirst())
                    + " this meter stay pending, their copies return, and are sent by themselves"
                    + " once the meter is active; other meters go on"));
    // Nor is it said of the unsent ones that there was too little time.
    assertThat(printed.log()).hasSize(2);
    assertThat(printed.metric("StripeConfigurationErrors")).isEqualTo(1);
    assertThat(printed.metric("ReportsDeferred")).isEqualTo(ORGANIZATIONS);
    meter(MeterKind.SUM_HOURLY);
    reporter.drain(ROUNDS);
    assertBilled(pipeline);
  }

  @Test
  void keyThatStripeRefusesIsOneErrorWhichDoesNotTellIt() {
    meter(MeterKind.SUM_HOURLY);
    Pipeline pipeline = published(Map.of("STRIPE_IN_FLIGHT", "1"));
    stripe.removeKey(pipeline.stripeKey());
    EventSource reporter = pipeline.newReporter();

    Printed printed = Printed.by(reporter::pollOnce);

    assertThat(printed.warnings())
        .singleElement()
        .satisfies(
            line -> {
              assertThat(line.level()).isEqualTo("ERROR");
              assertThat(line.message())
                  .startsWith(
                      "Stripe takes no events as things are set up (HTTP 401 Invalid API Key"
                          + " provided: rk_test_")
                  .contains("reports 1, the first active_sensors:", "They and 5 unsent ones stay")
                  .doesNotContain(pipeline.stripeKey());
            });
    stripe.addKey(pipeline.stripeKey(), Permission.BILLING_METER_EVENT_WRITE);
    reporter.drain(ROUNDS);
    assertBilled(pipeline);
  }

  @Test
  void twoMetersThatStripeDoesNotHaveAreTwoErrors() {
    LocalDatabase database = ownSource();
    for (String meter : List.of("one", "two")) {
      stripe.addCustomer("cus_" + meter);
      reading(database, "organization-" + meter, "cus_" + meter, meter, "5");
    }
    Pipeline pipeline =
        pipeline(
            database,
            Map.of(
                "SOURCE", "own",
                "METERS", "one:sum-hourly, two:sum-hourly",
                "STRIPE_IN_FLIGHT", "2"));
    tick(pipeline);
    // Both are under way before either is refused.
    CyclicBarrier both = new CyclicBarrier(2);
    stripe.script(
        call -> {
          await(both);
          return null;
        });
    EventSource reporter = pipeline.newReporter();

    Printed printed = Printed.by(reporter::pollOnce);

    assertThat(printed.warnings())
        .extracting(Line::message)
        .satisfiesExactlyInAnyOrder(
            one ->
                assertThat(one)
                    .contains("event name \"one\"", "reports 1, the first one:organization-one:")
                    .contains("They and 0 unsent ones of this meter stay pending"),
            two ->
                assertThat(two)
                    .contains("event name \"two\"", "reports 1, the first two:organization-two:"));
    stripe.script(call -> null);
    meter("one", MeterKind.SUM_HOURLY);
    meter("two", MeterKind.SUM_HOURLY);
    reporter.drain(ROUNDS);
    pipeline.newRecorder().drain(ROUNDS);
    assertAgreement(pipeline);
  }

  @Test
  void rejectionsAreOneWarningForEachCode() {
    meter(MeterKind.SUM_HOURLY);
    Pipeline pipeline = published(Map.of("STRIPE_IN_FLIGHT", "1"));
    answers(
        number ->
            switch (number) {
              case 1, 3, 4 -> new Fault.Refused("resource_missing", "No such customer.");
              case 2 -> new Fault.Refused("parameter_invalid", "Value is no number.");
              default -> null;
            });

    Printed printed = Printed.by(pipeline.newReporter()::pollOnce);

    assertThat(printed.warnings())
        .containsExactly(
            rejected("resource_missing", 3, called.getFirst()),
            rejected("parameter_invalid", 1, called.get(1)));
    assertThat(printed.log()).hasSize(3);
    pipeline.newRecorder().drain(ROUNDS);
    assertThat(
            pipeline
                .database()
                .queryTexts(
                    """
                    select failure_code || ': ' || failure_message
                    from metering.meter_report where status = 'rejected' order by 1
                    """))
        .containsExactly(
            "parameter_invalid: Value is no number.",
            "resource_missing: No such customer.",
            "resource_missing: No such customer.",
            "resource_missing: No such customer.");
    assertAgreement(pipeline);
  }

  private static Line rejected(String code, int reports, String first) {
    return new Line(
        "WARN",
        "Stripe rejected (%s) reports %d, the first %s. The ledger gets Stripe's message; they are"
                .formatted(code, reports, first)
            + " not sent again; mend the cause, and bill them by an invoice item");
  }

  @Test
  void callsWithoutAnAnswerAreOneWarningForEachReason() {
    meter(MeterKind.SUM_HOURLY);
    Pipeline pipeline = published(Map.of("STRIPE_IN_FLIGHT", "1"));
    answers(
        number ->
            switch (number) {
              case 1, 4 -> new Fault.RateLimited("global-rate");
              case 2, 3, 5 -> new Fault.ServerError();
              default -> null;
            });
    EventSource reporter = pipeline.newReporter();

    Printed printed = Printed.by(reporter::pollOnce);

    assertThat(printed.warnings())
        .containsExactly(
            unanswered("HTTP 429", 2, called.getFirst()), unanswered("HTTP 500", 3, called.get(1)));
    assertThat(printed.log()).hasSize(3);
    reporter.drain(ROUNDS);
    assertBilled(pipeline);
  }

  @Test
  void reportOfWhichTwoCopiesCameIsCountedOnce() {
    meter(MeterKind.SUM_HOURLY);
    Pipeline pipeline = published(Map.of("STRIPE_IN_FLIGHT", "1"));
    send(pipeline.reportsUrl(), Services.sqs().bodies(pipeline.reportsUrl()));
    answers(number -> number <= ORGANIZATIONS ? new Fault.RateLimited("global-rate") : null);
    EventSource reporter = pipeline.newReporter();

    Printed printed = Printed.by(reporter::pollOnce);

    assertThat(printed.warnings())
        .containsExactly(unanswered("HTTP 429", ORGANIZATIONS, called.getFirst()));
    assertThat(reporter.returned()).isEqualTo(2 * ORGANIZATIONS);
    reporter.drain(ROUNDS);
    assertBilled(pipeline);
  }

  private static Line unanswered(String reason, int reports, String first) {
    return new Line(
        "WARN",
        "No answer from Stripe (%s): reports %d, the first %s. They stay pending; their copies come"
                .formatted(reason, reports, first)
            + " back after a delay and are sent under the same identifiers");
  }

  @Test
  void tooLittleTimeIsNoWarningButSaysHowManyReturnUnsent() {
    meter(MeterKind.SUM_HOURLY);
    Pipeline pipeline = published(Map.of());
    EventSource reporter =
        pipeline.newReporter().contexts(() -> new TestContext(Duration.ofSeconds(14)));

    Printed printed = Printed.by(reporter::pollOnce);

    assertThat(printed.log())
        .containsExactly(
            new Line(
                "INFO",
                "Too little time for 6 reports: they stay pending and their copies return unsent"),
            new Line("INFO", "reported"));
    reporter.contexts(TestContext::new).drain(ROUNDS);
    assertBilled(pipeline);
  }

  @Test
  void messageThatIsNoCopyIsOneErrorThatSaysWhatIsWrongAndWhereItEnds() {
    meter(MeterKind.SUM_HOURLY);
    Pipeline pipeline = published(Map.of());
    String noJson = sendOne(pipeline.reportsUrl(), "not ours");
    String fromTheFuture = sendOne(pipeline.reportsUrl(), "{\"v\":99}");
    EventSource reporter = pipeline.newReporter();

    Printed printed = Printed.by(reporter::pollOnce);

    assertThat(printed.warnings())
        .satisfiesExactlyInAnyOrder(
            line -> assertUnreadable(line, noJson, "not a JSON object: Unrecognized token 'not'"),
            line ->
                assertUnreadable(
                    line, fromTheFuture, "version 99 is unknown; this release reads 1 and 2. It"));
    assertThat(printed.metric("UnreadableMessages")).isEqualTo(2);
    reporter.drain(ROUNDS);
    assertBilled(pipeline);
  }

  private static void assertUnreadable(Line line, String id, String because) {
    assertThat(line.level()).isEqualTo("ERROR");
    assertThat(line.message())
        .startsWith("Message " + id + " on the reports queue is unreadable: " + because)
        .endsWith(". It returns, and after 17 receives lies in the dead-letter queue");
  }

  @Test
  void delaysThatAreNotSetAreOneWarning() {
    meter(MeterKind.SUM_HOURLY);
    SqsWire wire = sqsWire();
    Pipeline pipeline =
        published(Map.of("SQS_ENDPOINT", wire.endpoint().toString(), "STRIPE_IN_FLIGHT", "1"));
    answers(number -> number <= 4 ? new Fault.ServerError() : null);
    wire.script(
        call -> call.sends() ? null : new SqsWire.Fault.Refused(400, "InvalidParameterValue"));
    EventSource reporter = pipeline.newReporter();

    Printed printed = Printed.by(reporter::pollOnce);

    assertThat(printed.warnings())
        .hasSize(2)
        .last()
        .satisfies(
            line -> {
              assertThat(line.level()).isEqualTo("WARN");
              assertThat(line.message())
                  .startsWith("The delay of 4 messages was not set, the first ")
                  .contains("refused by the wire")
                  .endsWith("They come back at the queue's visibility timeout");
            });
    wire.calm();
    reporter.drain(ROUNDS);
    assertBilled(pipeline);
  }

  @Test
  void hoursGivenUpAreOneErrorOfTheTickThatGivesThemUp() {
    meter(MeterKind.SUM_HOURLY);
    Pipeline pipeline = published(Map.of("CATCH_UP_HOURS", "1"));
    toHour(HOUR.plusHours(5));
    SchedulerHandler scheduler = pipeline.newScheduler();

    Printed printed = Printed.by(() -> tick(pipeline, scheduler, HOUR.plusHours(5)));

    assertThat(printed.warnings())
        .containsExactly(
            new Line(
                "ERROR",
                "3 hour(s) were never captured and are now older than CATCH_UP_HOURS=1:"
                    + " 2026-11-22T15Z to 2026-11-22T17Z; they are marked skipped and stay unbilled"
                    + " unless a person runs backfill"));
    toHour(HOUR.plusHours(6));
    assertThat(Printed.by(() -> tick(pipeline, scheduler, HOUR.plusHours(6))).warnings()).isEmpty();
    drain(pipeline);
    assertAgreement(pipeline);
  }

  @Test
  void captureThatFailsIsOneErrorForEachHour() {
    LocalDatabase database = ownSource();
    database.execute(
        """
        create or replace function metering.billable_readings(at timestamptz)
        returns table (organization_id text, stripe_customer_id text, meter text, value numeric)
        language sql as 'select ''a'', ''cus_a'', ''active_sensors'', 1 / (random() * 0)::numeric'
        """);
    Pipeline pipeline = pipeline(database, Map.of("SOURCE", "own"));
    Hour next = HOUR.plusHours(1);
    toHour(next);
    SchedulerHandler scheduler = pipeline.newScheduler();

    Printed printed = Printed.by(() -> failureOfTick(pipeline, scheduler, next));

    assertThat(printed.warnings())
        .containsExactly(
            new Line(
                "ERROR",
                "Capturing 2026-11-22T15Z failed; while it stays owed, each tick tries again"),
            new Line(
                "ERROR",
                "Capturing 2026-11-22T14Z failed; while it stays owed, each tick tries again"));
    assertThat(printed.metric("TickCompleted")).isZero();
  }

  /** As after the ledger was restored from a backup. */
  @Test
  void outcomesOfReportsTheLedgerDoesNotHoldAreOneWarningThatCountsThem() {
    meter(MeterKind.SUM_HOURLY);
    Pipeline pipeline = published(Map.of());
    pipeline.newReporter().drain(ROUNDS);
    pipeline
        .database()
        .execute(
            "delete from metering.meter_report where organization_id in (?, ?)",
            ApplicationData.organizationId(2),
            ApplicationData.organizationId(5));

    Printed printed = Printed.by(pipeline.newRecorder()::pollOnce);

    assertThat(printed.warnings())
        .containsExactly(
            new Line("WARN", "2 outcome(s) name reports that the ledger does not hold"));
    assertThat(printed.metric("OutcomesUnknown")).isEqualTo(2);
    assertThat(printed.metric("ReportsRecordedAccepted")).isEqualTo(ORGANIZATIONS - 2);
  }

  @Test
  void outcomeMessageThatCannotBeReadIsOneErrorThatSaysWhatIsWrongAndWhereItEnds() {
    meter(MeterKind.SUM_HOURLY);
    Pipeline pipeline = published(Map.of());
    pipeline.newReporter().drain(ROUNDS);
    String id = sendOne(pipeline.outcomesUrl(), "{\"v\":99}");
    EventSource recorder = pipeline.newRecorder();

    Printed printed = Printed.by(recorder::pollOnce);

    assertThat(printed.warnings())
        .containsExactly(
            new Line(
                "ERROR",
                "message "
                    + id
                    + " of the outcomes queue cannot be read: version 99 is unknown; this release"
                    + " reads 1; it returns and ends in the dead-letter queue, the ledger publishes"
                    + " its reports again, or asks again"));
    recorder.drain(ROUNDS);
    assertAgreement(pipeline);
  }

  /** An hour of six organizations, all of whose copies lie in the reports queue. */
  private Pipeline published(Map<String, String> settings) {
    Pipeline pipeline = pipeline(application(ORGANIZATIONS), new HashMap<>(settings));
    tick(pipeline);
    return pipeline;
  }

  /** What Stripe's answer to the first, the second, the third call … is; null: it takes it. */
  private void answers(Function<Integer, @Nullable Fault> fault) {
    stripe.script(
        call -> {
          called.add(String.valueOf(call.identifier()));
          return fault.apply(called.size());
        });
  }

  private static String sendOne(String queueUrl, String body) {
    return Services.sqs()
        .client()
        .sendMessage(request -> request.queueUrl(queueUrl).messageBody(body))
        .messageId();
  }

  private static void assertBilled(Pipeline pipeline) {
    pipeline.newRecorder().drain(ROUNDS);
    assertThat(reports(pipeline, "accepted")).isEqualTo(ORGANIZATIONS);
    assertAgreement(pipeline);
  }

  private static void await(CyclicBarrier barrier) {
    try {
      barrier.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (BrokenBarrierException e) {
      throw new IllegalStateException(e);
    }
  }
}
