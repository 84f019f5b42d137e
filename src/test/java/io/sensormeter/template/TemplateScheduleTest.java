package io.sensormeter.template;

import static io.sensormeter.template.Template.text;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sensormeter.template.Template.Resource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** template.yaml's two rules, and where an event goes that nobody could work on. */
final class TemplateScheduleTest {
  private static final String DEAD_LETTERS = "ScheduleDeadLetterQueue.Arn";

  private final Template template = Template.read();
  private final Resource hourly = template.resource("HourlyRule");
  private final Resource deployment = template.resource("DeploymentRule");

  @Test
  void hourlyRuleFiresAtEveryFullHour() {
    assertThat(text(hourly.property("ScheduleExpression"))).isEqualTo("cron(0 * * * ? *)");
    assertThat(text(hourly.property("State"))).isEqualTo("ScheduleState");
    assertThat(text(template.parameter("ScheduleState").path("Default"))).isEqualTo("ENABLED");
  }

  @Test
  void deploymentRuleFiresWhenThisStackWasCreatedOrUpdated() throws IOException {
    JsonNode pattern = deployment.property("EventPattern");
    JsonNode sample =
        new ObjectMapper().readTree(Files.readString(Path.of("events", "deployment.json")));

    assertThat(text(pattern.path("source"))).isEqualTo(text(sample.path("source")));
    assertThat(text(pattern.path("detail-type"))).isEqualTo(text(sample.path("detail-type")));
    assertThat(text(pattern.at("/detail/stack-id"))).isEqualTo("AWS::StackId");
    assertThat(text(pattern.at("/detail/status-details/status")))
        .isEqualTo("CREATE_COMPLETE, UPDATE_COMPLETE, UPDATE_ROLLBACK_COMPLETE")
        .contains(text(sample.at("/detail/status-details/status")));
    assertThat(text(deployment.property("State"))).isEqualTo("ENABLED");
  }

  @Test
  void bothRulesInvokeTheSchedulerAndMay() {
    for (Resource rule : List.of(hourly, deployment)) {
      assertThat(rule.property("Targets")).hasSize(1);
      assertThat(text(rule.property("Targets/0/Arn"))).isEqualTo("SchedulerFunction.Arn");
      Resource permission = template.resource(rule.id() + "Permission");
      assertThat(text(permission.properties()))
          .isEqualTo(
              "Action=lambda:InvokeFunction FunctionName=SchedulerFunction"
                  + " Principal=events.amazonaws.com SourceArn="
                  + rule.id()
                  + ".Arn");
    }
  }

  @Test
  void whatARuleCannotDeliverIsKept() {
    for (Resource rule : List.of(hourly, deployment)) {
      assertThat(text(rule.property("Targets/0/DeadLetterConfig/Arn")))
          .as(rule.id())
          .isEqualTo(DEAD_LETTERS);
      assertUseful(rule.property("Targets/0/RetryPolicy/MaximumEventAgeInSeconds"));
      assertThat(rule.property("Targets/0/RetryPolicy/MaximumRetryAttempts").intValue())
          .isPositive();
    }
    // A template that names the queue by its ARN gets no queue policy by itself.
    assertThat(
            Template.statements(
                    template.resource("ScheduleDeadLetterQueuePolicy").property("PolicyDocument"))
                .map(Template::text))
        .contains(
            "Sid=TheRulesOfThisStack Effect=Allow Principal=Service=events.amazonaws.com"
                + " Action=sqs:SendMessage Resource=ScheduleDeadLetterQueue.Arn"
                + " Condition=ArnEquals=aws:SourceArn=HourlyRule.Arn, DeploymentRule.Arn");
  }

  @Test
  void whatTheSchedulerFailsAtThreeTimesIsKept() {
    Resource invocations = template.resource("SchedulerInvocations");
    assertThat(invocations.type()).isEqualTo("AWS::Lambda::EventInvokeConfig");
    assertThat(text(invocations.property("FunctionName"))).isEqualTo("SchedulerFunction");
    assertThat(text(invocations.property("DestinationConfig/OnFailure/Destination")))
        .isEqualTo(DEAD_LETTERS);
    assertThat(invocations.property("MaximumRetryAttempts").intValue()).isEqualTo(2);
    assertUseful(invocations.property("MaximumEventAgeInSeconds"));
  }

  /** An event that is an hour old has been overtaken by the next one. */
  private static void assertUseful(JsonNode seconds) {
    assertThat(Duration.ofSeconds(seconds.intValue())).isPositive().isLessThan(Duration.ofHours(1));
  }
}
