package io.sensormeter;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the README says where a wrong word would cost somebody an hour. */
final class ReadmeTest {
  private static final Path README = Path.of("README.md");

  @Test
  void roleIsPrintedAsItIsTested() throws IOException {
    assertThat(read(README)).contains(read(Path.of("src/main/resources/db/role.sql")).strip());
  }

  @Test
  void sectionsThatErrorsNameExist() throws IOException {
    String readme = read(README);
    Pattern section = Pattern.compile("'([A-Z][a-z ]+)' in the README");
    try (Stream<Path> sources = Files.walk(Path.of("src/main/java"))) {
      List<String> named =
          sources
              .filter(file -> file.toString().endsWith(".java"))
              .flatMap(file -> section.matcher(unchecked(file)).results())
              .map((MatchResult match) -> match.group(1))
              .distinct()
              .toList();
      assertThat(named)
          .isNotEmpty()
          .allSatisfy(name -> assertThat(readme).contains("\n## " + name));
    }
  }

  @Test
  void everyLinkWithinItLeadsSomewhere() throws IOException {
    String readme = read(README);
    List<String> anchors =
        Pattern.compile("(?m)^#{2,3} (.+)$")
            .matcher(readme)
            .results()
            .map(match -> anchor(match.group(1)))
            .toList();
    List<String> links =
        Pattern.compile("\\]\\(#([^)]+)\\)")
            .matcher(readme)
            .results()
            .map(match -> match.group(1))
            .toList();

    assertThat(links).isNotEmpty().isSubsetOf(anchors);
  }

  private static String anchor(String heading) {
    return heading
        .toLowerCase(java.util.Locale.ROOT)
        .replaceAll("[^a-z0-9 -]", "")
        .replace(' ', '-');
  }

  private static String unchecked(Path file) {
    try {
      return read(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String read(Path file) throws IOException {
    return Files.readString(file);
  }
}
