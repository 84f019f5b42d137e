package io.sensormeter.template;

import static io.sensormeter.template.Template.text;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.sensormeter.config.ReporterSettings;
import io.sensormeter.config.VerifierSettings;
import io.sensormeter.ledger.Captures;
import io.sensormeter.ledger.CopyExpiry;
import io.sensormeter.ledger.Settlements;
import io.sensormeter.reporter.Backoff;
import io.sensormeter.reporter.Backoffs;
import io.sensormeter.reporter.Reporter;
import io.sensormeter.stripe.StripeCalls;
import io.sensormeter.template.Template.Resource;
import io.sensormeter.verifier.Verifier;
import io.sensormeter.view.ViewHandler;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** template.yaml's queues, and the limits that must hold between them and the code. */
final class TemplateQueuesTest {
  private static final String QUEUE = "AWS::SQS::Queue";
  private static final Duration COPY = Duration.ofMinutes(CopyExpiry.LONGEST_MINUTES);

  private final Template template = Template.read();

  /** A queue, the function it feeds, and how. */
  private record Source(Resource queue, Resource function, JsonNode properties) {
    Duration window() {
      return seconds(properties.path("MaximumBatchingWindowInSeconds"));
    }
  }

  @Test
  void everyQueueHasADeadLetterQueueOrIsOne() {
    for (Resource queue : template.resources(QUEUE)) {
      if (queue.id().endsWith("DeadLetterQueue")) {
        continue;
      }
      String target = queue.id().replace("Queue", "DeadLetterQueue");
      assertThat(text(queue.property("RedrivePolicy/deadLetterTargetArn")))
          .as(queue.id())
          .isEqualTo(target + ".Arn");
      Resource deadLetters = template.resource(target);
      assertThat(text(deadLetters.property("RedriveAllowPolicy/redrivePermission")))
          .isEqualTo("byQueue");
      assertThat(text(deadLetters.property("RedriveAllowPolicy/sourceQueueArns")))
          .isEqualTo(
              "arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}:"
                  + text(queue.property("QueueName")));
    }
  }

  @Test
  void everyQueueRefusesWhatIsNotTls() {
    for (Resource queue : template.resources(QUEUE)) {
      Resource policy = template.resource(queue.id() + "Policy");
      assertThat(text(policy.property("Queues"))).isEqualTo(queue.id());
      assertThat(Template.statements(policy.property("PolicyDocument")).map(Template::text))
          .contains(
              "Sid=OnlyTls Effect=Deny Principal=* Action=sqs:* Resource=%s.Arn Condition=Bool=aws:SecureTransport=false"
                  .formatted(queue.id()));
    }
  }

  @Test
  void everyQueueIsEncrypted() {
    for (Resource queue : template.resources(QUEUE)) {
      assertThat(queue.property("SqsManagedSseEnabled").booleanValue()).as(queue.id()).isTrue();
    }
  }

  @Test
  void namesDeriveFromTheStackAndNothingIsRetained() {
    for (Resource queue : template.resources(QUEUE)) {
      assertThat(text(queue.property("QueueName")))
          .as(queue.id())
          .matches("|\\$\\{AWS::StackName}-[a-z]+");
    }
    for (JsonNode resource : template.root().path("Resources")) {
      assertThat(resource.has("DeletionPolicy")).isFalse();
      assertThat(resource.has("UpdateReplacePolicy")).isFalse();
    }
  }

  @Test
  void everyConsumerReportsPartialFailures() {
    assertThat(sources()).hasSize(3);
    for (Source source : sources()) {
      assertThat(text(source.properties().path("FunctionResponseTypes")))
          .as(source.function().id())
          .isEqualTo("ReportBatchItemFailures");
    }
  }

  @Test
  void concurrencyIsBoundedAndTheStripeSideKnowsIt() {
    Map<String, String> bounds =
        Map.of(
            "ReporterFunction", "ReporterMaxConcurrency",
            "RecorderFunction", "RecorderMaxConcurrency",
            "VerifierFunction", "VerifierMaxConcurrency");
    for (Source source : sources()) {
      String bound = bounds.getOrDefault(source.function().id(), "");
      assertThat(text(source.properties().at("/ScalingConfig/MaximumConcurrency")))
          .isEqualTo(bound);
      // Lambda takes no bound below 2.
      assertThat(template.parameter(bound).path("MinValue").intValue()).isEqualTo(2);
      // Off unless asked for, and then no smaller than what the queue may start.
      assertThat(text(source.function().property("ReservedConcurrentExecutions")))
          .isEqualTo("Fn::If=HasReservation, " + bound + ", AWS::NoValue");
    }
    assertThat(text(template.parameter("ReserveConcurrency").path("Default"))).isEqualTo("no");
    assertThat(
            text(
                template
                    .resource("ReporterFunction")
                    .property("Environment/Variables/REPORTER_MAX_CONCURRENCY")))
        .isEqualTo("ReporterMaxConcurrency");
    assertThat(
            text(
                template
                    .resource("VerifierFunction")
                    .property("Environment/Variables/VERIFIER_MAX_CONCURRENCY")))
        .isEqualTo("VerifierMaxConcurrency");
  }

  @Test
  void callEndsBeforeTheFunctionAndTheFunctionBeforeTheMessageReturns() {
    Duration reporter = timeout("ReporterFunction");
    assertThat(StripeCalls.TIMEOUT.plus(Reporter.OUTCOMES_RESERVE)).isLessThan(reporter);
    assertThat(StripeCalls.TIMEOUT.plus(Verifier.SIGHTINGS_RESERVE))
        .isLessThan(timeout("VerifierFunction"));
    // With time to connect before.
    assertThat(Settlements.STATEMENT_TIMEOUT.multipliedBy(2))
        .isLessThan(timeout("RecorderFunction"));
    assertThat(Captures.STATEMENT_TIMEOUT.multipliedBy(2)).isLessThan(timeout("SchedulerFunction"));
    assertThat(ViewHandler.STATEMENT_TIMEOUT.multipliedBy(2)).isLessThan(timeout("ViewFunction"));
    for (Source source : sources()) {
      Duration visibility = seconds(source.queue().property("VisibilityTimeout"));
      Duration timeout = timeout(source.function().id());
      assertThat(visibility)
          .as(source.queue().id())
          .isGreaterThanOrEqualTo(timeout.multipliedBy(6).plus(source.window()));
    }
  }

  /** It is deleted at its first receive after that: only what is not a copy is given up. */
  @Test
  void receivesLastLongerThanACopyHoweverTheyMix() {
    Resource reports = template.resource("ReportsQueue");
    int receives = reports.property("RedrivePolicy/maxReceiveCount").intValue();
    assertThat(receives).isEqualTo(Backoff.MAX_RECEIVES);
    // Without a delay of its own a message returns after the visibility timeout.
    Duration visibility = seconds(reports.property("VisibilityTimeout"));
    assertThat(Backoffs.shortestLife(receives, visibility)).isGreaterThan(COPY);
  }

  /** It is deleted at its first receive after the hour: only what is no question is given up. */
  @Test
  void receivesLastLongerThanAQuestion() {
    Resource verifications = template.resource("VerificationsQueue");
    int receives = verifications.property("RedrivePolicy/maxReceiveCount").intValue();
    assertThat(receives).isEqualTo(Verifier.MAX_RECEIVES);
    Duration visibility = seconds(verifications.property("VisibilityTimeout"));
    // The last receive gives it up.
    assertThat(visibility.multipliedBy(receives - 1)).isGreaterThan(Duration.ofHours(1));
    assertThat(visibility.multipliedBy(receives))
        .isLessThan(seconds(verifications.property("MessageRetentionPeriod")));
  }

  @Test
  void batchOfQuestionsIsReadWithinOneInvocationAtTheSlowestPace() {
    int concurrency = template.number(template.parameter("VerifierMaxConcurrency").path("Default"));
    double pace = testModeReadsPerSecond() / (double) concurrency;
    Duration reading =
        timeout("VerifierFunction").minus(StripeCalls.TIMEOUT).minus(Verifier.SIGHTINGS_RESERVE);
    int batch = source("VerifierFunction").properties().path("BatchSize").intValue();
    assertThat((double) batch).isLessThanOrEqualTo(pace * reading.toSeconds());
  }

  @Test
  void stripesBusMaySendToTheVerificationsQueueAndNobodyElseFromOutside() {
    Resource rule = template.resource("StripeEventsRule");
    assertThat(text(rule.json().path("Condition"))).isEqualTo("HasStripeEventBus");
    assertThat(text(template.parameter("StripeEventBusName").path("Default"))).isEmpty();
    assertThat(text(rule.property("EventBusName"))).isEqualTo("StripeEventBusName");
    assertThat(text(rule.property("EventPattern/source")))
        .isEqualTo("prefix=aws.partner/stripe.com");
    assertThat(text(rule.property("EventPattern/detail-type")))
        .isEqualTo("v1.billing.meter.error_report_triggered, v1.billing.meter.no_meter_found");
    assertThat(text(rule.property("Targets")))
        .isEqualTo(
            "Id=verifications Arn=VerificationsQueue.Arn"
                + " DeadLetterConfig=Arn=VerificationsDeadLetterQueue.Arn");
    for (String queue : List.of("VerificationsQueue", "VerificationsDeadLetterQueue")) {
      JsonNode policy = template.resource(queue + "Policy").property("PolicyDocument");
      JsonNode optional = policy.path("Statement").path(1).path("Fn::If");
      assertThat(text(optional.path(0))).isEqualTo("HasStripeEventBus");
      assertThat(text(optional.path(2))).isEqualTo("AWS::NoValue");
      assertThat(Template.statements(policy).map(Template::text))
          .filteredOn(statement -> statement.contains("Effect=Allow"))
          .singleElement()
          .asString()
          .endsWith(
              "Effect=Allow Principal=Service=events.amazonaws.com Action=sqs:SendMessage"
                  + " Resource="
                  + queue
                  + ".Arn Condition=ArnEquals=aws:SourceArn=StripeEventsRule.Arn");
    }
  }

  @Test
  void batchIsSentWithinOneInvocationAtTheSlowestPace() {
    int concurrency = template.number(template.parameter("ReporterMaxConcurrency").path("Default"));
    double pace = testModeCallsPerSecond() / (double) concurrency;
    Duration sending =
        timeout("ReporterFunction").minus(StripeCalls.TIMEOUT).minus(Reporter.OUTCOMES_RESERVE);
    int batch = source("ReporterFunction").properties().path("BatchSize").intValue();
    assertThat((double) batch).isLessThanOrEqualTo(pace * sending.toSeconds());
    for (Source source : sources()) {
      // Lambda: more than ten at once only with a window.
      boolean large = source.properties().path("BatchSize").intValue() > 10;
      assertThat(!large || source.window().toSeconds() >= 1).as(source.queue().id()).isTrue();
    }
  }

  @Test
  void deadLettersAreKeptLongestAndCopiesLongerThanTheyLive() {
    Duration fortnight = Duration.ofDays(14);
    for (Resource queue : template.resources(QUEUE)) {
      Duration kept = seconds(queue.property("MessageRetentionPeriod"));
      if (queue.id().endsWith("DeadLetterQueue")) {
        assertThat(kept).as(queue.id()).isEqualTo(fortnight);
      } else {
        assertThat(kept).as(queue.id()).isLessThan(fortnight).isGreaterThan(COPY);
      }
    }
    Resource outcomes = template.resource("OutcomesQueue");
    int receives = outcomes.property("RedrivePolicy/maxReceiveCount").intValue();
    assertThat(seconds(outcomes.property("VisibilityTimeout")).multipliedBy(receives))
        .isLessThan(seconds(outcomes.property("MessageRetentionPeriod")));
    assertThat(outcomes.property("MaximumMessageSize").intValue()).isEqualTo(1024 * 1024);
  }

  private List<Source> sources() {
    return template.functions().stream()
        .flatMap(
            function ->
                Template.elements(function.property("Events")).stream()
                    .filter(event -> text(event.path("Type")).equals("SQS"))
                    .map(event -> source(function, event.path("Properties"))))
        .toList();
  }

  private Source source(String function) {
    return sources().stream()
        .filter(s -> s.function().id().equals(function))
        .findFirst()
        .orElseThrow();
  }

  private Source source(Resource function, JsonNode properties) {
    String arn = text(properties.path("Queue"));
    return new Source(template.resource(arn.replace(".Arn", "")), function, properties);
  }

  private Duration timeout(String function) {
    return seconds(template.resource(function).property("Timeout"));
  }

  private static Duration seconds(JsonNode value) {
    assertThat(value.isInt()).as("seconds in " + value).isTrue();
    return Duration.ofSeconds(value.intValue());
  }

  private static int testModeReadsPerSecond() {
    return VerifierSettings.read(
            Map.of(
                "STRIPE_READ_SECRET_ARN", "arn:aws:secretsmanager:us-east-1:1:secret:x",
                "STRIPE_MODE", "test",
                "OUTCOMES_QUEUE_URL", "https://sqs.us-east-1.amazonaws.com/1/outcomes"))
        .readsPerSecond();
  }

  private static int testModeCallsPerSecond() {
    return ReporterSettings.read(
            Map.of(
                "STRIPE_SECRET_ARN", "arn:aws:secretsmanager:us-east-1:1:secret:x",
                "STRIPE_MODE", "test",
                "REPORTS_QUEUE_URL", "https://sqs.us-east-1.amazonaws.com/1/reports",
                "OUTCOMES_QUEUE_URL", "https://sqs.us-east-1.amazonaws.com/1/outcomes"))
        .callsPerSecond();
  }
}
