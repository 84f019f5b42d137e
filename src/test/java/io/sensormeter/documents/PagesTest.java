package io.sensormeter.documents;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.sensormeter.documents.Page.Block;
import io.sensormeter.meter.Meters;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** How every document is made. */
final class PagesTest {
  private static final List<Page> PAGES = Page.all();

  static Stream<Page> docs() {
    return PAGES.stream().filter(page -> page.file().startsWith("docs"));
  }

  @Test
  void readmeFitsOnAFewScreens() {
    assertThat(Page.of("README.md").text().lines().count()).isLessThanOrEqualTo(200);
  }

  @Test
  void readmeLeadsToEveryPage() {
    String readme = Page.of("README.md").text();
    assertThat(docs()).allSatisfy(page -> assertThat(readme).contains("(" + page));
  }

  @ParameterizedTest
  @MethodSource("docs")
  void pageBeginsWithWhoReadsItAndWhatForAfterItsTitle(Page page) {
    String text = page.text();
    assertThat(text).startsWith("# ");
    String opening =
        text.substring(text.indexOf("\n\n"), text.indexOf("\n\n", text.indexOf("\n\n") + 2));
    assertThat(opening.strip()).matches("(?s)For (who|everybody) .*");
    assertThat(text.lines().limit(12)).anyMatch(line -> line.matches(".*(After|test finds).*"));
  }

  /** One word has one meaning, and one thing is said in one place. */
  @Test
  void noParagraphStandsTwice() {
    Map<String, Page> said = new HashMap<>();
    for (Page page : PAGES) {
      for (String paragraph : page.paragraphs()) {
        if (paragraph.length() > 60 && !paragraph.startsWith("**Look** at the row \"Alarms\"")) {
          assertThat(said.put(paragraph, page)).as(page + ": " + paragraph).isNull();
        }
      }
    }
    assertThat(said).hasSizeGreaterThan(300);
  }

  /** Whoever does not see a picture is told what it shows. */
  @Test
  void everyDiagramHasATitleAndADescription() {
    List<String> diagrams =
        PAGES.stream()
            .flatMap(page -> page.blocks().stream())
            .filter(block -> block.language().equals("mermaid"))
            .map(Block::text)
            .toList();
    assertThat(diagrams)
        .hasSizeGreaterThan(5)
        .allSatisfy(diagram -> assertThat(diagram).containsSubsequence("accTitle: ", "accDescr: "));
  }

  @Test
  void roleIsPrintedAsItIsTested() throws IOException {
    assertThat(Page.of("docs/source.md").text())
        .contains(Files.readString(Path.of("src/main/resources/db/role.sql")).strip());
  }

  @Test
  void metersThatAreDeclaredAreRead() {
    List<String> declared =
        PAGES.stream()
            .flatMap(page -> Page.found(page.text(), "\"Meters=([^\"]+)\"").stream())
            .toList();
    assertThat(declared)
        .hasSizeGreaterThan(1)
        .allSatisfy(
            meters -> assertThatCode(() -> Meters.parse(meters)).doesNotThrowAnyException());
  }
}
