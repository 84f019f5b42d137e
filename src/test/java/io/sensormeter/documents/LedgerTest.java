package io.sensormeter.documents;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** docs/ledger.md explains every table and column that the migrations make. */
final class LedgerTest {
  private static final Pattern TABLE =
      Pattern.compile("(?ms)^(create|alter) table (?:if not exists )?metering\\.(\\w+)(.*?);$");
  private static final Pattern COLUMN =
      Pattern.compile("(?m)^  (?:add column if not exists )?([a-z_]+) +(?:[a-z]+)\\b");

  @Test
  void everyColumnIsExplained() throws IOException {
    Page page = Page.of("docs/ledger.md");
    Map<String, List<String>> columns = columns();
    assertThat(columns.keySet())
        .containsExactlyInAnyOrder(
            "tick", "tick_meter", "meter_report", "stack", "meter", "journal");
    columns.forEach(
        (table, names) -> {
          String section = page.section(table);
          assertThat(names)
              .as(table)
              .hasSizeGreaterThan(4)
              .allSatisfy(
                  column -> assertThat(section).as(table).containsPattern("`" + column + "`"));
        });
  }

  private static Map<String, List<String>> columns() throws IOException {
    Map<String, List<String>> columns = new HashMap<>();
    try (Stream<Path> migrations = Files.list(Path.of("src/main/resources/db/ledger"))) {
      for (Path migration : migrations.sorted().toList()) {
        String sql = Files.readString(migration).replaceAll("(?m)--.*$", "");
        for (MatchResult table : TABLE.matcher(sql).results().toList()) {
          boolean made = table.group(1).equals("create");
          for (MatchResult column : COLUMN.matcher(table.group(3)).results().toList()) {
            if (!column.group(1).equals("constraint")
                && (made || column.group().contains("add column"))) {
              columns.computeIfAbsent(table.group(2), _ -> new ArrayList<>()).add(column.group(1));
            }
          }
        }
      }
    }
    return columns;
  }
}
