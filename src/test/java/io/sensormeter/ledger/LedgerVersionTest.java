package io.sensormeter.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class LedgerVersionTest {

  @Test
  void neededIsTheNewestScript() throws IOException {
    try (Stream<Path> scripts = Files.list(Path.of("src/main/resources/db/ledger"))) {
      assertThat(
              scripts
                  .map(script -> script.getFileName().toString())
                  .map(name -> name.substring(1, name.indexOf("__")))
                  .mapToInt(Integer::parseInt)
                  .max())
          .hasValue(Integer.parseInt(LedgerVersion.NEEDED));
    }
  }
}
