package io.sensormeter.reporter;

import static io.sensormeter.reporter.Copies.HOUR;

import com.amazonaws.services.lambda.runtime.events.SQSBatchResponse;
import com.amazonaws.services.lambda.runtime.events.SQSBatchResponse.BatchItemFailure;
import io.sensormeter.World;
import io.sensormeter.config.Secrets;
import io.sensormeter.config.StripeMode;
import io.sensormeter.lambda.Deadline;
import io.sensormeter.lambda.Time;
import io.sensormeter.local.Services;
import io.sensormeter.local.SettableClock;
import io.sensormeter.local.aws.EventSource;
import io.sensormeter.local.aws.LocalSqs;
import io.sensormeter.local.stripe.FakeStripe;
import io.sensormeter.local.stripe.Formula;
import io.sensormeter.local.stripe.Permission;
import io.sensormeter.meter.Copy;
import io.sensormeter.meter.MeterRefusal;
import io.sensormeter.meter.Outcome;
import io.sensormeter.queue.CopyFormat;
import io.sensormeter.queue.OutcomeFormat;
import io.sensormeter.queue.OutcomeMessage;
import io.sensormeter.queue.OutcomeQueue;
import io.sensormeter.queue.Receipts;
import io.sensormeter.queue.UnreadableMessage;
import io.sensormeter.stripe.MeterEvents;
import io.sensormeter.stripe.Pace;
import io.sensormeter.stripe.StripeCalls;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A reporter between two queues and a Stripe that keeps state. Its clock stands still. */
abstract class ReporterFixture {
  static final Instant NOW = HOUR.start().plusSeconds(5);
  static final String METER = "active_sensors";

  /** Of this class alone: others run beside it. */
  final String arn =
      "arn:aws:secretsmanager:us-east-1:000000000000:secret:reporter-key-"
          + getClass().getSimpleName();

  static final String KEY = "rk_test_reporter";
  static final int IN_FLIGHT = 8;
  static final int BATCH_SIZE = 100;

  private static final LocalSqs SQS = Services.sqs();

  final SettableClock clock = new SettableClock(NOW);
  private final World world = World.of(clock);
  final FakeStripe stripe = FakeStripe.start(clock);
  private final String name = "reports-" + UUID.randomUUID();
  final String reportsUrl = SQS.createQueue(name, Duration.ofMinutes(5), Backoff.MAX_RECEIVES);
  final String outcomesUrl = SQS.createQueue(name + "-out", Duration.ofMinutes(5), 10);
  final EventSource source = source(reporter(outcomesUrl));

  /** What is left of the invocation. */
  volatile Duration remaining = Duration.ofMinutes(1);

  /** Runs when a batch has ended and nothing is deleted yet. */
  Runnable atEnd = () -> {};

  private @Nullable Conclusion result;

  @BeforeEach
  void openAccount() {
    Services.secrets().put(arn, KEY);
    stripe.addKey(KEY, Permission.BILLING_METER_EVENT_WRITE);
    stripe.addMeter(METER, Formula.SUM, "hour");
  }

  @AfterEach
  void stop() {
    stripe.releaseHeldCalls();
    stripe.close();
  }

  Reporter reporter(String outcomesQueueUrl) {
    return reporter(outcomesQueueUrl, new Pace(100_000, 1, System.nanoTime()), IN_FLIGHT);
  }

  Reporter reporter(String outcomesQueueUrl, Pace pace, int inFlight) {
    return reporter(outcomesQueueUrl, pace, inFlight, Time.of(clock));
  }

  Reporter reporter(String outcomesQueueUrl, Pace pace, int inFlight, Time time) {
    return new Reporter(
        new MeterEvents(
            new StripeCalls(
                stripe.base().toString(),
                new Secrets(Services.secrets().client()),
                arn,
                StripeMode.TEST,
                Time.of(clock),
                world.stripeHttp()),
            StripeMode.TEST),
        new OutcomeQueue(SQS.client(), outcomesQueueUrl),
        new Receipts(SQS.client(), reportsUrl),
        pace,
        inFlight,
        time,
        world.random(),
        world.executor());
  }

  /** Sends one customer after another. */
  Reporter reporterOneByOne() {
    return reporter(outcomesUrl, new Pace(100_000, 1, System.nanoTime()), 1);
  }

  /** Polls the reports queue for the reporter as Lambda would. */
  EventSource source(Reporter reporter) {
    return new EventSource(
        SQS.client(),
        reportsUrl,
        SQS.arn(reportsUrl),
        BATCH_SIZE,
        (event, _) -> {
          Conclusion latest = reporter.report(event.getRecords(), deadline());
          result = latest;
          atEnd.run();
          return new SQSBatchResponse(
              latest.returned().stream().map(BatchItemFailure::new).toList());
        });
  }

  Deadline deadline() {
    return new Deadline(() -> remaining.toMillis());
  }

  /** Publishes a copy of a known customer. */
  Copy publish(Copy copy) {
    stripe.addCustomer(copy.stripeCustomerId());
    publish(CopyFormat.encode(copy));
    return copy;
  }

  void publish(String body) {
    SQS.client().sendMessage(request -> request.queueUrl(reportsUrl).messageBody(body));
  }

  ReporterSummary summary() {
    return Objects.requireNonNull(result, "no batch yet").summary();
  }

  /** Every outcome that has left so far. */
  List<Outcome> outcomes() {
    return messages().stream().flatMap(message -> message.outcomes().stream()).toList();
  }

  /** Every refused meter that the ledger has been told of so far. */
  List<MeterRefusal> refusedMeters() {
    return messages().stream().flatMap(message -> message.refusedMeters().stream()).toList();
  }

  private List<OutcomeMessage> messages() {
    List<OutcomeMessage> messages = new ArrayList<>();
    for (String body : SQS.bodies(outcomesUrl)) {
      try {
        messages.add(OutcomeFormat.decode(body));
      } catch (UnreadableMessage e) {
        throw new AssertionError(e);
      }
    }
    return messages;
  }

  int reportsLeft() {
    return SQS.depth(reportsUrl);
  }

  int deadLetters() {
    return SQS.depth(SQS.deadLetterUrl(name));
  }
}
