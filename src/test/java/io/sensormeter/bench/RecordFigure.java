package io.sensormeter.bench;

import com.amazonaws.services.lambda.runtime.events.SQSEvent;
import io.sensormeter.App;
import io.sensormeter.World;
import io.sensormeter.local.Pipeline;
import io.sensormeter.local.SettableClock;
import io.sensormeter.local.postgres.LocalDatabase;
import io.sensormeter.local.stripe.FakeStripe;
import io.sensormeter.meter.Hour;
import io.sensormeter.meter.Outcome;
import io.sensormeter.meter.ReportKey;
import io.sensormeter.queue.OutcomeFormat;
import io.sensormeter.queue.OutcomeMessage;
import io.sensormeter.recorder.RecorderHandler;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Recording an hour's outcomes, ten messages of 200 at a time, as they come from the queue. */
final class RecordFigure {
  private static final Hour FIRST = Hour.parse("2026-11-22T00Z");
  private static final int ORGANIZATIONS = 20_000;
  private static final int MESSAGES = 10;
  private static final int OUTCOMES = 200;
  private static final int RUNS = 5;

  private RecordFigure() {}

  static void measure(Benchmark benchmark) throws Exception {
    LocalDatabase database = benchmark.postgres.newDatabase();
    SettableClock clock = new SettableClock(FIRST.start());
    try (FakeStripe stripe = FakeStripe.start(clock);
        Pipeline pipeline =
            new Pipeline(database, benchmark.sqs, benchmark.secrets, stripe, clock, Map.of());
        App app = new App(pipeline.environment(), World.of(clock))) {
      // Migrates, in shadow.
      pipeline.invoke(pipeline.newScheduler(), "{\"command\":\"tick\"}");
      RecorderHandler recorder = new RecorderHandler(app);
      double[] seconds = new double[RUNS];
      for (int run = -1; run < RUNS; run++) {
        Hour hour = FIRST.plusHours(run + 2);
        fill(database, hour);
        clock.set(hour.start());
        List<SQSEvent> events = events(hour);
        long began = System.nanoTime();
        events.forEach(event -> recorder.handleRequest(event, pipeline.context()));
        if (run >= 0) {
          seconds[run] = (System.nanoTime() - began) / 1e9;
        }
      }
      double rate = ORGANIZATIONS / Pairs.median(seconds);
      System.out.printf(
          "record    %,d outcomes, %d to a message, %d messages at once: %s/s%n",
          ORGANIZATIONS, OUTCOMES, MESSAGES, Pairs.number(rate));
      benchmark.figures.absolute("record.rate", rate, "/s", Figures.Better.HIGHER);
    }
  }

  private static List<SQSEvent> events(Hour hour) {
    List<SQSEvent.SQSMessage> messages = new ArrayList<>();
    for (int first = 1; first <= ORGANIZATIONS; first += OUTCOMES) {
      List<Outcome> outcomes =
          IntStream.range(first, first + OUTCOMES)
              .mapToObj(
                  n ->
                      (Outcome)
                          new Outcome.Accepted(
                              new ReportKey(hour, Pipeline.METER, "organization-" + n, 0),
                              hour.start().plusSeconds(60),
                              "req_" + n,
                              false))
              .toList();
      SQSEvent.SQSMessage message = new SQSEvent.SQSMessage();
      message.setMessageId("message-" + first);
      message.setReceiptHandle("receipt-" + first);
      message.setAttributes(Map.of("ApproximateReceiveCount", "1"));
      message.setBody(OutcomeFormat.encode(new OutcomeMessage(outcomes, List.of())));
      messages.add(message);
    }
    List<SQSEvent> events = new ArrayList<>();
    for (int from = 0; from < messages.size(); from += MESSAGES) {
      SQSEvent event = new SQSEvent();
      event.setRecords(messages.subList(from, Math.min(from + MESSAGES, messages.size())));
      events.add(event);
    }
    return events;
  }

  private static void fill(LocalDatabase database, Hour hour) {
    database.execute(
        """
        insert into metering.meter_report
          (hour, organization_id, meter, kind, event_time, value, stripe_customer_id, identifier,
           status, captured_at, send_before, first_published_at)
        select '%1$s', 'organization-' || n, 'active_sensors', 'sum-hourly', '%1$s', 7, 'cus_' || n,
          'active_sensors:organization-' || n || ':%1$s', 'pending', '%1$s',
          '%1$s'::timestamptz + interval '55 minutes', '%1$s'
        from generate_series(1, %2$d) as n;
        analyze metering.meter_report
        """
            .formatted(hour.start(), ORGANIZATIONS));
  }
}
