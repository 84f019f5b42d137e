package io.sensormeter;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The README and what stands in docs: no link within the repository leads nowhere. */
final class DocumentsTest {
  private static final Pattern LINK = Pattern.compile("\\]\\(([^):#]*)(?:#([^)]+))?\\)");
  private static final Pattern FACT = Pattern.compile("stripe-facts\\.md, ([A-Z][a-z ]+[a-z])");
  private static final Pattern UNKNOWN_FACTS = Pattern.compile("(?<![-\\w])facts/\\w+\\.md");
  private static final Pattern HEADING = Pattern.compile("(?m)^#{1,3} (.+)$");

  @Test
  void everyLinkLeadsToAFileAndAHeading() throws IOException {
    List<String> broken = new ArrayList<>();
    for (Path document : documents()) {
      for (MatchResult link : LINK.matcher(Files.readString(document)).results().toList()) {
        Path file =
            link.group(1).isEmpty() ? document : document.resolveSibling(link.group(1)).normalize();
        String anchor = link.group(2);
        if (!Files.exists(file) || (anchor != null && !anchors(file).contains(anchor))) {
          broken.add(document + ": " + link.group());
        }
      }
    }
    assertThat(broken).isEmpty();
  }

  /** What a comment says about Stripe can be looked up, and only there. */
  @Test
  void everyFactThatACommentCitesHasItsSection() throws IOException {
    String facts = Files.readString(Path.of("docs", "stripe-facts.md"));
    Set<String> cited = new TreeSet<>();
    try (Stream<Path> sources = Files.walk(Path.of("src"))) {
      for (Path source : sources.filter(file -> file.toString().endsWith(".java")).toList()) {
        String text = Files.readString(source).replaceAll("\\s+(\\*|//)? *", " ");
        FACT.matcher(text).results().map((MatchResult fact) -> fact.group(1)).forEach(cited::add);
        assertThat(text).as(source.toString()).doesNotContainPattern(UNKNOWN_FACTS);
      }
    }
    assertThat(cited)
        .hasSizeGreaterThan(5)
        .allSatisfy(section -> assertThat(facts).contains("\n## " + section + "\n"));
  }

  private static List<Path> documents() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("docs"))) {
      return Stream.concat(Stream.of(Path.of("README.md")), files.sorted())
          .filter(file -> file.toString().endsWith(".md"))
          .toList();
    }
  }

  /** As GitHub makes them. */
  private static List<String> anchors(Path file) {
    try {
      return HEADING
          .matcher(Files.readString(file))
          .results()
          .map(
              heading ->
                  heading
                      .group(1)
                      .toLowerCase(Locale.ROOT)
                      .replaceAll("[^a-z0-9 -]", "")
                      .replace(' ', '-'))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
