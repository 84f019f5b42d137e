package io.sensormeter.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import com.amazonaws.services.lambda.runtime.events.SQSEvent.SQSMessage;
import io.sensormeter.local.aws.LambdaJson;
import io.sensormeter.meter.Copy;
import io.sensormeter.meter.Hour;
import io.sensormeter.meter.Identifier;
import io.sensormeter.meter.Outcome;
import io.sensormeter.meter.Question;
import io.sensormeter.meter.Sighting;
import io.sensormeter.operator.Command;
import io.sensormeter.queue.CopyFormat;
import io.sensormeter.queue.OutcomeFormat;
import io.sensormeter.queue.QuestionFormat;
import io.sensormeter.queue.SightingFormat;
import io.sensormeter.queue.UnreadableMessage;
import io.sensormeter.stripe.Notification;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** events/: one sample of each input, as Lambda's own serializer gives it to the handlers. */
final class SampleEventsTest {
  private static final Path EVENTS = Path.of("events");
  private static final Hour HOUR = Hour.parse("2026-11-22T14:00:00Z");
  private static final Set<String> QUEUES =
      Set.of(
          "reports-queue.json",
          "outcomes-queue.json",
          "outcomes-queue-sightings.json",
          "verifications-queue.json",
          "stripe-error-report.json");

  @Test
  void everyKindOfInputHasASample() throws IOException {
    Set<String> kinds = new TreeSet<>();
    for (Path sample : samples()) {
      if (!QUEUES.contains(sample.getFileName().toString())) {
        kinds.add(kind(input(sample)));
      }
    }
    Set<String> commands =
        Stream.of(Command.class.getPermittedSubclasses())
            .map(Class::getSimpleName)
            .collect(Collectors.toCollection(TreeSet::new));
    commands.addAll(Set.of("HourlyTick", "Deployment"));
    assertThat(kinds).containsExactlyInAnyOrderElementsOf(commands);
  }

  @Test
  void hourlyTickIsOfTheHourOfTheOtherSamples() throws IOException {
    assertThat(input(EVENTS.resolve("hourly-tick.json"))).isEqualTo(new SchedulerInput.Tick(HOUR));
  }

  @Test
  void dryRunsAreTheirCommandsWithoutWriting() throws IOException {
    for (Path sample : samples()) {
      String name = sample.getFileName().toString();
      if (name.endsWith("-dry-run.json")) {
        Path wet = sample.resolveSibling(name.replace("-dry-run", ""));
        assertThat(Files.readString(sample)).contains("\"dryRun\": true");
        assertThat(Files.readString(wet)).doesNotContain("dryRun");
        assertThat(kind(input(sample))).isEqualTo(kind(input(wet)));
      }
    }
  }

  @Test
  void reportsQueueSampleIsReallySent() throws IOException, UnreadableMessage {
    SQSMessage message = message("reports-queue.json");
    Copy copy = CopyFormat.decode(message.getBody());
    assertThat(copy.key().hour()).isEqualTo(HOUR);
    assertThat(copy.identifier()).isEqualTo(Identifier.of(copy.key()));
    assertThat(copy.sendBefore()).isAfter(Instant.parse("2099-01-01T00:00:00Z"));
  }

  @Test
  void outcomesQueueSampleIsOfTheSameReport() throws IOException, UnreadableMessage {
    Copy copy = CopyFormat.decode(message("reports-queue.json").getBody());
    List<Outcome> outcomes =
        OutcomeFormat.decode(message("outcomes-queue.json").getBody()).outcomes();
    assertThat(outcomes).hasSize(1);
    assertThat(outcomes.getFirst().key()).isEqualTo(copy.key());
  }

  @Test
  void verificationsQueueSampleAsksForUsageAndForMeters() throws IOException, UnreadableMessage {
    Copy copy = CopyFormat.decode(message("reports-queue.json").getBody());
    List<Question> questions = new ArrayList<>();
    for (SQSMessage message : messages("verifications-queue.json", "verifications")) {
      questions.add(QuestionFormat.decode(message.getBody()));
    }
    assertThat(questions)
        .hasSize(2)
        .allSatisfy(
            question ->
                assertThat(question.askBefore()).isAfter(Instant.parse("2099-01-01T00:00:00Z")));
    assertThat(questions.getFirst())
        .isInstanceOfSatisfying(
            Question.Usage.class,
            usage -> {
              assertThat(usage.organizationId()).isEqualTo(copy.key().organizationId());
              assertThat(usage.stripeCustomerId()).isEqualTo(copy.stripeCustomerId());
              assertThat(usage.to()).isEqualTo(HOUR);
            });
    assertThat(questions.getLast())
        .isInstanceOfSatisfying(
            Question.OfMeters.class,
            meters -> assertThat(meters.meters()).containsExactly(copy.key().meter()));
  }

  @Test
  void errorReportSampleIsStripesInTheEnvelopeOfEventBridge() throws IOException {
    SQSMessage message = messages("stripe-error-report.json", "verifications").getFirst();
    assertThat(Notification.read(message.getBody()))
        .contains(
            new Notification(
                "evt_61SbX0pYQmZk3rTt",
                "mtr_61SbWkXhAf8o2yNnH41QzTvE",
                Instant.parse("2026-11-22T14:05:11Z")));
  }

  @Test
  void sightingsSampleShowsTheSampleReport() throws IOException, UnreadableMessage {
    Copy copy = CopyFormat.decode(message("reports-queue.json").getBody());
    SQSMessage message = messages("outcomes-queue-sightings.json", "outcomes").getFirst();
    List<Sighting> sightings = SightingFormat.decode(message.getBody());
    assertThat(sightings).hasSize(2);
    assertThat(sightings.getFirst())
        .isInstanceOfSatisfying(
            Sighting.Usage.class,
            usage -> {
              assertThat(usage.organizationId()).isEqualTo(copy.key().organizationId());
              assertThat(usage.values().get(copy.eventHour())).isEqualByComparingTo("20");
              assertThat(copy.value()).isEqualTo(20);
            });
  }

  private static List<Path> samples() throws IOException {
    try (Stream<Path> files = Files.list(EVENTS)) {
      return files.sorted().toList();
    }
  }

  private static SchedulerInput input(Path sample) throws IOException {
    try (InputStream json = Files.newInputStream(sample)) {
      return SchedulerInput.parse(json);
    }
  }

  private static String kind(SchedulerInput input) {
    return switch (input) {
      case SchedulerInput.Tick _ -> "HourlyTick";
      case SchedulerInput.Deployment _ -> "Deployment";
      case SchedulerInput.Operator(Command command) -> command.getClass().getSimpleName();
    };
  }

  private static SQSMessage message(String name) throws IOException {
    return messages(name, name.replace("-queue.json", "")).getFirst();
  }

  private static List<SQSMessage> messages(String name, String queue) throws IOException {
    List<SQSMessage> messages =
        LambdaJson.batch(Files.readString(EVENTS.resolve(name))).getRecords();
    assertThat(messages)
        .isNotEmpty()
        .allSatisfy(
            message -> {
              assertThat(md5(message.getBody())).isEqualTo(message.getMd5OfBody());
              assertThat(message.getEventSourceArn()).endsWith("-" + queue);
            });
    return messages;
  }

  private static String md5(String text) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("MD5").digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has MD5", e);
    }
  }
}
