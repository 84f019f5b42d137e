package io.sensormeter.documents;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** docs/questions.md: what a reader asks is answered where the table says, in those words. */
final class QuestionsTest {

  record Question(String who, String asked, Page page, String anchor, String phrase) {

    static Question of(List<String> cells) {
      String link = cells.get(2);
      String target = link.substring(link.indexOf('(') + 1, link.length() - 1);
      String[] parts = target.split("#", -1);
      Path file = Path.of("docs").resolve(Objects.requireNonNull(parts[0])).normalize();
      return new Question(
          cells.get(0),
          cells.get(1),
          Page.of(file.toString()),
          parts.length > 1 ? parts[1] : "",
          cells.get(3));
    }

    @Override
    public String toString() {
      return who + ": " + asked;
    }
  }

  static Stream<Question> questions() {
    List<List<String>> rows = Page.of("docs/questions.md").rows();
    assertThat(rows).hasSize(13);
    return rows.stream().skip(1).map(Question::of);
  }

  @ParameterizedTest
  @MethodSource("questions")
  void questionIsAnsweredThere(Question question) {
    String place =
        question.anchor().isEmpty()
            ? question.page().text()
            : question.page().section(question.anchor());
    assertThat(plain(place)).contains(plain(question.phrase()));
  }

  /** As it is read: without marks, and wherever the line ends. */
  private static String plain(String text) {
    return text.replace("**", "").replaceAll("\\s+", " ");
  }
}
