package io.sensormeter.bench;

import io.sensormeter.local.Pipeline;
import io.sensormeter.local.SettableClock;
import io.sensormeter.local.aws.PackagedFunction;
import io.sensormeter.local.postgres.ApplicationData;
import io.sensormeter.local.postgres.LocalDatabase;
import io.sensormeter.local.stripe.FakeStripe;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Capturing and publishing 1,000 and 1,000,000 organizations in the packaged function under
 * Lambda's runtime client with a heap of 128 MB, the database and the queue in processes of their
 * own.
 */
final class MemoryFigure {
  private static final String HANDLER = "io.sensormeter.scheduler.SchedulerHandler::handleRequest";
  private static final int[] ORGANIZATIONS = {1_000, 10_000, 100_000, 1_000_000};

  private MemoryFigure() {}

  static void measure(Benchmark benchmark) throws Exception {
    Instant now = Instant.now();
    for (int organizations : ORGANIZATIONS) {
      LocalDatabase database = benchmark.postgres.newDatabase();
      ApplicationData.insertOrganizations(
          database, organizations, 1, now.minus(30, ChronoUnit.DAYS));
      try (FakeStripe stripe = FakeStripe.start(new SettableClock(now));
          CannedQueue queue = CannedQueue.start();
          Pipeline pipeline =
              new Pipeline(
                  database,
                  benchmark.sqs,
                  benchmark.secrets,
                  stripe,
                  new SettableClock(now),
                  Map.of());
          PackagedFunction function =
              PackagedFunction.start(
                  HANDLER, environment(pipeline, queue, now), List.of("-Xmx128m"))) {
        function.setTimeout(Duration.ofMinutes(15));
        long began = System.nanoTime();
        function.invoke("{\"command\":\"tick\"}");
        double seconds = (System.nanoTime() - began) / 1e9;
        System.out.printf(
            "memory    %,d organizations captured and published with -Xmx128m: %s s, %d copies"
                + " published%n",
            organizations,
            Pairs.number(seconds),
            database.queryLong(
                "select count(*) from metering.meter_report where status = 'pending'"));
        benchmark.figures.absolute("memory." + organizations, seconds, "s", Figures.Better.LOWER);
      }
    }
  }

  private static Map<String, String> environment(
      Pipeline pipeline, CannedQueue queue, Instant now) {
    Map<String, String> environment = new HashMap<>(pipeline.environment());
    environment.put("BILL_FROM", now.truncatedTo(ChronoUnit.HOURS).toString());
    environment.put("REPORTS_QUEUE_URL", queue.url());
    environment.put("SQS_ENDPOINT", queue.endpoint().toString());
    environment.put("AWS_REGION", "us-east-1");
    environment.put("AWS_ACCESS_KEY_ID", "bench");
    environment.put("AWS_SECRET_ACCESS_KEY", "bench");
    return environment;
  }
}
