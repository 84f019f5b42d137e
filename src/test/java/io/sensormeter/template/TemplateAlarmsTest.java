package io.sensormeter.template;

import static io.sensormeter.template.Template.text;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sensormeter.lambda.Telemetry;
import io.sensormeter.recorder.RecorderMetrics;
import io.sensormeter.reporter.ReporterMetrics;
import io.sensormeter.template.Alarm.Statistic;
import io.sensormeter.template.Series.Metric;
import io.sensormeter.template.Template.Resource;
import io.sensormeter.tick.TickMetrics;
import io.sensormeter.verifier.VerifierMetrics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** template.yaml's alarms and dashboard against the metrics that the code emits. */
final class TemplateAlarmsTest {
  private static final String ALARM = "AWS::CloudWatch::Alarm";
  private static final String COMPOSITE = "AWS::CloudWatch::CompositeAlarm";
  private static final Pattern RUNBOOK =
      Pattern.compile(" https://\\S+/blob/v\\S+/docs/runbook\\.md#([a-z-]+)$");

  private final Template template = Template.read();

  @Test
  void everyMetricOfOursIsEmittedWithTheDimensionAlarmed() {
    Set<String> emitted = emitted();
    assertThat(
            text(
                template
                    .root()
                    .at("/Globals/Function/Environment/Variables/POWERTOOLS_SERVICE_NAME")))
        .isEqualTo("AWS::StackName");
    watched()
        .filter(metric -> metric.namespace().equals(Telemetry.NAMESPACE))
        .forEach(
            metric -> {
              assertThat(emitted).contains(metric.name());
              assertThat(metric).isEqualTo(Metric.ofStack(metric.name()));
            });
  }

  @Test
  void everyOtherMetricIsOfAResourceOfThisStack() {
    Map<String, String> dimensions =
        Map.of(
            "AWS/Events", "RuleName=HourlyRule",
            "AWS/Lambda", "FunctionName=(Scheduler|Reporter|Recorder|Verifier)Function",
            "AWS/SQS", "QueueName=[A-Za-z]+Queue\\.QueueName");
    watched()
        .filter(metric -> !metric.namespace().equals(Telemetry.NAMESPACE))
        .forEach(
            metric -> {
              assertThat(metric.dimensions())
                  .matches(dimensions.getOrDefault(metric.namespace(), "no such namespace"));
              String resource = metric.dimensions().replaceAll("^\\w+=|\\.QueueName$", "");
              assertThat(template.resource(resource).id()).isEqualTo(resource);
            });
  }

  @Test
  void everyAlarmStaysWhateverTheParameters() {
    assertThat(everyAlarm()).allMatch(alarm -> alarm.json().path("Condition").isMissingNode());
  }

  @Test
  void everyAlarmTellsAPersonItselfOrThroughOneBundle() {
    List<Resource> bundles = template.resources(COMPOSITE);
    assertThat(bundles)
        .map(Resource::id)
        .containsExactly("CaptureAlarm", "ReportAlarm", "RecordAlarm", "VerifyAlarm");
    List<String> children = new ArrayList<>();
    for (Resource bundle : bundles) {
      children.addAll(Alarms.children(bundle));
    }
    assertThat(children).doesNotHaveDuplicates();
    for (Resource alarm : everyAlarm()) {
      boolean silent = children.contains(alarm.id());
      String topic = "Fn::If=HasOwnTopic, HealthTopic, AlarmTopicArn";
      assertThat(text(alarm.property("AlarmActions")))
          .as(alarm.id())
          .isEqualTo(silent ? "" : topic);
      assertThat(text(alarm.property("OKActions")))
          .as(alarm.id())
          .isEqualTo(bundles.contains(alarm) ? topic : "");
      assertThat(alarm.properties().has("InsufficientDataActions")).as(alarm.id()).isFalse();
      assertThat(alarm.properties().has("ActionsEnabled")).as(alarm.id()).isFalse();
    }
  }

  @Test
  void everyQueueOfDeadLettersHasAnAlarm() {
    assertThat(
            watched()
                .filter(metric -> metric.name().equals("ApproximateNumberOfMessagesVisible"))
                .map(metric -> metric.dimensions().replaceAll("^QueueName=|\\.QueueName$", "")))
        .containsExactlyInAnyOrderElementsOf(
            template.resources("AWS::SQS::Queue").stream()
                .map(Resource::id)
                .filter(id -> id.endsWith("DeadLetterQueue"))
                .toList());
  }

  /** Who looks at a page sees that it does not come; nothing else depends on it. */
  private List<Resource> functionsThatNobodyWaitsFor() {
    return template.functions().stream()
        .filter(function -> !function.id().equals("ViewFunction"))
        .toList();
  }

  @Test
  void durationAlarmsAtFourFifthsOfTheTimeout() {
    for (Resource function : functionsThatNobodyWaitsFor()) {
      Resource alarm = template.resource(function.id().replace("Function", "DurationAlarm"));
      assertThat(alarm.property("Threshold").intValue())
          .isEqualTo(function.property("Timeout").intValue() * 800);
      assertThat(Alarm.of(alarm).watched().values())
          .extracting(Statistic::metric)
          .containsExactly(Metric.ofFunction("Duration", function.id()));
    }
  }

  @Test
  void everyThrottleOfAFunctionCounts() {
    assertThat(watched().filter(metric -> metric.name().equals("Throttles")))
        .containsExactlyInAnyOrderElementsOf(
            functionsThatNobodyWaitsFor().stream()
                .map(function -> Metric.ofFunction("Throttles", function.id()))
                .toList());
  }

  @Test
  void everyAlarmSaysWhatToDoAndEndsWithItsEntryInTheRunbook() throws IOException {
    String runbook = Files.readString(Path.of("docs", "runbook.md"));
    Set<String> anchors = new TreeSet<>();
    for (Resource alarm : everyAlarm()) {
      String description = text(alarm.property("AlarmDescription"));
      Matcher anchor = RUNBOOK.matcher(description);
      assertThat(anchor.find()).as(description).isTrue();
      anchors.add(anchor.group(1));
      // CloudWatch's limit.
      assertThat(description).hasSizeLessThan(1024);
    }
    Set<String> entries = new TreeSet<>();
    for (String section : runbook.split("\n## ", -1)) {
      if (section.contains("**Means**")) {
        assertThat(section)
            .containsSubsequence("**Means**", "**Look**", "**Do**", "**Verify**")
            .endsWith("\n");
        entries.add(
            section.lines().findFirst().orElseThrow().toLowerCase(Locale.ROOT).replace(' ', '-'));
      }
    }
    assertThat(entries).isEqualTo(anchors);
  }

  @Test
  void dashboardShowsEveryAlarmTheBundlesFirst() throws IOException {
    List<String> shown = new ArrayList<>();
    for (JsonNode widget : dashboard().path("widgets")) {
      widget.at("/properties/alarms").forEach(arn -> shown.add(arn.asText()));
    }
    assertThat(shown)
        .startsWith(
            "${CaptureAlarm.Arn}", "${ReportAlarm.Arn}", "${RecordAlarm.Arn}", "${VerifyAlarm.Arn}")
        .containsExactlyInAnyOrderElementsOf(
            everyAlarm().stream().map(alarm -> "${" + alarm.id() + ".Arn}").toList());
  }

  @Test
  void dashboardShowsOnlyWhatIsEmitted() throws IOException {
    JsonNode dashboard = dashboard();
    Set<String> shown = new TreeSet<>();
    for (JsonNode widget : dashboard.path("widgets")) {
      for (JsonNode metric : widget.at("/properties/metrics")) {
        if (text(metric.path(0)).equals(Telemetry.NAMESPACE)) {
          assertThat(text(metric.path(2))).isEqualTo(Telemetry.DIMENSION);
          assertThat(text(metric.path(3))).isEqualTo("${AWS::StackName}");
          shown.add(text(metric.path(1)));
        }
      }
    }
    assertThat(emitted()).containsAll(shown);
    assertThat(shown).contains("OldestUncapturedAge", "OldestPendingAge", "TickCompleted");
  }

  @Test
  void cloudWatchMayPublishToTheTopicAndNobodyWithoutTls() {
    assertThat(
            Template.statements(template.resource("HealthTopicPolicy").property("PolicyDocument"))
                .map(Template::text))
        .containsExactly(
            "Sid=AlarmsOfThisAccount Effect=Allow Principal=Service=cloudwatch.amazonaws.com"
                + " Action=sns:Publish Resource=HealthTopic"
                + " Condition=StringEquals=aws:SourceAccount=AWS::AccountId"
                + " ArnLike=aws:SourceArn=arn:${AWS::Partition}:cloudwatch:${AWS::Region}:${AWS::AccountId}:alarm:*",
            "Sid=OnlyTls Effect=Deny Principal=* Action=sns:Publish Resource=HealthTopic"
                + " Condition=Bool=aws:SecureTransport=false");
  }

  private JsonNode dashboard() throws IOException {
    return new ObjectMapper()
        .readTree(text(template.resource("Dashboard").property("DashboardBody")));
  }

  private List<Resource> everyAlarm() {
    List<Resource> alarms = new ArrayList<>(template.resources(COMPOSITE));
    alarms.addAll(template.resources(ALARM));
    return alarms;
  }

  /** Every metric of every alarm. */
  private Stream<Metric> watched() {
    return template.resources(ALARM).stream()
        .flatMap(alarm -> Alarm.of(alarm).watched().values().stream())
        .map(Statistic::metric);
  }

  /** The metrics of all functions; each is one series, since the stack is their only dimension. */
  static Set<String> emitted() {
    Set<String> emitted = new TreeSet<>(TickMetrics.names());
    emitted.addAll(RecorderMetrics.names());
    emitted.addAll(ReporterMetrics.names());
    emitted.addAll(VerifierMetrics.names());
    return emitted;
  }
}
