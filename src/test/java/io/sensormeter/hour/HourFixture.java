package io.sensormeter.hour;

import static org.assertj.core.api.Assertions.assertThat;

import io.sensormeter.local.Agreement;
import io.sensormeter.local.Pipeline;
import io.sensormeter.local.Services;
import io.sensormeter.local.SettableClock;
import io.sensormeter.local.aws.EventSource;
import io.sensormeter.local.aws.PackagedFunction;
import io.sensormeter.local.aws.SqsWire;
import io.sensormeter.local.aws.TestContext;
import io.sensormeter.local.postgres.ApplicationData;
import io.sensormeter.local.postgres.DatabaseWire;
import io.sensormeter.local.postgres.LocalDatabase;
import io.sensormeter.local.stripe.FakeStripe;
import io.sensormeter.local.stripe.Formula;
import io.sensormeter.meter.Hour;
import io.sensormeter.meter.MeterKind;
import io.sensormeter.scheduler.SchedulerHandler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchRequestEntry;

/**
 * A clock, a Stripe account, databases and pipelines of one test, which must leave no connection
 * open and no message behind. Servers are shared, see {@link Services}.
 */
abstract class HourFixture {
  static final Hour HOUR = Hour.parse("2026-11-22T14Z");

  /** Rounds after which a queue must be empty; each takes up to 200 messages. */
  static final int ROUNDS = 60;

  private static final int DEVICES = 9;

  /** The rule fires a few seconds after the full hour. */
  static final Duration AFTER_THE_HOUR = Duration.ofSeconds(3);

  final SettableClock clock = new SettableClock(HOUR.start().plus(AFTER_THE_HOUR));
  final FakeStripe stripe = FakeStripe.start(clock);
  private final List<Pipeline> pipelines = new ArrayList<>();
  private final List<SqsWire> sqsWires = new ArrayList<>();
  private final List<DatabaseWire> databaseWires = new ArrayList<>();

  @AfterEach
  void leaveNothingBehind() {
    pipelines.forEach(Pipeline::close);
    sqsWires.forEach(SqsWire::close);
    databaseWires.forEach(DatabaseWire::close);
    stripe.close();
    for (Pipeline pipeline : pipelines) {
      assertThat(pipeline.depth()).as("messages left in the queues").isZero();
      assertThat(pipeline.database().openConnections()).as("open connections").isZero();
    }
  }

  /** Another pipeline on the same database has queues of its own, as another stack would. */
  Pipeline pipeline(LocalDatabase database, Map<String, String> settings) {
    Map<String, String> all = new HashMap<>();
    all.put("BILL_FROM", HOUR.toString());
    // One reporter with the whole pace: the tests of the pace are the reporter's own.
    all.put("STRIPE_CALLS_PER_SECOND", "10000");
    all.put("REPORTER_MAX_CONCURRENCY", "1");
    all.putAll(settings);
    Pipeline pipeline =
        new Pipeline(database, Services.sqs(), Services.secrets(), stripe, clock, all);
    pipelines.add(pipeline);
    return pipeline;
  }

  /** A function in a process of its own, as it ships; one compiler starts it sooner. */
  static PackagedFunction packaged(String handler, Map<String, String> environment) {
    return PackagedFunction.start(
        "io.sensormeter." + handler + "::handleRequest",
        environment,
        List.of("-XX:TieredStopAtLevel=1"));
  }

  /** A packaged function behind its event source mapping. */
  static EventSource source(String queueUrl, PackagedFunction function) {
    return new EventSource(
            Services.sqs().client(), queueUrl, Services.sqs().arn(queueUrl), 200, function::handle)
        .contexts(() -> new TestContext(Duration.ofSeconds(60)));
  }

  /** Between the functions of a pipeline and the queues: {@code SQS_ENDPOINT}. */
  SqsWire sqsWire() {
    SqsWire wire = SqsWire.to(Services.sqs());
    sqsWires.add(wire);
    return wire;
  }

  /** Between the functions of a pipeline and the database: {@code DATABASE_PORT}. */
  DatabaseWire databaseWire(LocalDatabase database) {
    DatabaseWire wire = DatabaseWire.to(database);
    databaseWires.add(wire);
    return wire;
  }

  /** The replaced application with that many organizations, whose customers Stripe knows. */
  LocalDatabase application(int organizations) {
    return filled(Services.postgres().newDatabase(), organizations);
  }

  /** Fills a database: one organization in fifty has no active sensor, the others 1 to 9. */
  LocalDatabase filled(LocalDatabase database, int organizations) {
    ApplicationData.insertOrganizations(
        database, organizations, DEVICES, HOUR.minusHours(24L * 40).start());
    database.execute("update devices set is_active = false where left(md5(id::text), 1) < '6'");
    IntStream.rangeClosed(1, organizations)
        .forEach(n -> stripe.addCustomer(ApplicationData.customerId(n)));
    return database;
  }

  /** A database whose user has a source of his own, that reads table {@code readings}. */
  static LocalDatabase ownSource() {
    LocalDatabase database = Services.postgres().newDatabase();
    database.execute(
        """
        create table public.readings (organization text, customer text, meter text, value numeric);
        grant select on public.readings to %s;
        """
            .formatted(database.user()));
    database.createSource("language sql stable as 'select * from public.readings'");
    return database;
  }

  static void reading(
      LocalDatabase database,
      String organization,
      @Nullable String customer,
      String meter,
      @Nullable String value) {
    database.execute(
        "insert into readings values (?, nullif(?, 'null'), ?, nullif(?, 'null')::numeric)",
        organization,
        String.valueOf(customer),
        meter,
        String.valueOf(value));
  }

  /** The meter as METERS declares it. */
  void meter(String eventName, MeterKind kind) {
    Formula formula = kind == MeterKind.LAST ? Formula.LAST : Formula.SUM;
    stripe.addMeter(eventName, formula, kind == MeterKind.SUM_HOURLY ? "hour" : null);
  }

  void meter(MeterKind kind) {
    meter(Pipeline.METER, kind);
  }

  /** The hourly rule's event. */
  static Map<String, Object> tick(Pipeline pipeline, SchedulerHandler scheduler, Hour hour) {
    return pipeline.invoke(
        scheduler,
        """
        {"source": "aws.events", "detail-type": "Scheduled Event", "time": "%s", "detail": {}}
        """
            .formatted(hour.start()));
  }

  /** A cold function's tick of the clock's hour. */
  Map<String, Object> tick(Pipeline pipeline) {
    return tick(pipeline, pipeline.newScheduler(), Hour.floor(clock.instant()));
  }

  /** A person's: one organization of the clock's hour. */
  static Map<String, Object> report(
      Pipeline pipeline, SchedulerHandler scheduler, String organization) {
    return pipeline.invoke(
        scheduler, "{\"command\":\"report\",\"organization\":\"%s\"}".formatted(organization));
  }

  /** As Lambda does with a tick that fails: the error is noted, and the tick comes again. */
  static Optional<RuntimeException> failureOfTick(
      Pipeline pipeline, SchedulerHandler scheduler, Hour hour) {
    try {
      tick(pipeline, scheduler, hour);
      return Optional.empty();
    } catch (RuntimeException e) {
      return Optional.of(e);
    }
  }

  /** The next hour begins, its tick comes, and everything on the way arrives. */
  void nextHour(Pipeline pipeline) {
    toHour(Hour.floor(clock.instant()).plusHours(1));
    tick(pipeline);
    drain(pipeline);
  }

  /** Everything on the way arrives. */
  static void drain(Pipeline pipeline) {
    pipeline.newReporter().drain(ROUNDS);
    pipeline.newRecorder().drain(ROUNDS);
  }

  /** Every question is looked up, and what Stripe shows arrives. */
  static void verify(Pipeline pipeline) {
    pipeline.newVerifier().drain(ROUNDS);
    pipeline.newRecorder().drain(ROUNDS);
  }

  /**
   * Each look of SchedulerFunction at the time it has left takes twenty seconds of the clock's:
   * without, it would wait for ever for a claim that ends by the clock.
   */
  void letTimePass(Pipeline pipeline) {
    pipeline.context().onRemaining(() -> clock.advance(Duration.ofSeconds(20)));
  }

  void toHour(Hour hour) {
    clock.set(hour.start().plus(AFTER_THE_HOUR));
  }

  static void assertAgreement(Pipeline pipeline) {
    assertThat(new Agreement(pipeline).differences()).isEmpty();
  }

  /** How many reports have this status. */
  static long reports(Pipeline pipeline, String status) {
    return pipeline
        .database()
        .queryLong("select count(*) from metering.meter_report where status = ?", status);
  }

  /** How many reports there are. */
  static long reports(Pipeline pipeline) {
    return pipeline.database().queryLong("select count(*) from metering.meter_report");
  }

  /** Every report and tick row, all columns. */
  static List<String> ledger(Pipeline pipeline) {
    return pipeline
        .database()
        .queryTexts(
            """
            select r::text from metering.meter_report r union all
            select t::text from metering.tick t order by 1
            """);
  }

  /** The bodies of all messages, which are no longer in the queue. */
  static List<String> take(String queueUrl) {
    List<String> bodies = Services.sqs().bodies(queueUrl);
    Services.sqs().client().purgeQueue(r -> r.queueUrl(queueUrl));
    return bodies;
  }

  /** A standard queue gives no order, and may deliver twice. */
  static void send(String queueUrl, List<String> bodies) {
    for (int from = 0; from < bodies.size(); from += 10) {
      List<SendMessageBatchRequestEntry> entries = new ArrayList<>();
      for (String body : bodies.subList(from, Math.min(from + 10, bodies.size()))) {
        entries.add(
            SendMessageBatchRequestEntry.builder()
                .id(String.valueOf(entries.size()))
                .messageBody(body)
                .build());
      }
      Services.sqs().client().sendMessageBatch(r -> r.queueUrl(queueUrl).entries(entries));
    }
  }
}
