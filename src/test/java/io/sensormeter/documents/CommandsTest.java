package io.sensormeter.documents;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sensormeter.documents.Page.Block;
import io.sensormeter.operator.Command;
import java.io.IOException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every command that a document has, as it is to be typed, and every answer that it prints. */
final class CommandsTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Page PAGE = Page.of("docs/commands.md");
  private static final Pattern ASKED =
      Pattern.compile("bin/ask (\\w+) (?:'(\\{[^']*})'|([A-Z]\\w+))(?: (\\w+))?");

  /** Where an answer's fields are named, if not in a record {@code Answer} of its command. */
  private static final Map<String, String> ANSWERS =
      Map.of(
          "tick", "io.sensormeter.tick.TickSummary$Line",
          "check", "io.sensormeter.check.Check$Answer");

  @Test
  void whatIsAskedIsReadByTheFunctionOrIsAnOutputOfTheStack() throws IOException {
    String template = Files.readString(Path.of("template.yaml"));
    String outputs = template.substring(template.indexOf("\nOutputs:\n"));
    int asked = 0;
    for (Page page : Page.all()) {
      for (MatchResult ask : ASKED.matcher(page.text()).results().toList()) {
        assertThat(ask.group(1)).as(page + ": " + ask.group()).isIn("sandbox", "live", "ENV");
        if (ask.group(2) == null) {
          assertThat(outputs).contains("\n  " + ask.group(3) + ":\n");
        } else {
          assertThatCode(() -> read(ask.group(2)))
              .as(page + ": " + ask.group())
              .doesNotThrowAnyException();
        }
        asked++;
      }
    }
    assertThat(asked).isGreaterThan(40);
  }

  /** There is one way to ask, and it never sends twice. */
  @Test
  void nothingElseIsToBeTyped() {
    for (Page page : Page.all()) {
      for (Block block : page.blocks()) {
        assertThat(block.text())
            .as(page.toString())
            .doesNotContain("sam remote invoke", "aws lambda invoke", "ask events/");
      }
    }
  }

  @Test
  void everyCommandStandsInTheTableWithItsFieldsAndHasASection() {
    List<List<String>> table =
        PAGE.rows().stream().filter(cells -> cells.getFirst().startsWith("[`")).toList();
    assertThat(table)
        .extracting(cells -> cells.getFirst().replaceAll("\\[`(\\w+)`].*", "$1"))
        .containsExactlyInAnyOrderElementsOf(commands().map(CommandsTest::name).toList());
    commands()
        .forEach(
            command -> {
              String name = name(command);
              assertThat(PAGE.anchors()).contains(name);
              List<String> cells =
                  table.stream()
                      .filter(row -> row.getFirst().startsWith("[`" + name + "`]"))
                      .findFirst()
                      .orElseThrow();
              assertThat(Page.found(cells.get(1), "`(\\w+)`"))
                  .as(name)
                  .containsExactlyInAnyOrderElementsOf(
                      Arrays.stream(command.getRecordComponents())
                          .map(RecordComponent::getName)
                          .toList());
            });
  }

  static Stream<String> answers() {
    return PAGE.blocks().stream().filter(b -> b.language().equals("json")).map(Block::text);
  }

  @ParameterizedTest
  @MethodSource("answers")
  void answerHasTheFieldsThatTheFunctionGives(String answer)
      throws JsonProcessingException, ClassNotFoundException {
    JsonNode json = JSON.readTree(answer);
    String command = json.path("command").asText("tick");
    String record =
        ANSWERS.getOrDefault(
            command,
            "io.sensormeter.operator."
                + command.substring(0, 1).toUpperCase(Locale.ROOT)
                + command.substring(1)
                + "$Answer");
    assertThat(wrong(json, Class.forName(record), "")).isEmpty();
    for (JsonNode proposed : json.findValues("next")) {
      for (JsonNode next : proposed.isArray() ? proposed : List.of(proposed)) {
        assertThatCode(() -> read(next.toString())).doesNotThrowAnyException();
      }
    }
  }

  @Test
  void everyAnswerIsPrinted() {
    Set<String> printed = new TreeSet<>();
    answers()
        .forEach(answer -> printed.addAll(Page.found(answer, "^\\{\\s*\"command\": \"(\\w+)")));
    assertThat(printed)
        .contains("check", "status", "exceptions", "explain", "statement", "month", "retry");
  }

  /** What the answer has and the record does not, or lacks of what is always there. */
  private static List<String> wrong(JsonNode json, Type type, String path) {
    List<String> wrong = new ArrayList<>();
    if (type instanceof ParameterizedType generic) {
      Type last = generic.getActualTypeArguments()[generic.getActualTypeArguments().length - 1];
      if (generic.getRawType() == List.class) {
        json.forEach(each -> wrong.addAll(wrong(each, last, path + "[]")));
      } else if (generic.getRawType() == java.util.Optional.class) {
        wrong.addAll(wrong(json, last, path));
      }
    } else if (type instanceof Class<?> record && record.isRecord() && json.isObject()) {
      Map<String, Type> components =
          Arrays.stream(record.getRecordComponents())
              .collect(Collectors.toMap(RecordComponent::getName, RecordComponent::getGenericType));
      json.properties()
          .forEach(
              field -> {
                Type component = components.get(field.getKey());
                String name = path + "." + field.getKey();
                if (component != null) {
                  wrong.addAll(wrong(field.getValue(), component, name));
                } else if (!name.equals(".version")) {
                  wrong.add(name + " is no field of " + record.getName());
                }
              });
      components.forEach(
          (name, component) -> {
            if (component instanceof Class<?> plain && plain.isPrimitive() && !json.has(name)) {
              wrong.add(path + "." + name + " is always there");
            }
          });
    }
    return wrong;
  }

  @SuppressWarnings("unchecked")
  private static Stream<Class<? extends Command>> commands() {
    return Arrays.stream(Command.class.getPermittedSubclasses())
        .map(type -> (Class<? extends Command>) type);
  }

  private static String name(Class<? extends Command> command) {
    return command.getSimpleName().toLowerCase(Locale.ROOT);
  }

  private static Command read(String json) throws JsonProcessingException {
    return Command.read(JSON.readValue(json, new TypeReference<Map<String, Object>>() {}));
  }
}
