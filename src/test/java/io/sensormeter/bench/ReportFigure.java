package io.sensormeter.bench;

import com.amazonaws.services.lambda.runtime.events.SQSEvent;
import io.sensormeter.App;
import io.sensormeter.World;
import io.sensormeter.local.Pipeline;
import io.sensormeter.local.SettableClock;
import io.sensormeter.local.postgres.ApplicationData;
import io.sensormeter.local.postgres.LocalDatabase;
import io.sensormeter.local.stripe.FakeStripe;
import io.sensormeter.local.stripe.Formula;
import io.sensormeter.meter.Copy;
import io.sensormeter.meter.Hour;
import io.sensormeter.meter.Identifier;
import io.sensormeter.meter.MeterKind;
import io.sensormeter.meter.ReportKey;
import io.sensormeter.queue.CopyFormat;
import io.sensormeter.reporter.ReporterHandler;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Reporting at a latency of 50 ms, against what the calls in flight allow. */
final class ReportFigure {
  private static final int BATCH = 2_000;
  private static final int IN_FLIGHT = 32;
  private static final Duration LATENCY = Duration.ofMillis(50);
  private static final Hour FIRST = Hour.parse("2026-11-22T00Z");
  private static final int RUNS = 5;

  private ReportFigure() {}

  static void measure(Benchmark benchmark) throws Exception {
    LocalDatabase database = benchmark.postgres.newDatabase();
    SettableClock clock = new SettableClock(FIRST.start());
    try (FakeStripe stripe = FakeStripe.start(clock);
        Pipeline pipeline =
            new Pipeline(database, benchmark.sqs, benchmark.secrets, stripe, clock, settings());
        App app = new App(pipeline.environment(), World.of(clock))) {
      stripe.addMeter(Pipeline.METER, Formula.SUM, "hour");
      for (int n = 1; n <= BATCH; n++) {
        stripe.addCustomer(ApplicationData.customerId(n));
      }
      stripe.latency(LATENCY);
      ReporterHandler reporter = new ReporterHandler(app);
      double[] seconds = new double[RUNS];
      for (int run = -1; run < RUNS; run++) {
        SQSEvent event = event(FIRST.plusHours(2 + run));
        clock.set(FIRST.plusHours(2 + run).start());
        long began = System.nanoTime();
        reporter.handleRequest(event, pipeline.context());
        if (run >= 0) {
          seconds[run] = (System.nanoTime() - began) / 1e9;
        }
      }
      double rate = BATCH / Pairs.median(seconds);
      double bound = IN_FLIGHT / (LATENCY.toMillis() / 1e3);
      System.out.printf(
          "report    %,d copies at %d ms, %d in flight: %s/s of %s/s possible, ratio %s%n",
          BATCH,
          LATENCY.toMillis(),
          IN_FLIGHT,
          Pairs.number(rate),
          Pairs.number(bound),
          Pairs.number(rate / bound));
      benchmark.figures.ratio("report", rate / bound, Figures.Better.HIGHER);
    }
  }

  private static Map<String, String> settings() {
    return Map.of(
        "STRIPE_CALLS_PER_SECOND", "10000",
        "REPORTER_MAX_CONCURRENCY", "1",
        "STRIPE_IN_FLIGHT", String.valueOf(IN_FLIGHT));
  }

  private static SQSEvent event(Hour hour) {
    Instant sendBefore = hour.start().plus(Duration.ofMinutes(110));
    List<SQSEvent.SQSMessage> messages = new ArrayList<>();
    for (int n = 1; n <= BATCH; n++) {
      ReportKey key = new ReportKey(hour, Pipeline.METER, ApplicationData.organizationId(n), 0);
      SQSEvent.SQSMessage message = new SQSEvent.SQSMessage();
      message.setMessageId("message-" + n);
      message.setReceiptHandle("receipt-" + n);
      message.setAttributes(Map.of("ApproximateReceiveCount", "1"));
      message.setBody(
          CopyFormat.encode(
              new Copy(
                  key,
                  MeterKind.SUM_HOURLY,
                  hour,
                  n,
                  ApplicationData.customerId(n),
                  Identifier.of(key),
                  hour.start(),
                  sendBefore)));
      messages.add(message);
    }
    SQSEvent event = new SQSEvent();
    event.setRecords(messages);
    return event;
  }
}
