package io.sensormeter.verifier;

import com.amazonaws.services.lambda.runtime.events.SQSBatchResponse;
import com.amazonaws.services.lambda.runtime.events.SQSBatchResponse.BatchItemFailure;
import com.stripe.StripeClient;
import com.stripe.exception.StripeException;
import com.stripe.param.billing.MeterEventCreateParams;
import io.sensormeter.World;
import io.sensormeter.config.Secrets;
import io.sensormeter.config.StripeMode;
import io.sensormeter.lambda.Deadline;
import io.sensormeter.lambda.Time;
import io.sensormeter.local.Services;
import io.sensormeter.local.SettableClock;
import io.sensormeter.local.aws.EventSource;
import io.sensormeter.local.aws.LocalSqs;
import io.sensormeter.local.stripe.FakeMeter;
import io.sensormeter.local.stripe.FakeStripe;
import io.sensormeter.local.stripe.Formula;
import io.sensormeter.local.stripe.Permission;
import io.sensormeter.meter.Hour;
import io.sensormeter.meter.Question;
import io.sensormeter.meter.Sighting;
import io.sensormeter.queue.OutcomeQueue;
import io.sensormeter.queue.QuestionFormat;
import io.sensormeter.queue.SightingFormat;
import io.sensormeter.queue.UnreadableMessage;
import io.sensormeter.stripe.Pace;
import io.sensormeter.stripe.StripeCalls;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A verifier between two queues and a Stripe that keeps state. Its clock stands still. */
abstract class VerifierFixture {
  static final Hour HOUR = Hour.parse("2026-11-22T14Z");
  static final Instant NOW = HOUR.plusHours(6).start().plusSeconds(20);
  static final Instant ASK_BEFORE = HOUR.plusHours(7).start();
  static final String METER = "active_sensors";

  /** Of this class alone: others run beside it. */
  final String arn =
      "arn:aws:secretsmanager:us-east-1:000000000000:secret:verifier-key-"
          + getClass().getSimpleName();

  static final String KEY = "rk_test_verifier";
  static final int BATCH_SIZE = 50;

  private static final String WRITER = "rk_test_writer";
  private static final LocalSqs SQS = Services.sqs();

  final SettableClock clock = new SettableClock(NOW);
  final World world = World.of(clock);
  final FakeStripe stripe = FakeStripe.start(clock);
  private final String name = "verifications-" + UUID.randomUUID();
  final String verificationsUrl =
      SQS.createQueue(name, Duration.ofMinutes(5), Verifier.MAX_RECEIVES);
  final String outcomesUrl = SQS.createQueue(name + "-out", Duration.ofMinutes(5), 10);
  final EventSource source = source(verifier(outcomesUrl, fastPace(), Time.of(clock)));

  /** What is left of the invocation. */
  volatile Duration remaining = Duration.ofMinutes(1);

  FakeMeter meter = stripe.addMeter(METER, Formula.SUM, "hour");
  private @Nullable Conclusion result;

  @BeforeEach
  void openAccount() {
    Services.secrets().put(arn, KEY);
    stripe.addKey(
        KEY,
        Permission.BILLING_METER_READ,
        Permission.BILLING_METER_EVENT_READ,
        Permission.EVENT_READ);
    stripe.addKey(WRITER, Permission.BILLING_METER_EVENT_WRITE);
    stripe.addCustomer("cus_a");
    stripe.addCustomer("cus_b");
  }

  @AfterEach
  void stop() {
    stripe.releaseHeldCalls();
    stripe.close();
  }

  static Pace fastPace() {
    return new Pace(100_000, 1, System.nanoTime());
  }

  Verifier verifier(String outcomesQueueUrl, Pace pace, Time time) {
    return new Verifier(
        new StripeCalls(
            stripe.base().toString(),
            new Secrets(Services.secrets().client()),
            arn,
            StripeMode.TEST,
            Time.of(clock),
            world.stripeHttp()),
        new OutcomeQueue(SQS.client(), outcomesQueueUrl),
        pace,
        time,
        world.executor());
  }

  /** Polls the verifications queue for the verifier as Lambda would. */
  EventSource source(Verifier verifier) {
    return new EventSource(
        SQS.client(),
        verificationsUrl,
        SQS.arn(verificationsUrl),
        BATCH_SIZE,
        (event, _) -> {
          Conclusion latest =
              verifier.verify(event.getRecords(), new Deadline(() -> remaining.toMillis()));
          result = latest;
          return new SQSBatchResponse(
              latest.returned().stream().map(BatchItemFailure::new).toList());
        });
  }

  Question.Usage ask(String organization) {
    return ask(organization, HOUR, HOUR.plusHours(2));
  }

  Question.Usage ask(String organization, Hour from, Hour to) {
    Question.Usage question = question(organization, from, to, ASK_BEFORE);
    send(QuestionFormat.encode(question));
    return question;
  }

  Question.Usage question(String organization, Hour from, Hour to, Instant askBefore) {
    return new Question.Usage(
        METER, meter.id(), organization, "cus_" + organization, from, to, askBefore);
  }

  void send(String body) {
    SQS.client().sendMessage(request -> request.queueUrl(verificationsUrl).messageBody(body));
  }

  /** An event that Stripe takes, of the fixture's organization. */
  void report(String organization, Hour hour, long value) {
    report(METER, organization, hour, value);
  }

  void report(String eventName, String organization, Hour hour, long value) {
    StripeClient client =
        StripeClient.builder().setApiKey(WRITER).setApiBase(stripe.base().toString()).build();
    try {
      client
          .v1()
          .billing()
          .meterEvents()
          .create(
              MeterEventCreateParams.builder()
                  .setEventName(eventName)
                  .setIdentifier(identifier(organization, hour))
                  .setTimestamp(hour.start().getEpochSecond())
                  .putPayload("stripe_customer_id", "cus_" + organization)
                  .putPayload("value", Long.toString(value))
                  .build());
    } catch (StripeException e) {
      throw new IllegalStateException(e);
    }
  }

  static String identifier(String organization, Hour hour) {
    return METER + ":" + organization + ":" + hour;
  }

  /** What Stripe shows of a question's hours. */
  static Sighting.Usage usage(Question.Usage asked, Map<Hour, String> values) {
    return new Sighting.Usage(
        asked.meter(),
        asked.stripeMeterId(),
        asked.organizationId(),
        asked.stripeCustomerId(),
        asked.from(),
        asked.to(),
        values.entrySet().stream()
            .collect(Collectors.toMap(Map.Entry::getKey, e -> new BigDecimal(e.getValue()))),
        NOW);
  }

  VerifierSummary summary() {
    return Objects.requireNonNull(result, "no batch yet").summary();
  }

  /** The numbers of the batch that are no sums and not 0. */
  Map<Count, Integer> parts() {
    VerifierSummary summary = summary();
    return Arrays.stream(Count.values())
        .filter(count -> summary.of(count) != 0)
        .filter(count -> count != Count.DEFERRED && count != Count.SKIPPED)
        .collect(Collectors.toMap(count -> count, summary::of));
  }

  /** Every sighting that has left so far. */
  List<Sighting> sightings() {
    List<Sighting> sightings = new ArrayList<>();
    for (String body : SQS.bodies(outcomesUrl)) {
      try {
        sightings.addAll(SightingFormat.decode(body));
      } catch (UnreadableMessage e) {
        throw new AssertionError(e);
      }
    }
    return sightings;
  }

  int left() {
    return SQS.depth(verificationsUrl);
  }

  int deadLetters() {
    return SQS.depth(SQS.deadLetterUrl(name));
  }
}
