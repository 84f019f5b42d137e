package io.sensormeter.documents;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** No link and no file name within the repository leads nowhere, in the documents and in code. */
final class LinksTest {
  private static final Pattern LINK = Pattern.compile("\\]\\(([^):#]*)(?:#([^)]+))?\\)");
  private static final Pattern ANCHOR = Pattern.compile("docs/([a-z-]+\\.md)#([a-z0-9-]+)");
  private static final Pattern FACT = Pattern.compile("stripe-facts\\.md, ([A-Z][a-z ]+[a-z])");
  private static final Pattern SECTION =
      Pattern.compile("''?([A-Z][a-z ]+)''? in docs/([a-z-]+\\.md)");
  private static final Pattern UNKNOWN_FACTS = Pattern.compile("(?<![-\\w])facts/\\w+\\.md");

  @Test
  void everyLinkLeadsToAFileAndAHeading() {
    List<String> broken = new ArrayList<>();
    int links = 0;
    for (Page page : Page.all()) {
      for (MatchResult link : LINK.matcher(page.text()).results().toList()) {
        Path file =
            link.group(1).isEmpty()
                ? page.file()
                : Path.of("").resolve(page.file()).resolveSibling(link.group(1)).normalize();
        String anchor = link.group(2);
        if (!Files.exists(file)
            || (anchor != null && !Page.of(file.toString()).anchors().contains(anchor))) {
          broken.add(page + ": " + link.group());
        }
        links++;
      }
    }
    assertThat(broken).isEmpty();
    assertThat(links).isGreaterThan(200);
  }

  @Test
  void everyFileThatIsToBeCopiedOrRunExists() {
    Set<String> files = new TreeSet<>();
    for (Page page : Page.all()) {
      files.addAll(
          Page.found(
              page.text(),
              "(?<![\\w/-])((?:events|docs/examples|bin|src/main/resources|\\.ci)/[\\w./-]*\\w)"));
    }
    // The loop of sam local names its files by a variable.
    files.remove("events");
    assertThat(files)
        .hasSizeGreaterThan(8)
        .allSatisfy(file -> assertThat(Path.of(file)).as(file).exists());
  }

  /** What a message or a comment names is there, and is named by the alarms' mails as well. */
  @Test
  void everySectionThatTheCodeOrTheTemplateNamesExists() throws IOException {
    List<String> named = new ArrayList<>();
    for (Path source : sources()) {
      String text = Files.readString(source).replaceAll("\\s+(\\*|//)? *", " ");
      for (MatchResult section :
          SECTION.matcher(text.replaceAll("\" *\\+ *\"", "")).results().toList()) {
        named.add(section.group());
        assertThat(Page.of("docs/" + section.group(2)).headings())
            .as(source.toString())
            .contains(section.group(1));
      }
      for (MatchResult link : ANCHOR.matcher(text).results().toList()) {
        assertThat(Page.of("docs/" + link.group(1)).anchors())
            .as(source + " " + link.group())
            .contains(link.group(2));
      }
      Page.found(text, "(?<![\\w/.-])(docs/[a-z-]+\\.md)")
          .forEach(file -> assertThat(Path.of(file)).as(source.toString()).exists());
    }
    assertThat(named).hasSizeGreaterThan(3);
  }

  /** What a comment says about Stripe can be looked up, and only there. */
  @Test
  void everyFactThatACommentCitesHasItsSection() throws IOException {
    Page facts = Page.of("docs/stripe-facts.md");
    Set<String> cited = new TreeSet<>();
    for (Path source : sources()) {
      String text = Files.readString(source).replaceAll("\\s+(\\*|//)? *", " ");
      FACT.matcher(text).results().map((MatchResult fact) -> fact.group(1)).forEach(cited::add);
      assertThat(text).as(source.toString()).doesNotContainPattern(UNKNOWN_FACTS);
    }
    assertThat(cited)
        .hasSizeGreaterThan(5)
        .allSatisfy(section -> assertThat(facts.headings()).contains(section));
  }

  private static List<Path> sources() throws IOException {
    try (Stream<Path> files = Files.walk(Path.of("src"))) {
      return Stream.concat(
              Stream.of(Path.of("template.yaml")),
              files.filter(file -> file.toString().endsWith(".java")))
          .toList();
    }
  }
}
