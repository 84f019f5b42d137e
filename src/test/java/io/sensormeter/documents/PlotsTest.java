package io.sensormeter.documents;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.sensormeter.bench.Plots;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The plots of docs/performance.md are those of the committed figures. */
final class PlotsTest {

  @Test
  void plotsShowTheCommittedFigures() throws IOException {
    String plots = Plots.of(new ObjectMapper().readTree(Path.of("docs/bench.json").toFile()));

    assertThat(Page.of("docs/performance.md").text()).contains(plots);
  }
}
