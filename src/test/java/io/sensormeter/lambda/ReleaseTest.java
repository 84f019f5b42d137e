package io.sensormeter.lambda;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import javax.xml.xpath.XPathException;
import javax.xml.xpath.XPathFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.Document;
import org.xml.sax.SAXException;

/** The version and the address of the project stand in the pom; the rest follows it. */
final class ReleaseTest {
  private static final Document POM = pom();

  @Test
  void runningVersionIsThePoms() {
    assertThat(Release.version()).isEqualTo(pom("/project/version")).matches("\\d+\\.\\d+\\.\\d+");
  }

  @Test
  void newestReleaseOfTheChangelogIsThePomsAndHasADateAndALink() throws IOException {
    String version = pom("/project/version");
    String changelog = Files.readString(Path.of("CHANGELOG.md"));

    assertThat(found(changelog, "(?m)^## \\[(.+)]"))
        .as("sections")
        .startsWith("Unreleased", version)
        .isEqualTo(found(changelog, "(?m)^\\[(.+)]: "));
    assertThat(changelog).containsPattern("(?m)^## \\[" + version + "] - \\d{4}-\\d\\d-\\d\\d$");
  }

  @Test
  void readmeNamesTheVersion() throws IOException {
    assertThat(found(Files.readString(Path.of("README.md")), "(?m)^Version (\\S+) "))
        .containsExactly(pom("/project/version"));
  }

  /** A person reads the entry of the release that rings, whatever has changed since. */
  @Test
  void alarmsLinkToTheRunbookOfTheirRelease() throws IOException {
    assertThat(
            found(Files.readString(Path.of("template.yaml")), "(https://\\S+/docs/runbook\\.md)"))
        .isNotEmpty()
        .containsOnly(
            pom("/project/url") + "/blob/v" + pom("/project/version") + "/docs/runbook.md");
  }

  @ParameterizedTest
  @ValueSource(strings = {"README.md", "CHANGELOG.md", "template.yaml"})
  void everyAddressOfTheProjectIsThePoms(String file) throws IOException {
    assertThat(
            found(Files.readString(Path.of(file)), "(https?://github\\.com/[^/\\s]+/sensor-meter)"))
        .isNotEmpty()
        .containsOnly(pom("/project/url"));
  }

  private static List<String> found(String text, String pattern) {
    return Pattern.compile(pattern)
        .matcher(text)
        .results()
        .map((MatchResult match) -> match.group(1))
        .toList();
  }

  private static String pom(String path) {
    try {
      return XPathFactory.newInstance().newXPath().evaluate(path, POM);
    } catch (XPathException e) {
      throw new IllegalArgumentException(path, e);
    }
  }

  private static Document pom() {
    try {
      return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse("pom.xml");
    } catch (IOException | ParserConfigurationException | SAXException e) {
      throw new IllegalStateException("the pom cannot be read", e);
    }
  }
}
