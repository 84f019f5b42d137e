package io.sensormeter.template;

import static io.sensormeter.template.Template.text;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sensormeter.lambda.Telemetry;
import io.sensormeter.recorder.RecorderMetrics;
import io.sensormeter.reporter.ReporterMetrics;
import io.sensormeter.template.Template.Resource;
import io.sensormeter.tick.TickMetrics;
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
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** template.yaml's alarms and dashboard against the metrics that the code emits. */
final class TemplateAlarmsTest {
  private static final String ALARM = "AWS::CloudWatch::Alarm";
  private static final Pattern ANCHOR = Pattern.compile("README\\.md#(runbook-[a-z-]+)$");

  /** Every alarm, and when it is on. */
  private static final Map<String, String> ALARMS =
      Map.ofEntries(
          Map.entry(
              "HeartbeatAlarm",
              "FILL(Sum TickCompleted, 0) < 1 in 3600 s, 2 of 2, missing breaching"),
          Map.entry(
              "UncapturedHourAlarm", "Maximum OldestUncapturedAge > 3600 in 300 s, missing ignore"),
          Map.entry("PendingHourAlarm", "Maximum OldestPendingAge > 3600 in 300 s, missing ignore"),
          Map.entry(
              "OrganizationsNewlyRejectedAlarm",
              "Maximum OrganizationsNewlyRejected >= 1 in 300 s, missing ignore"),
          Map.entry("CaptureDroppedAlarm", "Maximum CaptureDropped >= 1 in 300 s, missing ignore"),
          Map.entry("HoursSkippedAlarm", "Maximum HoursSkipped >= 1 in 300 s, missing ignore"),
          Map.entry("ReportsLateAlarm", "Sum ReportsLate >= 1 in 3600 s, missing notBreaching"),
          Map.entry(
              "NewUnresolvedAlarm", "Maximum ReportsNewlyUnresolved >= 1 in 300 s, missing ignore"),
          Map.entry(
              "NewDiscrepanciesAlarm",
              "DIFF(Maximum OpenDiscrepancies) > 0 in 3600 s, 1 of 3, missing notBreaching"),
          Map.entry("NewExpiredAlarm", "Maximum ReportsNewlyExpired >= 1 in 300 s, missing ignore"),
          Map.entry("RuleFailedAlarm", "Sum FailedInvocations >= 1 in 300 s, missing notBreaching"),
          Map.entry(
              "RuleDeadLetterAlarm",
              "Sum InvocationsSentToDlq >= 1 in 300 s, missing notBreaching"),
          Map.entry(
              "EventsDroppedAlarm", "Sum AsyncEventsDropped >= 1 in 300 s, missing notBreaching"),
          Map.entry("SchedulerErrorsAlarm", "Sum Errors >= 3 in 3600 s, missing notBreaching"),
          Map.entry("ReporterErrorsAlarm", "Sum Errors >= 3 in 900 s, missing notBreaching"),
          Map.entry("RecorderErrorsAlarm", "Sum Errors >= 3 in 900 s, missing notBreaching"),
          Map.entry("SchedulerThrottlesAlarm", "Sum Throttles >= 1 in 900 s, missing notBreaching"),
          Map.entry("ReporterThrottlesAlarm", "Sum Throttles >= 1 in 900 s, missing notBreaching"),
          Map.entry("RecorderThrottlesAlarm", "Sum Throttles >= 1 in 900 s, missing notBreaching"),
          Map.entry(
              "SchedulerDurationAlarm", "Maximum Duration > 720000 in 300 s, missing notBreaching"),
          Map.entry(
              "ReporterDurationAlarm", "Maximum Duration > 48000 in 300 s, missing notBreaching"),
          Map.entry(
              "RecorderDurationAlarm", "Maximum Duration > 48000 in 300 s, missing notBreaching"),
          Map.entry(
              "OldReportsAlarm",
              "Maximum ApproximateAgeOfOldestMessage > 2700 in 300 s, missing notBreaching"),
          Map.entry(
              "StripeConfigurationAlarm",
              "Sum StripeConfigurationErrors >= 1 in 900 s, missing notBreaching"),
          Map.entry(
              "UnreadableMessagesAlarm",
              "Sum UnreadableMessages >= 1 in 900 s, missing notBreaching"),
          Map.entry(
              "ReportsDeadLettersAlarm",
              "Maximum ApproximateNumberOfMessagesVisible >= 1 in 300 s, missing notBreaching"),
          Map.entry(
              "OutcomesDeadLettersAlarm",
              "Maximum ApproximateNumberOfMessagesVisible >= 1 in 300 s, missing notBreaching"),
          Map.entry(
              "ScheduleDeadLettersAlarm",
              "Maximum ApproximateNumberOfMessagesVisible >= 1 in 300 s, missing notBreaching"));

  private final Template template = Template.read();

  @Test
  void alarmsAreThese() {
    assertThat(
            template.resources(ALARM).stream()
                .collect(Collectors.toMap(Resource::id, TemplateAlarmsTest::condition)))
        .containsExactlyInAnyOrderEntriesOf(ALARMS);
  }

  @Test
  void everyMetricOfOursIsEmittedWithTheDimensionAlarmed() {
    Set<String> emitted = emitted();
    assertThat(
            text(
                template
                    .root()
                    .at("/Globals/Function/Environment/Variables/POWERTOOLS_SERVICE_NAME")))
        .isEqualTo("AWS::StackName");
    for (Resource alarm : template.resources(ALARM)) {
      JsonNode metric = metric(alarm);
      if (text(metric.path("Namespace")).equals(Telemetry.NAMESPACE)) {
        assertThat(emitted).as(alarm.id()).contains(text(metric.path("MetricName")));
        assertThat(text(metric.path("Dimensions")))
            .as(alarm.id())
            .isEqualTo("Name=" + Telemetry.DIMENSION + " Value=AWS::StackName");
      }
    }
  }

  @Test
  void everyOtherMetricIsOfAResourceOfThisStack() {
    Map<String, String> dimensions =
        Map.of(
            "AWS/Events", "Name=RuleName Value=HourlyRule",
            "AWS/Lambda", "Name=FunctionName Value=(Scheduler|Reporter|Recorder)Function",
            "AWS/SQS", "Name=QueueName Value=[A-Za-z]+Queue\\.QueueName");
    for (Resource alarm : template.resources(ALARM)) {
      JsonNode metric = metric(alarm);
      String namespace = text(metric.path("Namespace"));
      if (!namespace.equals(Telemetry.NAMESPACE)) {
        assertThat(text(metric.path("Dimensions")))
            .as(alarm.id())
            .matches(dimensions.getOrDefault(namespace, "no such namespace"));
      }
    }
  }

  @Test
  void onlyTheHeartbeatDependsOnTheSchedule() {
    for (Resource alarm : template.resources(ALARM)) {
      assertThat(text(alarm.json().path("Condition")))
          .isEqualTo(alarm.id().equals("HeartbeatAlarm") ? "IsScheduled" : "");
    }
  }

  @Test
  void everyAlarmCountsForTheHealthAndOnlyTheHealthNotifies() {
    List<Resource> composites = template.resources("AWS::CloudWatch::CompositeAlarm");
    assertThat(composites).hasSize(1);
    Resource health = composites.getFirst();
    List<JsonNode> rule = Template.elements(health.property("AlarmRule/Fn::Join"));
    assertThat(text(rule.getFirst())).isEqualTo(" OR ");
    assertThat(Template.elementsIfAll(rule.getLast()).stream().map(Template::text))
        .containsExactlyInAnyOrderElementsOf(
            ALARMS.keySet().stream().map(id -> "ALARM(\"${" + id + "}\")").toList());
    assertThat(text(health.property("AlarmActions")))
        .isEqualTo("Fn::If=HasOwnTopic, HealthTopic, AlarmTopicArn");
    for (Resource alarm : template.resources(ALARM)) {
      for (String actions : List.of("AlarmActions", "OKActions", "InsufficientDataActions")) {
        assertThat(alarm.properties().has(actions)).as(alarm.id()).isFalse();
      }
    }
  }

  @Test
  void everyQueueOfDeadLettersHasAnAlarm() {
    List<String> watched = new ArrayList<>();
    for (Resource alarm : template.resources(ALARM)) {
      if (text(metric(alarm).path("MetricName")).equals("ApproximateNumberOfMessagesVisible")) {
        watched.add(text(alarm.property("Dimensions/0/Value")).replace(".QueueName", ""));
      }
    }
    assertThat(watched)
        .containsExactlyInAnyOrderElementsOf(
            template.resources("AWS::SQS::Queue").stream()
                .map(Resource::id)
                .filter(id -> id.endsWith("DeadLetterQueue"))
                .toList());
  }

  @Test
  void durationAlarmsAtFourFifthsOfTheTimeout() {
    for (Resource function : template.functions()) {
      Resource alarm = template.resource(function.id().replace("Function", "DurationAlarm"));
      assertThat(alarm.property("Threshold").intValue())
          .isEqualTo(function.property("Timeout").intValue() * 800);
      assertThat(text(alarm.property("Dimensions/0/Value"))).isEqualTo(function.id());
    }
  }

  @Test
  void everyAlarmSaysWhatToDoAndWhereTheRunbookGoesOn() throws IOException {
    Set<String> anchors = new TreeSet<>();
    List<Resource> alarms = new ArrayList<>(template.resources(ALARM));
    alarms.add(template.resource("HealthAlarm"));
    for (Resource alarm : alarms) {
      String description = text(alarm.property("AlarmDescription"));
      Matcher anchor = ANCHOR.matcher(description);
      assertThat(anchor.find()).as(description).isTrue();
      anchors.add(anchor.group(1));
      // CloudWatch's limit.
      assertThat(description).hasSizeLessThan(1024);
    }
    Set<String> headings = new TreeSet<>();
    for (String line : Files.readAllLines(Path.of("README.md"))) {
      if (line.matches("#+ Runbook: .*")) {
        headings.add(
            line.replaceFirst("^#+ ", "")
                .toLowerCase(Locale.ROOT)
                .replaceAll("[^a-z0-9 -]", "")
                .replace(' ', '-'));
      }
    }
    assertThat(headings).isEqualTo(anchors);
  }

  @Test
  void dashboardShowsOnlyWhatIsEmitted() throws IOException {
    String body = text(template.resource("Dashboard").property("DashboardBody"));
    JsonNode dashboard = new ObjectMapper().readTree(body);
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
    assertThat(text(dashboard.at("/widgets/0/properties/markdown")))
        .startsWith("# Was every hour billed?");
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

  private static Set<String> emitted() {
    Set<String> emitted = new TreeSet<>(TickMetrics.names());
    emitted.addAll(RecorderMetrics.names());
    emitted.addAll(ReporterMetrics.names());
    return emitted;
  }

  /** The one metric of an alarm, whether it stands in a formula or not. */
  private static JsonNode metric(Resource alarm) {
    JsonNode inFormula = alarm.property("Metrics/0/MetricStat/Metric");
    return inFormula.isMissingNode() ? alarm.properties() : inFormula;
  }

  private static String condition(Resource alarm) {
    Map<String, String> operators =
        Map.of(
            "LessThanThreshold", "<",
            "GreaterThanThreshold", ">",
            "GreaterThanOrEqualToThreshold", ">=");
    JsonNode formula = alarm.property("Metrics/1/Expression");
    JsonNode stat =
        formula.isMissingNode() ? alarm.properties() : alarm.property("Metrics/0/MetricStat");
    String watched =
        text(stat.path(formula.isMissingNode() ? "Statistic" : "Stat"))
            + " "
            + text(metric(alarm).path("MetricName"));
    JsonNode of = alarm.property("EvaluationPeriods");
    return "%s %s %s in %s s%s, missing %s"
        .formatted(
            formula.isMissingNode()
                ? watched
                : text(formula).replace(text(alarm.property("Metrics/0/Id")), watched),
            operators.get(text(alarm.property("ComparisonOperator"))),
            text(alarm.property("Threshold")),
            text(stat.path("Period")),
            of.intValue() == 1
                ? ""
                : ", " + text(alarm.property("DatapointsToAlarm")) + " of " + text(of),
            text(alarm.property("TreatMissingData")));
  }
}
