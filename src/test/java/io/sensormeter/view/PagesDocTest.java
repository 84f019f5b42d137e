package io.sensormeter.view;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** What docs/pages.md says of the pages. */
final class PagesDocTest {
  private final String page = Files.readString(Path.of("docs", "pages.md"));

  PagesDocTest() throws IOException {}

  @Test
  void everyMarkIsExplained() {
    for (HourState state : HourState.values()) {
      if (state != HourState.NONE) {
        assertThat(page)
            .contains(
                "| `%s` | %s | %s | ".formatted(state.mark(), state.label(), state.meaning()));
      }
    }
  }
}
