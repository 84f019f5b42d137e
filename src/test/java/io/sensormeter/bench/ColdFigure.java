package io.sensormeter.bench;

import com.amazonaws.services.lambda.runtime.events.SQSEvent;
import io.sensormeter.local.Pipeline;
import io.sensormeter.local.SettableClock;
import io.sensormeter.local.aws.PackagedFunction;
import io.sensormeter.local.aws.TestContext;
import io.sensormeter.local.aws.WidgetConsole;
import io.sensormeter.local.postgres.ApplicationData;
import io.sensormeter.local.postgres.LocalDatabase;
import io.sensormeter.local.stripe.FakeMeter;
import io.sensormeter.local.stripe.FakeStripe;
import io.sensormeter.local.stripe.Formula;
import io.sensormeter.meter.Copy;
import io.sensormeter.meter.Hour;
import io.sensormeter.meter.Identifier;
import io.sensormeter.meter.MeterKind;
import io.sensormeter.meter.Outcome;
import io.sensormeter.meter.Question;
import io.sensormeter.meter.ReportKey;
import io.sensormeter.queue.CopyFormat;
import io.sensormeter.queue.OutcomeFormat;
import io.sensormeter.queue.OutcomeMessage;
import io.sensormeter.queue.QuestionFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The cold start of each function under Lambda's runtime client, from the start of the process to
 * its first answer, and how many classes it loaded for that, by whose they are.
 */
final class ColdFigure {
  private static final int RUNS = 5;
  private static final Map<String, String> LIBRARIES =
      Map.of(
          "stripe-java", "com.stripe.",
          "AWS SDK", "software.amazon.awssdk.",
          "Flyway", "org.flywaydb.",
          "Log4j", "org.apache.logging.",
          "ours", "io.sensormeter.");

  private final Pipeline pipeline;
  private final FakeMeter meter;
  private final Hour hour;

  private ColdFigure(Pipeline pipeline, FakeMeter meter, Hour hour) {
    this.pipeline = pipeline;
    this.meter = meter;
    this.hour = hour;
  }

  static void measure(Benchmark benchmark) throws Exception {
    LocalDatabase database = benchmark.postgres.newDatabase();
    ApplicationData.insertOrganizations(
        database, 1_000, Deployment.DEVICES, Instant.now().minus(Duration.ofDays(30)));
    // Under the machine's clock, as the functions.
    SettableClock clock = new SettableClock(Instant.now());
    try (FakeStripe stripe = FakeStripe.start(clock);
        Pipeline pipeline =
            new Pipeline(
                database,
                benchmark.sqs,
                benchmark.secrets,
                stripe,
                clock,
                Map.of("BILL_FROM", Hour.floor(clock.instant()).toString()))) {
      FakeMeter meter = stripe.addMeter(Pipeline.METER, Formula.SUM, "hour");
      stripe.addCustomer(ApplicationData.customerId(1));
      pipeline.invoke(pipeline.newScheduler(), "{\"command\":\"tick\"}");
      ColdFigure figure = new ColdFigure(pipeline, meter, Hour.floor(clock.instant()));
      for (Function function : Function.values()) {
        figure.measure(benchmark, function);
      }
      FirstCall.measure(benchmark, pipeline, RUNS);
    }
  }

  private void measure(Benchmark benchmark, Function function) throws IOException {
    double[] seconds = new double[RUNS];
    double[] processor = new double[RUNS];
    for (int run = 0; run < RUNS; run++) {
      Start start = start(function);
      seconds[run] = start.seconds();
      processor[run] = start.processorSeconds();
    }
    Path log = Files.createTempFile("classes-", ".log");
    try {
      start(function, "-Xlog:class+load=info:file=" + log + ":none");
      System.out.printf(
          "cold      %sFunction, -Xmx%dm: %s s, %s s of processor time; classes %s%n",
          function.title(),
          function.heapMegabytes(),
          Pairs.number(Pairs.median(seconds)),
          Pairs.number(Pairs.median(processor)),
          classes(Files.readAllLines(log)));
    } finally {
      Files.delete(log);
    }
    benchmark.figures.absolute(
        "cold." + function.title(), Pairs.median(seconds), "s", Figures.Better.LOWER);
  }

  private record Start(double seconds, double processorSeconds) {}

  private Start start(Function function, String... jvmOptions) {
    long began = System.nanoTime();
    try (PackagedFunction cold = function.start(pipeline.environment(), jvmOptions)) {
      answer(function, cold);
      return new Start((System.nanoTime() - began) / 1e9, Processor.seconds(cold.pid()));
    }
  }

  private void answer(Function function, PackagedFunction cold) {
    switch (function) {
      case SCHEDULER -> cold.invoke("{\"command\":\"tick\"}");
      case REPORTER -> handle(cold, CopyFormat.encode(copy()));
      case RECORDER -> handle(cold, OutcomeFormat.encode(outcomes()));
      case VERIFIER -> handle(cold, QuestionFormat.encode(question()));
      case VIEW -> cold.invoke(WidgetConsole.event(Map.of("a.page", "hours"), Instant.now()));
    }
  }

  private static void handle(PackagedFunction cold, String body) {
    SQSEvent.SQSMessage message = new SQSEvent.SQSMessage();
    message.setMessageId("message");
    message.setReceiptHandle("receipt");
    message.setAttributes(Map.of("ApproximateReceiveCount", "1"));
    message.setBody(body);
    SQSEvent event = new SQSEvent();
    event.setRecords(List.of(message));
    var response = cold.handle(event, new TestContext(Duration.ofSeconds(60)));
    if (response == null || !response.getBatchItemFailures().isEmpty()) {
      throw new IllegalStateException("returned: " + body + "\n" + cold.logs());
    }
  }

  private ReportKey key() {
    return new ReportKey(hour, Pipeline.METER, ApplicationData.organizationId(1), 0);
  }

  private Copy copy() {
    return new Copy(
        key(),
        MeterKind.SUM_HOURLY,
        hour,
        Deployment.DEVICES,
        ApplicationData.customerId(1),
        Identifier.of(key()),
        Instant.now(),
        Instant.now().plus(Duration.ofMinutes(30)));
  }

  private OutcomeMessage outcomes() {
    return new OutcomeMessage(
        List.of(new Outcome.Accepted(key(), Instant.now(), "req_1", false)), List.of());
  }

  private Question question() {
    return new Question.Usage(
        Pipeline.METER,
        meter.id(),
        ApplicationData.organizationId(1),
        ApplicationData.customerId(1),
        hour.minusHours(1),
        hour,
        Instant.now().plus(Duration.ofMinutes(30)));
  }

  /** Lines such as {@code com.stripe.Stripe source: file:/…/stripe-java-33.3.0.jar}. */
  private static String classes(List<String> loaded) {
    return "%,d (%s)"
        .formatted(
            loaded.size(),
            LIBRARIES.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(
                    library ->
                        "%s %,d"
                            .formatted(
                                library.getKey(),
                                loaded.stream()
                                    .filter(line -> line.startsWith(library.getValue()))
                                    .count()))
                .collect(Collectors.joining(", ")));
  }
}
