package io.sensormeter.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.sensormeter.meter.Hour;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssertAlternative;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class CommandTest {
  private static final Hour FROM = Hour.parse("2026-11-22T10:00:00Z");
  private static final Hour TO = Hour.parse("2026-11-22T14:00:00Z");

  @Test
  void checkTakesNothing() {
    assertThat(read("check")).isEqualTo(new Command.Check());
    refused("check", "dryRun", true)
        .withMessage(
            "command 'check' does not take dryRun; nothing was done. It takes: no other field");
  }

  @Test
  void tickWritesUnlessItIsADryRun() {
    assertThat(read("tick")).isEqualTo(new Command.Tick(Optional.empty(), false));
    assertThat(read("tick", "dryRun", false)).isEqualTo(new Command.Tick(Optional.empty(), false));
    assertThat(read("tick", "dryRun", true)).isEqualTo(new Command.Tick(Optional.empty(), true));
  }

  @Test
  void reportNamesItsOrganization() {
    assertThat(read("report", "organization", "o-1", "dryRun", true))
        .isEqualTo(new Command.Report("o-1", Optional.empty(), true));
    refused("report")
        .withMessageStartingWith(
            "command 'report' needs the field 'organization'; nothing was done. It takes:"
                + " {\"command\":\"report\",\"organization\":text,\"by\":text?,\"dryRun\":boolean?}");
  }

  @Test
  void backfillTakesARangeAndMayBeNarrowed() {
    assertThat(read("backfill", "from", "2026-11-22T10:00:00Z", "to", "2026-11-22T14Z"))
        .isEqualTo(
            new Command.Backfill(
                FROM, TO, Optional.empty(), false, false, Optional.empty(), false));
    assertThat(
            read(
                "backfill",
                "from",
                "2026-11-22T10Z",
                "to",
                "2026-11-22T14Z",
                "organization",
                "o-1",
                "beforeBillFrom",
                true,
                "by",
                "ada",
                "dryRun",
                true))
        .isEqualTo(
            new Command.Backfill(
                FROM, TO, Optional.of("o-1"), true, false, Optional.of("ada"), true));
    refused("backfill", "from", "2026-11-22T10Z").withMessageContaining("needs the field 'to'");
  }

  @Test
  void statusTakesARangeOrNone() {
    assertThat(read("status")).isEqualTo(new Command.Status(Optional.empty(), Optional.empty()));
    assertThat(read("status", "from", "2026-11-22T10Z", "to", "2026-11-22T14Z"))
        .isEqualTo(new Command.Status(Optional.of(FROM), Optional.of(TO)));
  }

  /** Were it passed over, the command would write. */
  @ParameterizedTest
  @ValueSource(strings = {"dryrun", "dry_run", "dry-run", "DryRun", "dryRun "})
  void misspeltDryRunNeverWrites(String misspelt) {
    refused("tick", misspelt, true)
        .withMessage(
            "command 'tick' does not take %s; nothing was done. It takes: by, dryRun"
                .formatted(misspelt));
    refused("report", "organization", "o-1", misspelt, true)
        .withMessageContaining("does not take " + misspelt);
    refused("backfill", "from", "2026-11-22T10Z", "to", "2026-11-22T14Z", misspelt, true)
        .withMessageContaining("does not take " + misspelt);
  }

  @Test
  void everyUnknownFieldIsNamed() {
    refused("status", "since", "x", "hours", 3)
        .withMessage(
            "command 'status' does not take hours, since; nothing was done. It takes: from, to");
  }

  @Test
  void wrongTypesAreRefused() {
    refused("tick", "dryRun", "true")
        .withMessage(
            "field 'dryRun' of command 'tick' must be true or false without quotes, but is:"
                + " \"true\"; nothing was done");
    refused("tick", "dryRun", 1)
        .withMessageContaining("must be true or false without quotes, but is: 1");
    refused("report", "organization", 5)
        .withMessage(
            "field 'organization' of command 'report' must be a text in quotes that is not blank,"
                + " but is: 5; nothing was done");
    refused("report", "organization", " ").withMessageContaining("not blank");
    refused("status", "from", 14).withMessageContaining("field 'from'");
    refused("status", "from", "yesterday").withMessageContaining("'yesterday' is not an hour");
    refused("status", "to", "2026-11-22T14:30:00Z").withMessageContaining("is not a full hour");
  }

  @Test
  void commandItselfMustBeAText() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Command.read(Map.of("command", 5)))
        .withMessageContaining("must be a text in quotes that is not blank, but is: 5");
  }

  @Test
  void correctTakesAWholeNumber() {
    assertThat(correct(8))
        .isEqualTo(
            new Command.Correct(
                FROM,
                "o-1",
                "active_sensors",
                8,
                "miscounted",
                false,
                false,
                Optional.empty(),
                false));
    assertThat(((Command.Correct) correct(999_999_999_999_999L)).value())
        .isEqualTo(999_999_999_999_999L);
    for (Object value : List.of(-1, 1_000_000_000_000_000L, 1.5, 8.0, "8", List.of(8), true)) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> correct(value))
          .withMessage(
              "field 'value' of command 'correct' must be a whole number from 0 to 999999999999999"
                  + " without quotes, but is: %s; nothing was done",
              value.equals("8") ? "\"8\"" : value);
    }
    refused("correct", "hour", "2026-11-22T10Z", "organization", "o-1", "meter", "m", "reason", "r")
        .withMessageContaining("needs the field 'value'");
  }

  private static Command correct(Object value) {
    return read(
        "correct",
        "hour",
        "2026-11-22T10Z",
        "organization",
        "o-1",
        "meter",
        "active_sensors",
        "value",
        value,
        "reason",
        "miscounted");
  }

  @Test
  void pruneWritesUnlessItIsADryRun() {
    List<String> months = List.of("2026-06", "2026-07");
    assertThat(read("prune", "months", months, "exported", true, "by", "ada"))
        .isEqualTo(new Command.Prune(months, true, Optional.of("ada"), false));
    assertThat(read("prune").writes()).isTrue();
    assertThat(read("prune", "dryRun", true).writes()).isFalse();
    refused("prune", "exported", "true").withMessageContaining("must be true or false");
    refused("prune", "month", "2026-07")
        .withMessageContaining("It takes: months, exported, by, dryRun");
    refused("prune", "months", "2026-07")
        .withMessageContaining(
            "'months' of command 'prune' must be a list of texts: [\"…\", \"…\"], but is:"
                + " \"2026-07\"");
    refused("prune", "months", List.of(7))
        .withMessageContaining("'months' of command 'prune' must be a text in quotes");
    refused("prune", "months", java.util.Arrays.asList("2026-07", null))
        .withMessageContaining("'months' of command 'prune' must be without null");
  }

  @Test
  void whatOnlyAsksWritesNothing() {
    assertThat(read("verify", "from", "2026-11-22T10Z", "to", "2026-11-22T14Z").writes()).isFalse();
    assertThat(correct(8).writes()).isTrue();
  }

  /** A text of a command may be anything: it is named, cut, and goes no further. */
  @Test
  void hostileTextsAreRefusedByTheirField() {
    refused("report", "organization", "x".repeat(301))
        .withMessage(
            "field 'organization' of command 'report' must be a text of at most 300 characters, but"
                + " is: \"%s…\"; nothing was done",
            "x".repeat(60));
    assertThat(read("report", "organization", "x".repeat(300))).isNotNull();
    refused("report", "organization", "a\u001b[2Jb\u0000")
        .withMessage(
            "field 'organization' of command 'report' must be a text without control characters,"
                + " but is: \"a?[2Jb?\"; nothing was done");
    for (Object other : List.of(5, true, List.of("o-1"), Map.of("a", "b"))) {
      refused("acknowledge", "from", "2026-11-22T10Z", "to", "2026-11-22T14Z", "note", other)
          .withMessageStartingWith(
              "field 'note' of command 'acknowledge' must be a text in quotes that is not blank,"
                  + " but is: "
                  + other);
    }
    refused("tick", "x".repeat(1000), true)
        .withMessageContaining("does not take " + "x".repeat(60) + "…;");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Command.read(Map.of("command", "y".repeat(100))))
        .withMessageStartingWith("command '" + "y".repeat(60) + "…' is unknown");
  }

  /** Who is on call at night reads a line, not the grammar of all commands. */
  @Test
  void unknownCommandNamesTheOthersAndAMissingFieldThoseOfItsCommand() {
    refused("help")
        .withMessage(
            "command 'help' is unknown; nothing was done. Known are: check, tick, report, backfill,"
                + " release, retry, correct, acknowledge, verify, adopt, prune, status,"
                + " exceptions, explain, statement, month");
    refused("month")
        .withMessage(
            "command 'month' needs the field 'month'; nothing was done. It takes:"
                + " {\"command\":\"month\",\"month\":text,\"meter\":text?,\"format\":text?,\"after\":text?}");
  }

  @Test
  void proposedPlaceholderIsFilledInBeforeItIsWritten() {
    assertThat(read("acknowledge", noted("<why>", true))).isNotNull();
    refused("acknowledge", noted(" <why> ", false))
        .withMessage(
            "field 'note' of command 'acknowledge' must be your own words in place of the proposed,"
                + " but is: \" <why> \"; nothing was done");
    refused("tick", "by", "<who>").withMessageContaining("field 'by'");
    assertThat(read("acknowledge", noted("credited <5 units", false))).isNotNull();
  }

  private static Object[] noted(String note, boolean dryRun) {
    return new Object[] {
      "from", "2026-11-22T10Z", "to", "2026-11-22T14Z", "note", note, "dryRun", dryRun
    };
  }

  /** It would be read otherwise than it is written. */
  @Test
  void textThatTurnsAroundIsRefusedWhereAPersonSpeaks() {
    refused("tick", "by", "ann\u202Enna")
        .withMessageContaining("must be a text without marks that turn it around");
    assertThat(read("report", "organization", "a\u202Eb"))
        .as("an organization is selected by the name it has")
        .isNotNull();
  }

  private static ThrowableAssertAlternative<IllegalArgumentException> refused(
      String command, Object... fields) {
    return assertThatIllegalArgumentException().isThrownBy(() -> read(command, fields));
  }

  /**
   * @param fields name, value, name, value, …
   */
  private static Command read(String command, Object... fields) {
    Map<String, Object> input = new HashMap<>(Map.of("command", command));
    for (int i = 0; i < fields.length; i += 2) {
      input.put((String) fields[i], fields[i + 1]);
    }
    return Command.read(input);
  }
}
