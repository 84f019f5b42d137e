package io.sensormeter.view;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What is written can be read: WCAG 2.2, 1.4.3, level AA asks for a contrast of 4.5. */
final class PaletteTest {
  private static final double AA = 4.5;
  private static final Pattern COLOUR =
      Pattern.compile("--([a-z-]+): light-dark\\(#([0-9a-f]{6}), #([0-9a-f]{6})\\);");
  private static final List<String> TEXTS = List.of("ink", "muted", "link", "good", "wait", "bad");

  private final Map<String, List<String>> colours = new TreeMap<>();
  private final String style;

  PaletteTest() throws IOException {
    style = Files.readString(Path.of("src/main/resources/view/pages.css"));
    COLOUR
        .matcher(style)
        .results()
        .forEach(
            (MatchResult found) ->
                colours.put(found.group(1), List.of(found.group(2), found.group(3))));
  }

  @Test
  void everyTextIsReadableOnWhatItStandsLightAndDark() {
    for (String text : TEXTS) {
      assertReadable(text, "ground");
      assertReadable(text, "panel");
    }
    assertReadable("ground", "link");
    for (HourState state : HourState.values()) {
      if (state != HourState.NONE) {
        assertReadable(state.label() + "-text", state.label() + "-fill");
        assertThat(style)
            .contains(
                ".sm .sm-%1$s { background: var(--%1$s-fill); color: var(--%1$s-text); }"
                    .formatted(state.label()));
      }
    }
  }

  /** Nothing is coloured but by the palette. */
  @Test
  void everyColourIsOfThePalette() {
    assertThat(COLOUR.matcher(style).replaceAll("")).doesNotContainPattern("#[0-9a-fA-F]{3,8}\\b");
    assertThat(Pattern.compile("var\\(--([a-z-]+)\\)").matcher(style).results())
        .extracting(found -> found.group(1))
        .isSubsetOf(colours.keySet());
  }

  /** Who does not see colours tells the states by their marks. */
  @Test
  void everyStateHasAMarkOfItsOwn() {
    assertThat(Arrays.stream(HourState.values()).map(HourState::mark)).doesNotHaveDuplicates();
  }

  private void assertReadable(String text, String ground) {
    for (int theme = 0; theme < 2; theme++) {
      assertThat(contrast(colour(text, theme), colour(ground, theme)))
          .as("%s on %s, %s", text, ground, theme == 0 ? "light" : "dark")
          .isGreaterThanOrEqualTo(AA);
    }
  }

  private String colour(String name, int theme) {
    return Objects.requireNonNull(colours.get(name), name).get(theme);
  }

  private static double contrast(String one, String other) {
    double a = luminance(one);
    double b = luminance(other);
    return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  }

  private static double luminance(String colour) {
    double[] parts = new double[3];
    for (int i = 0; i < parts.length; i++) {
      double part = Integer.parseInt(colour.substring(2 * i, 2 * i + 2), 16) / 255.0;
      parts[i] = part <= 0.04045 ? part / 12.92 : Math.pow((part + 0.055) / 1.055, 2.4);
    }
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2];
  }
}
