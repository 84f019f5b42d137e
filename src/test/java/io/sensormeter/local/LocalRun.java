package io.sensormeter.local;

import io.sensormeter.local.aws.LocalSecrets;
import io.sensormeter.local.aws.LocalSqs;
import io.sensormeter.local.aws.WidgetConsole;
import io.sensormeter.local.postgres.ApplicationData;
import io.sensormeter.local.postgres.LocalDatabase;
import io.sensormeter.local.postgres.LocalPostgres;
import io.sensormeter.local.stripe.ErrorReport;
import io.sensormeter.local.stripe.FakeStripe;
import io.sensormeter.local.stripe.Fault;
import io.sensormeter.local.stripe.Formula;
import io.sensormeter.local.stripe.MeterEventCall;
import io.sensormeter.meter.Hour;
import io.sensormeter.scheduler.SchedulerHandler;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/**
 * {@code mvn -q -Plocal}: hours of billing on this machine, and whether ledger and Stripe agree.
 * Exits with 0 only if they do.
 *
 * <ul>
 *   <li>{@code -Dorganizations=N}: how many are billed, 1,000 by default
 *   <li>{@code -Dhours=N}: how many hours in a row, 1 by default
 *   <li>{@code -DstripeLatency=N}: milliseconds that Stripe takes for a call, 0 by default
 *   <li>{@code -DstripeCallsPerSecond=N}: the pace of all reporters together, 800 by default
 *   <li>{@code -Drefuse=N}: so many customers' events are refused by Stripe after it took them, and
 *       stand as named exceptions
 *   <li>{@code -Dserve}: keep everything up on today's clock, with {@code hours} of history, and
 *       serve the pages with buttons that let hours pass and break things; carry out commands by
 *       hand, and write to target/local what {@code sam local invoke} needs
 * </ul>
 */
public final class LocalRun implements AutoCloseable {
  private static final int SENSORS_PER_ORGANIZATION = 20;
  private static final Path TICK = Path.of("events", "hourly-tick.json");
  private static final Path ENVIRONMENT = Path.of("target", "local");
  private static final Pattern TIME = Pattern.compile("(\"time\"\\s*:\\s*\")([^\"]+)(\")");

  /** The rule fires within a few seconds of the full hour. */
  private static final Duration AFTER_THE_HOUR = Duration.ofSeconds(3);

  /** Hours of which Stripe cannot be asked yet when the last one has run. */
  private static final int TOO_YOUNG = 2;

  private final int organizations = Option.ORGANIZATIONS.number();
  private final LocalPostgres postgres = LocalPostgres.start();
  private final LocalSqs sqs = LocalSqs.start();
  private final LocalSecrets secrets = LocalSecrets.start();
  private final InstantSource clock;
  private final FakeStripe stripe;

  private LocalRun(InstantSource clock) {
    this.clock = clock;
    this.stripe = FakeStripe.start(clock);
    stripe.latency(Duration.ofMillis(Option.STRIPE_LATENCY.number()));
  }

  public static void main(String[] arguments) throws IOException {
    System.exit(run() ? 0 : 1);
  }

  private static boolean run() throws IOException {
    if (Boolean.parseBoolean(Option.SERVE.text())) {
      RunningClock clock = new RunningClock();
      try (LocalRun run = new LocalRun(clock)) {
        run.serveUntilQuit(clock, Option.HOURS.number());
      }
      return true;
    }
    String tick = Files.readString(TICK);
    Hour first = Hour.parse(time(tick));
    SettableClock clock = new SettableClock(first.start().plus(AFTER_THE_HOUR));
    try (LocalRun run = new LocalRun(clock)) {
      return run.hours(tick, first, Option.HOURS.number(), clock);
    }
  }

  private boolean hours(String tick, Hour first, int hours, SettableClock clock) {
    say("%,d organizations, %,d hour(s) from %s".formatted(organizations, hours, first));
    try (Pipeline pipeline = pipeline(first, "");
        Consumers consumers = new Consumers(pipeline)) {
      long began = System.nanoTime();
      try (ProgressBar bar = bar((long) organizations * hours)) {
        SchedulerHandler scheduler = pipeline.newScheduler();
        int told = 0;
        for (int i = 0; i < hours; i++) {
          Hour hour = first.plusHours(i);
          clock.set(hour.start().plus(AFTER_THE_HOUR));
          bar.setExtraMessage(" " + hour);
          pipeline.invoke(scheduler, at(tick, hour.start()));
          consumers.awaitSettled(() -> bar.stepTo(stripe.calls()));
          told = tell(pipeline, told);
          consumers.awaitSettled(() -> {});
        }
        if (hours > TOO_YOUNG) {
          verify(pipeline, scheduler, first, first.plusHours(hours - 1L));
          consumers.awaitSettled(() -> {});
        }
      }
      return new Agreement(pipeline).print(Duration.ofNanos(System.nanoTime() - began));
    }
  }

  /** What Stripe refused afterwards comes by its event bus; how many reports it has sent by now. */
  private int tell(Pipeline pipeline, int told) {
    List<ErrorReport> reports = stripe.errorReports();
    for (ErrorReport report : reports.subList(told, reports.size())) {
      sqs.client()
          .sendMessage(m -> m.queueUrl(pipeline.verificationsUrl()).messageBody(report.envelope()));
    }
    return reports.size();
  }

  /** Not every organization's turn has come by now: all are looked up at once. */
  private static void verify(Pipeline pipeline, SchedulerHandler scheduler, Hour first, Hour last) {
    pipeline.invoke(
        scheduler, "{\"command\":\"verify\",\"from\":\"%s\",\"to\":\"%s\"}".formatted(first, last));
  }

  private void serveUntilQuit(RunningClock running, int hours) throws IOException {
    Hour first = Hour.floor(clock.instant()).minusHours(hours - 1L);
    running.set(first.minusHours(1).start());
    // Whoever plays with it does not wait a day until Stripe is asked.
    try (Pipeline pipeline = pipeline(first, "2");
        Consumers consumers = new Consumers(pipeline);
        Demonstration demonstration =
            new Demonstration(pipeline, consumers, sqs, running, refusing());
        ServedPages pages =
            ServedPages.start(
                demonstration, new WidgetConsole(pipeline.newView()), running::instant)) {
      say("Open %s".formatted(pages.address()));
      for (int i = 0; i < hours; i++) {
        demonstration.hour();
      }
      demonstration.await();
      addresses(pipeline);
      new EnvironmentFiles(pipeline.environment())
          .write(ENVIRONMENT)
          .forEach(
              (machine, command) ->
                  say(
                      "After sam build, while this runs, on %s:%n    %s"
                          .formatted(machine, command)));
      say(
          "%,d organizations; type tick, status, check, a command as JSON such as%n    {\"command\":\"tick\",\"dryRun\":true}%n  hour to let one pass, or quit"
              .formatted(organizations));
      new Console(pipeline, consumers, demonstration)
          .run(new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)));
    }
  }

  private void addresses(Pipeline pipeline) {
    LocalDatabase database = pipeline.database();
    say(
        "PostgreSQL %d  postgresql://%s:%s@%s:%d/%s"
            .formatted(
                postgres.majorVersion(),
                database.user(),
                database.password(),
                database.host(),
                database.port(),
                database.name()));
    say("SQS             %s".formatted(sqs.endpoint()));
    say("Secrets Manager %s".formatted(secrets.endpoint()));
    say("Stripe fake     %s".formatted(stripe.base()));
  }

  private Pipeline pipeline(Hour billFrom, String verifyEveryHours) {
    LocalDatabase database = postgres.newDatabase();
    ApplicationData.insertOrganizations(
        database, organizations, SENSORS_PER_ORGANIZATION, billFrom.minusHours(24L * 30).start());
    stripe.addMeter(Pipeline.METER, Formula.SUM, "hour");
    for (int n = 1; n <= organizations; n++) {
      stripe.addCustomer(ApplicationData.customerId(n));
    }
    stripe.script(refusing());
    return new Pipeline(
        database,
        sqs,
        secrets,
        stripe,
        clock,
        Map.of(
            "BILL_FROM",
            billFrom.toString(),
            "VERIFY_EVERY_HOURS",
            verifyEveryHours,
            "STRIPE_CALLS_PER_SECOND",
            Option.STRIPE_CALLS_PER_SECOND.text()));
  }

  private static Function<MeterEventCall, @Nullable Fault> refusing() {
    Set<String> refused =
        IntStream.rangeClosed(1, Option.REFUSE.number())
            .mapToObj(ApplicationData::customerId)
            .collect(Collectors.toSet());
    return call ->
        refused.contains(call.customer())
            ? new Fault.RejectedLater("meter_event_customer_not_found")
            : null;
  }

  private static ProgressBar bar(long reports) {
    return new ProgressBarBuilder()
        .setTaskName("reported to Stripe")
        .setInitialMax(reports)
        .setStyle(ProgressBarStyle.ASCII)
        .setUpdateIntervalMillis(500)
        .build();
  }

  private static String time(String event) {
    Matcher time = TIME.matcher(event);
    if (!time.find()) {
      throw new IllegalStateException(TICK + " has no time");
    }
    return time.group(2);
  }

  private static String at(String event, Instant time) {
    return TIME.matcher(event).replaceFirst("$1" + time + "$3");
  }

  private static void say(String line) {
    System.out.println("  " + line);
  }

  @Override
  public void close() {
    stripe.close();
    secrets.close();
    sqs.close();
    postgres.close();
  }
}
