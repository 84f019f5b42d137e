package io.sensormeter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.sensormeter.meter.Meters;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What a reader of docs copies is there, and is taken. */
final class DocsTest {
  private static final Path PAGE = Path.of("docs", "add-a-meter.md");

  @Test
  void filesThatAreLinkedOrRunExist() throws IOException {
    assertThat(found("\\]\\(([^)#]+)\\)"))
        .hasSize(3)
        .allSatisfy(link -> assertThat(Path.of("docs").resolve(link)).exists());
    assertThat(found("((?:events|docs/examples)/[a-z-]+\\.(?:json|sql))"))
        .hasSizeGreaterThan(5)
        .allSatisfy(file -> assertThat(Path.of(file)).exists());
  }

  @Test
  void declaredMetersAreRead() throws IOException {
    assertThat(found("\"Meters=([^\"]+)\""))
        .hasSize(2)
        .allSatisfy(
            meters -> assertThatCode(() -> Meters.parse(meters)).doesNotThrowAnyException());
  }

  private static List<String> found(String pattern) throws IOException {
    return Pattern.compile(pattern)
        .matcher(Files.readString(PAGE))
        .results()
        .map((MatchResult match) -> match.group(1))
        .toList();
  }
}
