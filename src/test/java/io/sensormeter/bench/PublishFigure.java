package io.sensormeter.bench;

import io.sensormeter.World;
import io.sensormeter.config.SchedulerSettings;
import io.sensormeter.config.Secrets;
import io.sensormeter.database.Database;
import io.sensormeter.lambda.Deadline;
import io.sensormeter.ledger.Captures;
import io.sensormeter.ledger.Publications;
import io.sensormeter.ledger.Sweeps;
import io.sensormeter.local.Pipeline;
import io.sensormeter.local.SettableClock;
import io.sensormeter.local.aws.LocalSecrets;
import io.sensormeter.local.postgres.ApplicationData;
import io.sensormeter.local.postgres.LocalDatabase;
import io.sensormeter.local.stripe.FakeStripe;
import io.sensormeter.meter.Hour;
import io.sensormeter.queue.BatchSender;
import io.sensormeter.scheduler.SchedulerHandler;
import io.sensormeter.tick.Publisher;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchRequestEntry;

/**
 * Publishing an hour from the ledger, against bare SendMessageBatch calls with ready bodies, both
 * with 32 requests in flight to a queue that only answers.
 */
final class PublishFigure {
  private static final int ORGANIZATIONS = 100_000;
  private static final int IN_FLIGHT = 32;
  private static final Hour FIRST = Hour.parse("2026-11-22T00Z");

  private PublishFigure() {}

  static void measure(Benchmark benchmark) throws Exception {
    LocalDatabase database = benchmark.postgres.newDatabase();
    ApplicationData.insertOrganizations(
        database, ORGANIZATIONS, 1, Instant.parse("2026-01-01T00:00:00Z"));
    SettableClock clock = new SettableClock(FIRST.start());
    try (FakeStripe stripe = FakeStripe.start(clock);
        CannedQueue queue = CannedQueue.start();
        SqsClient bare = client(queue);
        Pipeline pipeline =
            new Pipeline(
                database, benchmark.sqs, benchmark.secrets, stripe, clock, settings(queue))) {
      SchedulerHandler scheduler = pipeline.newScheduler();
      pipeline.context().setRemaining(Duration.ofMinutes(15));
      pipeline.invoke(scheduler, "{\"command\":\"tick\"}");
      Publisher publisher = publisher(pipeline, benchmark.secrets, bare, clock);
      List<SendMessageBatchRequestEntry> batch = batch(body());
      Pairs pairs =
          Pairs.measure(
              _ -> {
                republish(database);
                publish(publisher);
              },
              _ -> send(bare, queue.url(), batch));
      System.out.printf(
          "publish   %,d copies: %s/s, bare SendMessageBatch %s/s, ratio %s%n",
          ORGANIZATIONS,
          Pairs.number(ORGANIZATIONS / pairs.medianOurs()),
          Pairs.number(ORGANIZATIONS / pairs.medianBare()),
          Pairs.number(1 / pairs.ratio()));
      benchmark.figures.ratio("publish", 1 / pairs.ratio(), Figures.Better.HIGHER);
      benchmark.figures.absolute(
          "publish.rate", ORGANIZATIONS / pairs.medianOurs(), "/s", Figures.Better.HIGHER);
    }
  }

  private static Publisher publisher(
      Pipeline pipeline, LocalSecrets secrets, SqsClient sqs, SettableClock clock) {
    SchedulerSettings settings = SchedulerSettings.read(pipeline.environment());
    World world = World.of(clock);
    Database database =
        new Database(
            settings.database(),
            new Secrets(secrets.client()),
            Captures.STATEMENT_TIMEOUT,
            world.time());
    return new Publisher(
        new Publications(database),
        new Sweeps(database),
        database.readOnly(),
        new BatchSender(
            sqs, settings.reportsQueueUrl(), world.time(), world.random(), world.executor()),
        settings.callsPerSecond(),
        world.time(),
        world.executor());
  }

  private static void publish(Publisher publisher) {
    Publisher.Run run = publisher.begin(new Deadline(() -> Long.MAX_VALUE));
    run.hours();
    if (run.hourCopies() != ORGANIZATIONS) {
      throw new IllegalStateException(run.hourCopies() + " copies published");
    }
  }

  private static Map<String, String> settings(CannedQueue queue) {
    return Map.of(
        "BILL_FROM", FIRST.toString(),
        "REPORTS_QUEUE_URL", queue.url(),
        "SQS_ENDPOINT", queue.endpoint().toString());
  }

  /** As if the scheduler had stopped right after the capture: one row is changed. */
  private static void republish(LocalDatabase database) {
    database.execute("update metering.tick set published_through = null, published_at = null");
  }

  private static String body() {
    return "{\"v\":1,\"hour\":\"2026-11-22T00Z\",\"meter\":\"active_sensors\",\"organization\":\""
        + ApplicationData.organizationId(1)
        + "\",\"revision\":0,\"kind\":\"sum-hourly\",\"value\":1,\"customer\":\""
        + ApplicationData.customerId(1)
        + "\",\"identifier\":\"active_sensors:"
        + ApplicationData.organizationId(1)
        + ":2026-11-22T00Z\",\"sendBefore\":\"2026-11-22T01:50:00Z\"}";
  }

  private static List<SendMessageBatchRequestEntry> batch(String body) {
    List<SendMessageBatchRequestEntry> batch = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      batch.add(
          SendMessageBatchRequestEntry.builder().id(String.valueOf(i)).messageBody(body).build());
    }
    return batch;
  }

  private static SqsClient client(CannedQueue queue) {
    return SqsClient.builder()
        .endpointOverride(queue.endpoint())
        .httpClient(UrlConnectionHttpClient.create())
        .build();
  }

  private static void send(SqsClient sqs, String url, List<SendMessageBatchRequestEntry> batch) {
    Semaphore inFlight = new Semaphore(IN_FLIGHT);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < ORGANIZATIONS / batch.size(); i++) {
        inFlight.acquireUninterruptibly();
        threads.execute(
            () -> {
              sqs.sendMessageBatch(r -> r.queueUrl(url).entries(batch));
              inFlight.release();
            });
      }
    }
  }
}
