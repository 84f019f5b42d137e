package io.sensormeter.template;

import static io.sensormeter.template.Template.text;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * docs/settings.md against template.yaml, whose variables {@link TemplateFunctionsTest} holds to
 * the code: parameter, variable, who reads it, default.
 */
final class TemplateSettingsTest {
  private static final Map<String, String> LETTERS =
      Map.of(
          "SchedulerFunction", "S",
          "ReporterFunction", "P",
          "RecorderFunction", "C",
          "VerifierFunction", "V",
          "ViewFunction", "W");

  private final Template template = Template.read();

  @Test
  void everyVariableStandsBesideItsParameterAndItsReaders() throws IOException {
    Map<String, String> variables = new TreeMap<>();
    for (Template.Resource function : template.functions()) {
      variables(function)
          .forEach(
              (name, from) ->
                  variables.merge(
                      name,
                      from + " " + LETTERS.get(function.id()),
                      (all, one) -> all + one.substring(one.lastIndexOf(' '))));
    }
    Map<String, String> explained = new TreeMap<>();
    for (List<String> cells : rows()) {
      if (!cells.get(1).isEmpty()) {
        explained.put(cells.get(1), (cells.get(0) + " " + cells.get(2)).strip());
      }
    }
    variables.replaceAll((_, from) -> sorted(from));
    explained.replaceAll((_, from) -> sorted(from));
    assertThat(explained).isEqualTo(variables);
  }

  @Test
  void everyParameterStandsOnceWithItsDefault() throws IOException {
    Map<String, String> parameters = new TreeMap<>();
    template
        .root()
        .path("Parameters")
        .properties()
        .forEach(
            parameter -> {
              JsonNode value = parameter.getValue().path("Default");
              String shown = value.asText("").isEmpty() ? "blank" : "`" + value.asText() + "`";
              parameters.put(parameter.getKey(), value.isMissingNode() ? "**required**" : shown);
            });
    List<List<String>> given = rows().stream().filter(row -> !row.get(0).isEmpty()).toList();
    Map<String, String> explained = new TreeMap<>();
    given.forEach(row -> explained.put(row.get(0), row.get(3)));
    assertThat(explained).isEqualTo(parameters);
    assertThat(given).hasSameSizeAs(parameters.keySet());
    assertThat(rows()).allSatisfy(row -> assertThat(row.get(4)).isNotBlank());
  }

  /** The choices that the template offers are named. */
  @Test
  void everyChoiceIsNamed() throws IOException {
    for (List<String> row : rows()) {
      JsonNode choices = template.parameter(row.get(0)).path("AllowedValues");
      for (JsonNode choice : choices) {
        if (!choice.isNumber()) {
          assertThat(row.get(3) + row.get(4)).as(row.get(0)).contains("`" + choice.asText() + "`");
        }
      }
    }
  }

  /** The variables by name, with the parameter they come from or nothing. */
  private Map<String, String> variables(Template.Resource function) {
    Map<String, String> variables = new TreeMap<>();
    for (JsonNode declared :
        List.of(
            template.root().at("/Globals/Function/Environment/Variables"),
            function.property("Environment/Variables"))) {
      declared
          .properties()
          .forEach(
              variable -> {
                String from = text(variable.getValue());
                variables.put(
                    variable.getKey(), template.parameter(from).isMissingNode() ? "" : from);
              });
    }
    return variables;
  }

  private static String sorted(String from) {
    List<String> parts = new ArrayList<>(Arrays.asList(from.strip().split(" +", -1)));
    parts.sort(null);
    return String.join(" ", parts);
  }

  /** Of the table: parameter, variable, readers, default, meaning. */
  private static List<List<String>> rows() throws IOException {
    return Files.readAllLines(Path.of("docs", "settings.md")).stream()
        .filter(line -> line.startsWith("| ") && line.endsWith("|"))
        .map(line -> Arrays.stream(line.split("\\|", -1)).map(String::strip).toList())
        .map(cells -> cells.subList(1, cells.size() - 1))
        .filter(cells -> cells.size() == 5)
        .filter(cells -> !cells.get(0).equals("parameter") && !cells.get(0).startsWith("**"))
        .map(
            cells ->
                List.of(
                    cells.get(0).replace("`", ""),
                    cells.get(1).replace("`", ""),
                    cells.get(2),
                    cells.get(3),
                    cells.get(4)))
        .toList();
  }
}
