package io.sensormeter.template;

import static io.sensormeter.template.Template.text;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.sensormeter.template.Template.Resource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** template.yaml's rights, word for word: who adds one changes this list too. */
final class TemplateRolesTest {
  private static final String THROUGH_SECRETS_MANAGER =
      " Condition=StringEquals=kms:ViaService=secretsmanager.${AWS::Region}.${AWS::URLSuffix}";
  private static final List<String> READ_DATABASE_SECRET =
      List.of(
          "Sid=ReadDatabaseSecret Effect=Allow Action=secretsmanager:GetSecretValue"
              + " Resource=DatabaseSecretArn",
          "Sid=DecryptDatabaseSecret Effect=Allow Action=kms:Decrypt"
              + " Resource=DatabaseSecretKmsKeyArn"
              + THROUGH_SECRETS_MANAGER);

  private static final Map<String, List<String>> STATEMENTS =
      Map.of(
          "SchedulerRole",
          List.of(
              logs("SchedulerLogGroup"),
              READ_DATABASE_SECRET.getFirst(),
              READ_DATABASE_SECRET.getLast(),
              "Sid=PublishReports Effect=Allow Action=sqs:SendMessage, sqs:GetQueueAttributes"
                  + " Resource=ReportsQueue.Arn",
              "Sid=AskQuestions Effect=Allow Action=sqs:SendMessage"
                  + " Resource=VerificationsQueue.Arn",
              "Sid=KeepFailedInvocations Effect=Allow Action=sqs:SendMessage"
                  + " Resource=ScheduleDeadLetterQueue.Arn"),
          "ReporterRole",
          List.of(
              logs("ReporterLogGroup"),
              "Sid=ReadStripeSecret Effect=Allow Action=secretsmanager:GetSecretValue"
                  + " Resource=StripeSecretArn",
              "Sid=DecryptStripeSecret Effect=Allow Action=kms:Decrypt"
                  + " Resource=StripeSecretKmsKeyArn"
                  + THROUGH_SECRETS_MANAGER,
              "Sid=TakeReports Effect=Allow Action=sqs:ReceiveMessage, sqs:DeleteMessage,"
                  + " sqs:GetQueueAttributes, sqs:ChangeMessageVisibility"
                  + " Resource=ReportsQueue.Arn",
              "Sid=SendOutcomes Effect=Allow Action=sqs:SendMessage Resource=OutcomesQueue.Arn"),
          "VerifierRole",
          List.of(
              logs("VerifierLogGroup"),
              "Sid=ReadStripeReadSecret Effect=Allow Action=secretsmanager:GetSecretValue"
                  + " Resource=StripeReadSecretArn",
              "Sid=DecryptStripeReadSecret Effect=Allow Action=kms:Decrypt"
                  + " Resource=StripeReadSecretKmsKeyArn"
                  + THROUGH_SECRETS_MANAGER,
              "Sid=TakeQuestions Effect=Allow Action=sqs:ReceiveMessage, sqs:DeleteMessage,"
                  + " sqs:GetQueueAttributes Resource=VerificationsQueue.Arn",
              "Sid=SendSightings Effect=Allow Action=sqs:SendMessage Resource=OutcomesQueue.Arn"),
          "ViewRole",
          List.of(
              logs("ViewLogGroup"),
              "Sid=ReadDatabaseSecret Effect=Allow Action=secretsmanager:GetSecretValue"
                  + " Resource=Fn::If=HasViewSecret, DatabaseViewSecretArn, DatabaseSecretArn",
              READ_DATABASE_SECRET.getLast()),
          "RecorderRole",
          List.of(
              logs("RecorderLogGroup"),
              READ_DATABASE_SECRET.getFirst(),
              READ_DATABASE_SECRET.getLast(),
              "Sid=TakeOutcomes Effect=Allow Action=sqs:ReceiveMessage, sqs:DeleteMessage,"
                  + " sqs:GetQueueAttributes Resource=OutcomesQueue.Arn"));

  private static final Map<String, String> MANAGED =
      Map.of(
          "SchedulerRole", "VpcPolicy, TracingPolicy",
          "ReporterRole", "TracingPolicy",
          "VerifierRole", "TracingPolicy",
          "RecorderRole", "VpcPolicy, TracingPolicy",
          "ViewRole", "VpcPolicy, TracingPolicy");

  private final Template template = Template.read();

  private static String logs(String group) {
    return "Sid=WriteOwnLogs Effect=Allow Action=logs:CreateLogStream, logs:PutLogEvents Resource="
        + group
        + ".Arn";
  }

  @Test
  void everyFunctionHasARoleOfItsOwnAndNoOtherRights() {
    for (Resource function : template.functions()) {
      assertThat(text(function.property("Role")))
          .isEqualTo(function.id().replace("Function", "Role.Arn"));
      assertThat(function.properties().has("Policies")).as(function.id()).isFalse();
      assertThat(function.properties().has("Connectors")).as(function.id()).isFalse();
    }
    assertThat(template.resources("AWS::IAM::Role")).hasSameSizeAs(template.functions());
    assertThat(template.resources("AWS::IAM::Policy")).isEmpty();
  }

  @Test
  void statementsAreExact() {
    for (Resource role : template.resources("AWS::IAM::Role")) {
      assertThat(role.property("Policies")).as(role.id()).hasSize(1);
      assertThat(
              Template.statements(role.property("Policies/0/PolicyDocument")).map(Template::text))
          .as(role.id())
          .containsExactlyElementsOf(STATEMENTS.getOrDefault(role.id(), List.of()));
    }
  }

  @Test
  void keysAreOnlyThereWhenGiven() {
    for (Resource role : template.resources("AWS::IAM::Role")) {
      for (JsonNode statement : role.property("Policies/0/PolicyDocument/Statement")) {
        JsonNode decrypt = Template.ifTrue(statement);
        if (text(decrypt.path("Action")).startsWith("kms:")) {
          String key = text(decrypt.path("Resource")).replaceAll("SecretKmsKeyArn", "");
          assertThat(text(statement.path("Fn::If").path(0))).isEqualTo("Has" + key + "Key");
          assertThat(text(statement.path("Fn::If").path(2))).isEqualTo("AWS::NoValue");
        }
      }
    }
  }

  @Test
  void rolesAreUnnamedBoundedAndForLambdaOnly() {
    for (Resource role : template.resources("AWS::IAM::Role")) {
      assertThat(role.properties().has("RoleName")).as(role.id()).isFalse();
      assertThat(text(role.property("PermissionsBoundary")))
          .isEqualTo("Fn::If=HasBoundary, PermissionsBoundaryArn, AWS::NoValue");
      assertThat(text(role.property("AssumeRolePolicyDocument/Statement")))
          .isEqualTo("Effect=Allow Principal=Service=lambda.amazonaws.com Action=sts:AssumeRole");
      assertThat(
              String.join(
                  ", ",
                  Template.elementsIfAll(role.property("ManagedPolicyArns")).stream()
                      .map(Template::text)
                      .toList()))
          .as(role.id())
          .isEqualTo(MANAGED.get(role.id()));
    }
  }

  @Test
  void eachFunctionReadsItsOwnSecretAlone() {
    Map<String, String> secrets =
        Map.of(
            "Scheduler", "DatabaseSecret",
            "Reporter", "StripeSecret",
            "Verifier", "StripeReadSecret",
            "Recorder", "DatabaseSecret",
            "View", "DatabaseSecret");
    for (Resource function : template.functions()) {
      String name = function.id().replace("Function", "");
      String variables = function.property("Environment").toString();
      for (String secret : new TreeSet<>(secrets.values())) {
        boolean own = secret.equals(secrets.get(name));
        assertThat(rights(name + "Role").matches(".*(=|, )" + secret + "Arn\\b.*"))
            .as(name + " and " + secret)
            .isEqualTo(own);
        assertThat(variables.contains("\"" + secret + "Arn\""))
            .as(name + " and " + secret)
            .isEqualTo(own);
      }
    }
    assertThat(template.root().at("/Rules/SecretsAreThree/Assertions")).hasSize(5);
  }

  @Test
  void onlyTheTwoRightsAwsDemandsItForAreOnEveryResource() {
    Set<String> everywhere = new TreeSet<>();
    for (JsonNode resource : template.root().path("Resources")) {
      for (JsonNode statement : resource.findParents("Effect")) {
        boolean allows = text(statement.path("Effect")).equals("Allow");
        if (allows && text(statement.path("Resource")).contains("*")) {
          everywhere.add(text(statement.path("Sid")));
        }
        if (allows) {
          assertThat(text(statement.path("Action"))).as(text(statement)).doesNotContain("*");
        }
      }
    }
    assertThat(everywhere).containsExactlyInAnyOrder("LambdaConnectsFunctions", "SendTraces");
  }

  @Test
  void codeInAFunctionMayNotUseTheRightsLambdaNeedsForTheVpc() {
    Resource policy = template.resource("VpcPolicy");
    assertThat(text(policy.json().path("Condition"))).isEqualTo("InVpc");
    assertThat(Template.statements(policy.property("PolicyDocument")).map(Template::text))
        .contains(
            "Sid=FunctionsThemselvesMayNot Effect=Deny Action=ec2:* Resource=*"
                + " Condition=ArnLike=lambda:SourceFunctionArn="
                + "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:*");
    assertThat(text(template.resource("TracingPolicy").json().path("Condition")))
        .isEqualTo("HasTracing");
  }

  private String rights(String role) {
    return text(template.resource(role).property("Policies"));
  }
}
