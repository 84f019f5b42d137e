package io.sensormeter.documents;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A document of this repository. */
record Page(Path file, String text) {
  private static final Pattern BLOCK = Pattern.compile("(?ms)^ *```(\\w*)\\n(.*?)^ *```$");
  private static final Pattern HEADING = Pattern.compile("(?m)^#{1,4} (.+)$");

  /** A block of code, by the language it names. */
  record Block(String language, String text) {}

  static Page of(String file) {
    try {
      return new Page(Path.of(file), Files.readString(Path.of(file)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** README, CHANGELOG, and what stands in docs and .github. */
  static List<Page> all() {
    return Stream.of(
            Stream.of("README.md", "CHANGELOG.md"),
            markdown(Path.of("docs")),
            markdown(Path.of(".github")))
        .flatMap(files -> files)
        .map(Page::of)
        .toList();
  }

  private static Stream<String> markdown(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .map(Path::toString)
          .filter(name -> name.endsWith(".md"))
          .sorted()
          .toList()
          .stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  List<Block> blocks() {
    return BLOCK.matcher(text).results().map(b -> new Block(b.group(1), b.group(2))).toList();
  }

  /** Without what is in blocks: a comment in a shell script is no heading. */
  String prose() {
    return BLOCK.matcher(text).replaceAll("");
  }

  /** What a reader reads in one go: paragraphs, items, rows; spaces made one. */
  List<String> paragraphs() {
    return Arrays.stream(prose().split("\\n\\s*\\n|\\n(?=\\s*(?:[-*|]|\\d+\\.) )", -1))
        .map(paragraph -> paragraph.strip().replaceAll("\\s+", " "))
        .filter(paragraph -> !paragraph.isEmpty())
        .toList();
  }

  List<List<String>> rows() {
    return prose()
        .lines()
        .filter(line -> line.startsWith("| ") && line.endsWith("|"))
        .map(line -> Arrays.stream(line.split("(?<!\\\\)\\|", -1)).map(String::strip).toList())
        .map(cells -> cells.subList(1, cells.size() - 1))
        .toList();
  }

  List<String> headings() {
    return HEADING.matcher(prose()).results().map(heading -> heading.group(1)).toList();
  }

  /** As GitHub makes them: of equal headings the second one ends with -1. */
  List<String> anchors() {
    Map<String, Integer> seen = new HashMap<>();
    return headings().stream()
        .map(Page::anchor)
        .map(
            anchor -> {
              int times = seen.merge(anchor, 1, Integer::sum);
              return times == 1 ? anchor : anchor + "-" + (times - 1);
            })
        .toList();
  }

  /** From a heading to the next one of the same rank or a higher one; blocks included. */
  String section(String anchor) {
    Matcher heading = Pattern.compile("(?m)^(#{1,4}) (.+)$").matcher(text);
    while (heading.find()) {
      if (anchor(heading.group(2)).equals(anchor)) {
        Matcher next =
            Pattern.compile("(?m)^#{1," + heading.group(1).length() + "} ")
                .matcher(text)
                .region(heading.end(), text.length());
        return text.substring(heading.start(), next.find() ? next.start() : text.length());
      }
    }
    throw new AssertionError(file + " has no heading of anchor #" + anchor);
  }

  private static String anchor(String heading) {
    return heading.toLowerCase(Locale.ROOT).replaceAll("[^\\p{L}\\p{N}_ -]", "").replace(' ', '-');
  }

  /** The group 1 of each match. */
  static List<String> found(String text, String pattern) {
    return Pattern.compile(pattern)
        .matcher(text)
        .results()
        .map((MatchResult match) -> match.group(1))
        .toList();
  }

  @Override
  public String toString() {
    return file.toString();
  }
}
