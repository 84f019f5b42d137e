package io.sensormeter.template;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** samconfig.toml, which {@code sam deploy} takes the parameters from. */
final class SamconfigTest {
  private static final Pattern OVERRIDE = Pattern.compile("(?m)^ *[\"'](\\w+)=(.*)[\"'],$");

  private final Template template = Template.read();

  /** A parameter that is left out keeps its value; a live stack without BillFrom is in shadow. */
  @Test
  void liveSectionBlanksNothingThatALiveStackHasSet() throws IOException {
    assertThat(overrides("live"))
        .doesNotContainValue("\"\"")
        .doesNotContainValue("")
        .doesNotContainKey("BillFrom");
  }

  @ParameterizedTest
  @ValueSource(strings = {"sandbox", "live"})
  void everySectionGivesWhatHasNoDefaultAndNothingUnknown(String section) throws IOException {
    Map<String, String> overrides = overrides(section);
    template
        .root()
        .path("Parameters")
        .properties()
        .forEach(
            parameter -> {
              if (!parameter.getValue().has("Default")) {
                assertThat(overrides).containsKey(parameter.getKey());
              }
            });
    assertThat(overrides.keySet()).allMatch(name -> template.root().path("Parameters").has(name));
  }

  private static Map<String, String> overrides(String section) throws IOException {
    String file = Files.readString(Path.of("samconfig.toml"));
    String parameters = file.split("\\[" + section + "\\.deploy\\.parameters]\n", -1)[1];
    return OVERRIDE
        .matcher(parameters.split("\n\\[", -1)[0])
        .results()
        .collect(Collectors.toMap((MatchResult line) -> line.group(1), line -> line.group(2)));
  }
}
