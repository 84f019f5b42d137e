package io.sensormeter.template;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.AbstractConstruct;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/**
 * template.yaml as written, its short tags in their long form: {@code {"Ref": …}}, {@code
 * {"Fn::Sub": …}}.
 */
public final class Template {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final JsonNode root;

  private Template(JsonNode root) {
    this.root = root;
  }

  public static Template read() {
    try (Reader in = Files.newBufferedReader(Path.of("template.yaml"))) {
      Object whole = new Yaml(new LongForms()).load(in);
      return new Template(JSON.valueToTree(whole));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A logical resource; its {@code Properties} are those of the template. */
  public record Resource(String id, JsonNode json) {

    String type() {
      return json.path("Type").asText();
    }

    JsonNode properties() {
      return json.path("Properties");
    }

    /** A property by path: {@code "Environment/Variables"}. */
    public JsonNode property(String path) {
      return properties().at("/" + path);
    }

    @Override
    public String toString() {
      return id;
    }
  }

  JsonNode root() {
    return root;
  }

  public Resource resource(String id) {
    JsonNode json = root.path("Resources").path(id);
    if (json.isMissingNode()) {
      throw new AssertionError("template.yaml has no resource " + id);
    }
    return new Resource(id, json);
  }

  List<Resource> resources(String type) {
    return root.path("Resources").properties().stream()
        .map(e -> new Resource(e.getKey(), e.getValue()))
        .filter(r -> r.type().equals(type))
        .toList();
  }

  /** The functions; what Globals say is not repeated in them. */
  List<Resource> functions() {
    return resources("AWS::Serverless::Function");
  }

  JsonNode parameter(String name) {
    return root.path("Parameters").path(name);
  }

  /** The number a property gives, or the default of the parameter it refers to. */
  int number(JsonNode value) {
    JsonNode number =
        value.has("Ref") ? parameter(value.path("Ref").asText()).path("Default") : value;
    if (!number.isInt()) {
      throw new AssertionError(value + " is no number");
    }
    return number.intValue();
  }

  static List<JsonNode> elements(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).toList();
  }

  /** With every condition true: the first branch of each {@code !If}, without what is none. */
  static List<JsonNode> elementsIfAll(JsonNode array) {
    return elements(array).stream().map(Template::ifTrue).toList();
  }

  static JsonNode ifTrue(JsonNode value) {
    return value.has("Fn::If") ? value.path("Fn::If").path(1) : value;
  }

  /** To compare with: a reference reads as what it names, {@code "ReportsQueue.Arn"}. */
  static String text(JsonNode value) {
    if (value.isArray()) {
      return elements(value).stream().map(Template::text).collect(Collectors.joining(", "));
    }
    if (value.isObject()) {
      return value.properties().stream()
          .map(
              e ->
                  switch (e.getKey()) {
                    case "Ref", "Fn::GetAtt", "Fn::Sub" -> text(e.getValue());
                    default -> e.getKey() + "=" + text(e.getValue());
                  })
          .collect(Collectors.joining(" "));
    }
    return value.asText();
  }

  static Stream<JsonNode> statements(JsonNode policyDocument) {
    return elementsIfAll(policyDocument.path("Statement")).stream();
  }

  private static final class LongForms extends SafeConstructor {
    LongForms() {
      super(new LoaderOptions());
      yamlMultiConstructors.put(
          "!",
          new AbstractConstruct() {
            @Override
            public Object construct(Node node) {
              String tag = node.getTag().getValue().substring(1);
              return Map.of(tag.equals("Ref") ? tag : "Fn::" + tag, content(node));
            }
          });
    }

    private Object content(Node node) {
      return switch (node) {
        case ScalarNode scalar -> constructScalar(scalar);
        case SequenceNode sequence -> constructSequence(sequence);
        case MappingNode mapping -> constructMapping(mapping);
        default -> throw new IllegalStateException(node.toString());
      };
    }
  }
}
