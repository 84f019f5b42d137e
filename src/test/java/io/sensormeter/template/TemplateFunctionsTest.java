package io.sensormeter.template;

import static io.sensormeter.template.Template.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import com.fasterxml.jackson.databind.JsonNode;
import io.sensormeter.config.FunctionSettings;
import io.sensormeter.config.SchedulerSettings;
import io.sensormeter.meter.MeterKind;
import io.sensormeter.template.Template.Resource;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** template.yaml's functions against the code they run. */
final class TemplateFunctionsTest {
  private static final Set<String> LEDGER_SIDE =
      Set.of("SchedulerFunction", "RecorderFunction", "ViewFunction");
  private static final String SECRET = "arn:aws:secretsmanager:us-east-1:1:secret:x";

  private final Template template = Template.read();

  @Test
  void functionsAreThoseOfTheDesign() {
    assertThat(template.functions())
        .extracting(Resource::id)
        .containsExactlyInAnyOrderElementsOf(FunctionSettings.functions());
  }

  @Test
  void runtimeIsJava25OnArm() {
    JsonNode globals = template.root().at("/Globals/Function");
    assertThat(text(globals.path("Runtime"))).isEqualTo("java25");
    assertThat(text(globals.path("Architectures"))).isEqualTo("arm64");
    assertThat(text(globals.path("CodeUri"))).isEqualTo(".");
    for (Resource function : template.functions()) {
      assertThat(function.properties().has("Runtime")).as(function.id()).isFalse();
    }
  }

  @Test
  void everyHandlerIsAClassThatLambdaCanMake() throws ReflectiveOperationException {
    for (Resource function : template.functions()) {
      String[] handler = text(function.property("Handler")).split("::", -1);
      Class<?> type = Class.forName(handler[0]);

      assertThat(type.getInterfaces())
          .as(function.id())
          .containsAnyOf(RequestHandler.class, RequestStreamHandler.class);
      assertThat(type.getConstructor()).as(function.id()).isNotNull();
      assertThat(handler[1]).as(function.id()).isEqualTo("handleRequest");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SchedulerFunction",
        "ReporterFunction",
        "RecorderFunction",
        "VerifierFunction",
        "ViewFunction"
      })
  void variablesDeclaredAreThoseTheCodeReads(String function) {
    SortedSet<String> names = FunctionSettings.read(function, startable(function));
    // Read by App, and by nothing that may fail.
    names.add("POWERTOOLS_SERVICE_NAME");

    assertThat(variables(function).keySet())
        .as("declared and read by " + function)
        .containsExactlyInAnyOrderElementsOf(names);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SchedulerFunction",
        "ReporterFunction",
        "RecorderFunction",
        "VerifierFunction",
        "ViewFunction"
      })
  void defaultsOfTheParametersStartTheFunction(String function) {
    assertThatCode(() -> FunctionSettings.read(function, startable(function)))
        .doesNotThrowAnyException();
  }

  @Test
  void choicesAndBoundsAreThoseOfTheCode() {
    assertThat("a:sum,b:last:from=2027-01-01T00:00:00Z, c:sum-hourly:past-hour")
        .matches(template.parameter("Meters").path("AllowedPattern").asText());
    assertThat("a:sum,").doesNotMatch(template.parameter("Meters").path("AllowedPattern").asText());
    assertThat(template.parameter("Meters").path("AllowedPattern").asText())
        .contains(
            Arrays.stream(MeterKind.values())
                .map(MeterKind::label)
                .collect(Collectors.joining("|", "(", ")")));
    assertThat(text(template.parameter("StripeMode").path("AllowedValues")))
        .isEqualTo("live, test");
    assertThat(template.parameter("StripeMode").has("Default")).isFalse();
    assertThat(text(template.parameter("Source").path("AllowedValues"))).isEqualTo("shipped, own");
    assertThat(template.parameter("Meters").has("Default")).isFalse();
    assertThat(template.parameter("Source").has("Default")).isFalse();
    assertThat(template.parameter("CatchUpHours").path("MaxValue").intValue())
        .isEqualTo(SchedulerSettings.CATCH_UP_HOURS_MAX);
    assertThat(template.parameter("BillFrom").path("Default").asText("none")).isEmpty();
    assertThat(text(template.parameter("DatabaseSslMode").path("Default")))
        .isEqualTo("verify-full");
  }

  @Test
  void everyParameterIsDescribedAndInAGroup() {
    Set<String> grouped = new TreeSet<>();
    for (JsonNode group :
        template.root().at("/Metadata/AWS::CloudFormation::Interface/ParameterGroups")) {
      group.path("Parameters").forEach(name -> grouped.add(name.asText()));
    }
    Set<String> names = new TreeSet<>();
    template.root().path("Parameters").fieldNames().forEachRemaining(names::add);
    assertThat(grouped).isEqualTo(names);
    for (String name : names) {
      JsonNode parameter = template.parameter(name);
      assertThat(text(parameter.path("Description"))).as(name).isNotBlank();
      assertThat(parameter.has("ConstraintDescription"))
          .as(name)
          .isEqualTo(parameter.has("AllowedPattern"));
    }
  }

  @Test
  void onlyTheLedgerSideIsInTheVpc() {
    for (Resource function : template.functions()) {
      JsonNode vpc = function.property("VpcConfig");
      assertThat(!vpc.isMissingNode()).as(function.id()).isEqualTo(isLedgerSide(function));
      if (isLedgerSide(function)) {
        assertThat(text(vpc.path("Fn::If").path(0))).isEqualTo("InVpc");
      }
    }
  }

  @Test
  void everyFunctionLogsJsonToAGroupOfItsOwnThatForgets() {
    for (Resource function : template.functions()) {
      String group = function.id().replace("Function", "LogGroup");
      assertThat(text(function.property("LoggingConfig")))
          .isEqualTo("LogFormat=JSON ApplicationLogLevel=LogLevel LogGroup=" + group);
      assertThat(template.resource(group).type()).isEqualTo("AWS::Logs::LogGroup");
      assertThat(text(template.resource(group).property("RetentionInDays")))
          .isEqualTo("LogRetentionDays");
    }
    // Metrics are lines of level INFO: a higher level would silence the alarms.
    assertThat(text(template.parameter("LogLevel").path("AllowedValues"))).isEqualTo("DEBUG, INFO");
  }

  private static boolean isLedgerSide(Resource function) {
    return LEDGER_SIDE.contains(function.id());
  }

  private Map<String, String> variables(String function) {
    Map<String, String> variables = new TreeMap<>();
    template
        .root()
        .at("/Globals/Function/Environment/Variables")
        .properties()
        .forEach(e -> variables.put(e.getKey(), value(e.getValue())));
    template
        .resource(function)
        .property("Environment/Variables")
        .properties()
        .forEach(e -> variables.put(e.getKey(), value(e.getValue())));
    return variables;
  }

  /** What the function would be given, with an answer where a parameter has no default. */
  private Map<String, String> startable(String function) {
    Map<String, String> variables = new HashMap<>(variables(function));
    Map<String, String> answers =
        Map.of(
            "DATABASE_SECRET_ARN",
            SECRET,
            "STRIPE_SECRET_ARN",
            SECRET,
            "STRIPE_READ_SECRET_ARN",
            SECRET,
            "SOURCE",
            "shipped",
            "METERS",
            "active_sensors:sum-hourly",
            "STRIPE_MODE",
            "test",
            "REPORTS_QUEUE_URL",
            "https://sqs.us-east-1.amazonaws.com/1/reports",
            "VERIFICATIONS_QUEUE_URL",
            "https://sqs.us-east-1.amazonaws.com/1/verifications",
            "OUTCOMES_QUEUE_URL",
            "https://sqs.us-east-1.amazonaws.com/1/outcomes");
    answers.forEach(variables::replace);
    return variables;
  }

  private String value(JsonNode value) {
    return value.has("Ref") && !template.parameter(value.path("Ref").asText()).isMissingNode()
        ? template.parameter(value.path("Ref").asText()).path("Default").asText("")
        : text(value);
  }
}
