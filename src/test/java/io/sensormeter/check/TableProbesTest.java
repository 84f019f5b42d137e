package io.sensormeter.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class TableProbesTest {
  private static final Map<String, String> TABLES =
      Map.of(
          "organization", "organizations",
          "site", "sites",
          "area", "areas",
          "unit", "units",
          "device", "devices",
          "subscription", "subscriptions");

  @Test
  void columnsExaminedAreThoseTheShippedFunctionReads() throws IOException {
    String script =
        Files.readString(Path.of("src/main/resources/db/source/R__billable_readings.sql"));

    TreeSet<String> examined = new TreeSet<>();
    Pattern.compile("\\('(\\w+)', '([\\w ]+)'\\)")
        .matcher(TableProbes.COLUMNS)
        .results()
        .forEach(
            table ->
                Stream.of(table.group(2).split(" ", -1))
                    .forEach(column -> examined.add(table.group(1) + "." + column)));
    TreeSet<String> read = new TreeSet<>();
    Pattern.compile("\\b(" + String.join("|", TABLES.keySet()) + ")\\.(\\w+)")
        .matcher(script)
        .results()
        .forEach(m -> read.add(TABLES.get(m.group(1)) + "." + m.group(2)));

    assertThat(examined).isEqualTo(read);
  }
}
