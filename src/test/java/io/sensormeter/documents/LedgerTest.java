package io.sensormeter.documents;

import static org.assertj.core.api.Assertions.assertThat;

import io.sensormeter.ledger.ReportStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The pages say of the ledger what the migrations make: tables, columns, ways between states. */
final class LedgerTest {
  private static final Set<String> STATES =
      Arrays.stream(ReportStatus.values())
          .map(ReportStatus::label)
          .collect(Collectors.toUnmodifiableSet());
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
            "tick", "tick_meter", "meter_report", "stack", "meter", "journal", "pruned_month");
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

  /** Each state that is named first in a part of a cell: "rejected by Stripe" is rejected. */
  @Test
  void everyWayBetweenStatesIsOneThatTheTriggerLetsAndNoneIsMissing() throws IOException {
    Page page = Page.of("docs/concepts.md");
    Set<String> ways = new TreeSet<>();
    for (List<String> cells : page.rows()) {
      if (cells.size() == 3) {
        for (String from : states(cells.getFirst())) {
          states(cells.getLast()).forEach(to -> ways.add(from + ">" + to));
        }
      }
    }
    String sql =
        Files.readString(
            Path.of("src/main/resources/db/ledger/V2__meters_guards_verification.sql"));
    assertThat(ways).isEqualTo(new TreeSet<>(Page.found(sql, "'([a-z]+>[a-z]+)'")));
    assertThat(Page.found(page.text(), "(?m)^  ([a-z]+ --> [a-z]+)"))
        .hasSizeGreaterThan(10)
        .allSatisfy(way -> assertThat(ways).contains(way.replace(" --> ", ">")));
  }

  @Test
  void everyCodeOfARejectedReadingIsExplained() throws IOException {
    String code = "((?:organization|meter|value|customer|reading)_[a-z_]+)";
    String sql = Files.readString(Path.of("src/main/java/io/sensormeter/ledger/Rejections.java"));
    assertThat(
            new TreeSet<>(
                Page.found(
                    Page.of("docs/source.md").section("what-is-rejected"), "`" + code + "`")))
        .hasSizeGreaterThan(10)
        .isEqualTo(new TreeSet<>(Page.found(sql, "'" + code + "'")));
  }

  private static List<String> states(String cell) {
    return Arrays.stream(cell.split("[,;] *(?:or )?", -1))
        .map(part -> part.split(" ", -1)[0])
        .filter(STATES::contains)
        .toList();
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
