package io.sensormeter.hour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.sensormeter.lambda.Release;
import io.sensormeter.local.Pipeline;
import io.sensormeter.local.Services;
import io.sensormeter.local.aws.FunctionError;
import io.sensormeter.local.aws.PackagedFunction;
import io.sensormeter.local.postgres.ApplicationData;
import io.sensormeter.local.postgres.LocalDatabase;
import io.sensormeter.local.stripe.ErrorReport;
import io.sensormeter.local.stripe.Fault;
import io.sensormeter.meter.Hour;
import io.sensormeter.meter.MeterKind;
import io.sensormeter.meter.Sighting;
import io.sensormeter.queue.SightingFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The functions as they ship, classes beside libraries, under Lambda's own runtime client: the
 * samples of {@code events/}, what a start without settings says, what the log holds.
 */
@EnabledOnOs(value = OS.LINUX, disabledReason = "Lambda's runtime client has a native part")
final class PackagedLayoutIT extends HourFixture {
  private static final ObjectMapper JSON =
      JsonMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();
  private static final int ORGANIZATIONS = 3;
  private static final String NO_FAILURES = "{\"batchItemFailures\":[]}";

  /** As the sample of the reports queue has it. */
  private static final int SENSORS = 20;

  private static final String SCHEDULER = "scheduler.SchedulerHandler";
  private static final String REPORTER = "reporter.ReporterHandler";
  private static final String RECORDER = "recorder.RecorderHandler";
  private static final String VERIFIER = "verifier.VerifierHandler";
  private static final String VIEW = "view.ViewHandler";
  private static final String SAMPLE_METER = "mtr_61SbWkXhAf8o2yNnH41QzTvE";
  private static final String SAMPLE_EVENT = "evt_61SbX0pYQmZk3rTt";

  private static final String CORRECT = "correct.json";

  /** Refused: nothing is old enough. */
  private static final String PRUNE = "prune.json";

  /** The hour of the samples; the packaged functions live in the present. */
  private static final Pattern SAMPLE_HOUR = Pattern.compile("2026-11-22T(\\d{2})");

  private final Hour now = Hour.floor(Instant.now());

  @Test
  void everySampleEventIsAnsweredByItsFunctionAndLedgerAndStripeAgree() throws IOException {
    Pipeline pipeline = pipeline();
    try (PackagedFunction scheduler = packaged(SCHEDULER, environment(pipeline));
        PackagedFunction reporter = packaged(REPORTER, environment(pipeline));
        PackagedFunction recorder = packaged(RECORDER, environment(pipeline))) {
      JsonNode check = json(scheduler.invoke(sample("check.json")));
      assertThat(check.path("ok").asBoolean()).isTrue();
      assertThat(check.path("version").asText()).isEqualTo(Release.version());
      assertThat(made(pipeline)).as("check makes no ledger").isFalse();
      JsonNode tick = json(scheduler.invoke(sample("hourly-tick.json")));
      assertThat(tick.path("complete").asBoolean()).isTrue();
      assertThat(tick.path("version").asText()).isEqualTo(Release.version());
      assertThat(reporter.invoke(sample("reports-queue.json"))).isEqualTo(NO_FAILURES);
      assertThat(recorder.invoke(sample("outcomes-queue.json"))).isEqualTo(NO_FAILURES);
      assertThat(reports(pipeline, "accepted")).isEqualTo(1);
      assertThat(recorder.invoke(sample("outcomes-queue-sightings.json"))).isEqualTo(NO_FAILURES);
      for (String name : samplesWithoutQueues()) {
        assertThat(json(scheduler.invoke(sample(name))).isObject()).as(name).isTrue();
      }
      source(pipeline.reportsUrl(), reporter).drain(ROUNDS);
      source(pipeline.outcomesUrl(), recorder).drain(ROUNDS);

      // The hour of the tick and the one before it, and the three of the backfill.
      assertThat(stripe.acceptedEvents()).hasSizeGreaterThanOrEqualTo(5 * ORGANIZATIONS);
      assertAgreement(pipeline);
      // Another value, which leaves only when no copy of the one before can.
      assertThat(json(scheduler.invoke(sample(CORRECT))).isObject()).isTrue();
      assertSummariesAddUp(lines(scheduler), lines(reporter), lines(recorder));
    }
  }

  /** Templates and style ship, no compiler of them does, and the answer is a JSON text. */
  @Test
  void viewAnswersWithAPage() throws IOException {
    Pipeline pipeline = pipeline();
    try (PackagedFunction scheduler = packaged(SCHEDULER, environment(pipeline));
        PackagedFunction view = packaged(VIEW, environment(pipeline))) {
      assertThat(json(view.invoke("{\"page\":\"hours\"}")).asText())
          .contains("the ledger is at version 0");
      scheduler.invoke(sample("hourly-tick.json"));
      for (String page : List.of("hours", "hour", "exceptions", "customer", "meters")) {
        JsonNode answer =
            json(
                view.invoke(
                    "{\"page\":\"%s\",\"widgetContext\":{\"theme\":\"dark\"}}".formatted(page)));
        assertThat(answer.isTextual()).isTrue();
        assertThat(answer.asText()).contains("<h2>", "cwdb-action", "sm-verified");
      }
      assertThat(pipeline.database().openConnections()).as("the scheduler's alone").isEqualTo(1);
      take(pipeline.reportsUrl());
      assertThat(lines(view)).hasSizeGreaterThanOrEqualTo(6);
    }
    try (Stream<Path> libraries = Files.list(Path.of(System.getProperty("lambda.lib")))) {
      assertThat(libraries.map(file -> file.getFileName().toString()))
          .filteredOn(name -> name.contains("jte") || name.contains("kotlin"))
          // sam build puts the group before the name.
          .allMatch(name -> name.matches("(gg[.]jte[.])?jte-(models-)?runtime-.*"));
    }
  }

  /** What Stripe refuses afterwards, and what it shows, as the samples ask for it. */
  @Test
  void verifierAnswersItsSamples() throws Exception {
    Pipeline pipeline = pipeline();
    stripe.onMeterEvent(new Fault.RejectedLater("meter_event_customer_not_found"), 1);
    try (PackagedFunction reporter = packaged(REPORTER, environment(pipeline));
        PackagedFunction verifier = packaged(VERIFIER, environment(pipeline))) {
      assertThat(reporter.invoke(sample("reports-queue.json"))).isEqualTo(NO_FAILURES);
      take(pipeline.outcomesUrl());
      ErrorReport report = stripe.errorReports().getFirst();

      assertThat(
              verifier.invoke(
                  sample("verifications-queue.json").replace(SAMPLE_METER, report.meter())))
          .isEqualTo(NO_FAILURES);
      assertThat(
              verifier.invoke(
                  sample("stripe-error-report.json").replace(SAMPLE_EVENT, report.eventId())))
          .isEqualTo(NO_FAILURES);

      List<Sighting> sightings = new ArrayList<>();
      for (String body : take(pipeline.outcomesUrl())) {
        sightings.addAll(SightingFormat.decode(body));
      }
      assertThat(sightings)
          .extracting(sighting -> sighting.getClass().getSimpleName())
          .containsExactlyInAnyOrder("Usage", "OfMeter", "Refused", "Doubted");
      assertThat(sightings)
          .filteredOn(Sighting.Refused.class::isInstance)
          .extracting(sighting -> ((Sighting.Refused) sighting).identifier())
          .containsExactly(report.identifier());
      List<JsonNode> lines = lines(verifier);
      assertThat(summaries(lines, "verified"))
          .hasSize(2)
          .allSatisfy(
              line ->
                  assertThat(line.path("received").asInt())
                      .isEqualTo(
                          line.path("answered").asInt()
                              + line.path("deferred").asInt()
                              + line.path("skipped").asInt())
                      .isPositive());
      assertMetrics(lines, "QuestionsAnswered");
    }
  }

  private static boolean made(Pipeline pipeline) {
    return pipeline.database().queryLong("select to_regclass('metering.tick') is not null::int")
        == 1;
  }

  private static List<String> samplesWithoutQueues() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("events"))) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(
              name ->
                  !name.contains("queue")
                      && !name.startsWith("stripe-")
                      && !name.equals(CORRECT)
                      && !name.equals(PRUNE))
          .sorted()
          .toList();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          scheduler.SchedulerHandler | SchedulerFunction | DATABASE_SECRET_ARN is missing; SOURCE is missing: one of shipped, own; STACK is missing; METERS is missing: the meters billed; STRIPE_MODE is missing: one of live, test; REPORTS_QUEUE_URL is missing; VERIFICATIONS_QUEUE_URL is missing; INVOICE_GRACE_HOURS is 'soon'
          reporter.ReporterHandler | ReporterFunction | STRIPE_SECRET_ARN is missing; STRIPE_MODE is missing: one of live, test; REPORTS_QUEUE_URL is missing; OUTCOMES_QUEUE_URL is missing
          verifier.VerifierHandler | VerifierFunction | STRIPE_READ_SECRET_ARN is missing; STRIPE_MODE is missing: one of live, test; OUTCOMES_QUEUE_URL is missing
          view.ViewHandler | ViewFunction | DATABASE_SECRET_ARN is missing; SOURCE is missing: one of shipped, own; METERS is missing: the meters billed
          recorder.RecorderHandler | RecorderFunction | DATABASE_SECRET_ARN is missing; INVOICE_GRACE_HOURS is 'soon'
          """)
  void functionWithoutItsSettingsDoesNotStartAndNamesEveryOneAtOnce(
      String handler, String function, String problems) {
    String[] each = problems.split("; ", -1);
    try (PackagedFunction packaged = packaged(handler, Map.of("INVOICE_GRACE_HOURS", "soon"))) {
      FunctionError error = catchThrowableOfType(FunctionError.class, () -> packaged.invoke("{}"));

      assertThat(error.json())
          .contains(function + " does not start, " + each.length + " setting(s) to mend: ")
          .contains(each);
    }
  }

  @Test
  void unknownInputIsAnsweredWithWhatIsAccepted() {
    Map<String, String> answers =
        Map.of(
            "{\"hello\":1}", "(source / detail-type: null / null); accepted are: ",
            "{\"source\":\"aws.s3\",\"detail-type\":\"Object Created\"}", "aws.s3 / Object Created",
            "{\"command\":\"bill\"}", "command 'bill' is unknown; nothing was done. Known are: ",
            "{\"command\":\"tick\",\"dryRun\":true,\"dryRun\":false}", "Duplicate field 'dryRun'");
    Pipeline pipeline = pipeline();
    try (PackagedFunction scheduler = packaged(SCHEDULER, environment(pipeline))) {
      answers.forEach(
          (input, answer) ->
              assertThatExceptionOfType(FunctionError.class)
                  .as(input)
                  .isThrownBy(() -> scheduler.invoke(input))
                  .satisfies(
                      e ->
                          assertThat(json(e.json()).path("errorMessage").asText())
                              .contains(answer, "nothing was done")));
      assertThat(scheduler.invoke("{\"command\":\"check\"}")).contains("\"findings\"");
    }
  }

  /**
   * Each line is one JSON object and, but for metrics, names the release; those that sum an
   * invocation up are named by their message.
   */
  private static List<JsonNode> lines(PackagedFunction function) {
    List<JsonNode> lines = new ArrayList<>();
    for (String line : function.logs().lines().toList()) {
      JsonNode node = json(line);
      assertThat(node.isObject()).as(line).isTrue();
      if (!node.has("_aws")) {
        assertThat(node.path("version").asText()).as(line).isEqualTo(Release.version());
      }
      lines.add(node);
    }
    return lines;
  }

  private static void assertSummariesAddUp(
      List<JsonNode> scheduler, List<JsonNode> reporter, List<JsonNode> recorder) {
    List<JsonNode> ticks = summaries(scheduler, "tick ");
    assertThat(ticks)
        .hasSizeGreaterThanOrEqualTo(3)
        .allSatisfy(
            line ->
                assertThat(line.path("ReportsCaptured").asInt())
                    .isEqualTo(
                        line.path("ReportsPublished").asInt()
                            + line.path("ReadingsRejected").asInt()));
    assertThat(summaries(reporter, "reported"))
        .isNotEmpty()
        .allSatisfy(
            line ->
                assertThat(line.path("received").asInt())
                    .isEqualTo(
                        line.path("accepted").asInt()
                            + line.path("rejected").asInt()
                            + line.path("deferred").asInt()
                            + line.path("skipped").asInt())
                    .isPositive());
    assertThat(summaries(recorder, "recorded"))
        .isNotEmpty()
        .allSatisfy(
            line ->
                assertThat(line.path("OutcomesReceived").asInt())
                    .isEqualTo(
                        line.path("OutcomesRepeated").asInt()
                            + line.path("ReportsRecordedAccepted").asInt()
                            + line.path("ReportsRecordedRejected").asInt()
                            + line.path("OutcomesUnchanged").asInt()
                            + line.path("OutcomesUnknown").asInt()));
    assertMetrics(scheduler, "TickCompleted");
    assertMetrics(reporter, "ReportsAccepted");
    assertMetrics(recorder, "ReportsRecordedAccepted");
  }

  private static List<JsonNode> summaries(List<JsonNode> lines, String message) {
    return lines.stream()
        .filter(line -> line.path("message").asText().startsWith(message))
        .filter(line -> !line.has("_aws"))
        .toList();
  }

  /** Beside each summary stand its numbers once more, in the form that CloudWatch reads. */
  private static void assertMetrics(List<JsonNode> lines, String metric) {
    List<JsonNode> logged =
        lines.stream().filter(line -> line.has(metric) && !line.has("_aws")).toList();
    List<JsonNode> emitted =
        lines.stream().filter(line -> line.has(metric) && line.has("_aws")).toList();
    assertThat(emitted)
        .hasSameSizeAs(logged)
        .anySatisfy(line -> assertThat(line.path(metric).asInt()).isPositive())
        .zipSatisfy(
            logged,
            (line, summary) -> {
              JsonNode directive = line.path("_aws").path("CloudWatchMetrics").path(0);
              assertThat(directive.path("Namespace").asText()).isEqualTo("SensorMeter");
              assertThat(directive.path("Dimensions").toString()).isEqualTo("[[\"Service\"]]");
              assertThat(line.path("Service").asText()).isEqualTo("packaged");
              assertThat(directive.path("Metrics").findValuesAsText("Name"))
                  .contains(metric)
                  .allSatisfy(
                      name ->
                          assertThat(line.path(name).asLong(-1))
                              .as(name)
                              .isEqualTo(summary.path(name).asLong(-2)));
            });
  }

  private Pipeline pipeline() {
    clock.set(Instant.now());
    meter(MeterKind.SUM_HOURLY);
    LocalDatabase database = Services.postgres().newDatabase();
    ApplicationData.insertOrganizations(
        database, ORGANIZATIONS, SENSORS, now.minusHours(240).start());
    for (int n = 1; n <= ORGANIZATIONS; n++) {
      stripe.addCustomer(ApplicationData.customerId(n));
    }
    // The backfill sample's hours are older than a tick catches up by itself.
    return pipeline(
        database, Map.of("BILL_FROM", now.minusHours(5).toString(), "CATCH_UP_HOURS", "1"));
  }

  private static Map<String, String> environment(Pipeline pipeline) {
    Map<String, String> environment = new HashMap<>(pipeline.environment());
    environment.put("POWERTOOLS_SERVICE_NAME", "packaged");
    return environment;
  }

  /** The sample, moved from its hour to the present one. */
  private String sample(String name) throws IOException {
    return SAMPLE_HOUR
        .matcher(Files.readString(Path.of("events", name)))
        .replaceAll(
            hour ->
                now.plusHours(Integer.parseInt(hour.group(1)) - 14L)
                    .start()
                    .toString()
                    .substring(0, 13));
  }

  private static JsonNode json(String text) {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(text, e);
    }
  }
}
