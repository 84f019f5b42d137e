package io.sensormeter.operator;

import io.sensormeter.meter.Hour;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a person may ask of SchedulerFunction, read from JSON. A field it does not know is an error.
 */
public sealed interface Command {

  String ACCEPTED =
      """
      {"command":"check"}, \
      {"command":"tick","dryRun":bool}, \
      {"command":"report","organization":id,"dryRun":bool}, \
      {"command":"backfill","from":hour,"to":hour,"organization":id,"beforeBillFrom":bool,"dryRun":bool}, \
      {"command":"status","from":hour,"to":hour}\
      """;

  /**
   * Say whether everything is there that the ledger side needs; see {@link
   * io.sensormeter.operator.Check}.
   */
  record Check() implements Command {}

  /** What the hourly rule does, now. */
  record Tick(boolean dryRun) implements Command {}

  /** Capture and publish the current hour of one organization, if it has no report. */
  record Report(String organizationId, boolean dryRun) implements Command {}

  /**
   * Capture and publish past hours.
   *
   * @param from the first hour
   * @param to the last hour, included
   * @param organizationId only this organization; empty = every hour without a tick row, as a whole
   * @param beforeBillFrom whether hours before BILL_FROM may be billed
   */
  record Backfill(
      Hour from, Hour to, Optional<String> organizationId, boolean beforeBillFrom, boolean dryRun)
      implements Command {}

  /**
   * Say what stands.
   *
   * @param from the first hour; empty = 23 hours before {@code to}
   * @param to the last hour, included; empty = the current hour
   */
  record Status(Optional<Hour> from, Optional<Hour> to) implements Command {}

  /**
   * Reads what Lambda's serializer made of the JSON.
   *
   * @throws IllegalArgumentException saying which field is wrong and what is accepted
   */
  static Command read(Map<String, Object> input) {
    Fields fields = new Fields(input);
    String name = fields.text("command");
    return switch (name) {
      case "check" -> {
        fields.allow();
        yield new Check();
      }
      case "tick" -> {
        fields.allow("dryRun");
        yield new Tick(fields.flag("dryRun"));
      }
      case "report" -> {
        fields.allow("organization", "dryRun");
        yield new Report(fields.text("organization"), fields.flag("dryRun"));
      }
      case "backfill" -> {
        fields.allow("from", "to", "organization", "beforeBillFrom", "dryRun");
        yield new Backfill(
            Hour.parse(fields.text("from")),
            Hour.parse(fields.text("to")),
            fields.optional("organization"),
            fields.flag("beforeBillFrom"),
            fields.flag("dryRun"));
      }
      case "status" -> {
        fields.allow("from", "to");
        yield new Status(
            fields.optional("from").map(Hour::parse), fields.optional("to").map(Hour::parse));
      }
      default ->
          throw new IllegalArgumentException(
              "command '" + name + "' is unknown; accepted are: " + ACCEPTED);
    };
  }

  /** The fields of one command. */
  record Fields(Map<String, Object> input) {

    /** A misspelt {@code dryRun} must not write: what is not known is refused. */
    void allow(String... names) {
      Set<String> unknown = new TreeSet<>(input.keySet());
      unknown.remove("command");
      unknown.removeAll(Set.of(names));
      if (!unknown.isEmpty()) {
        throw new IllegalArgumentException(
            "command '%s' does not take %s; nothing was done. It takes: %s"
                .formatted(
                    input.get("command"),
                    String.join(", ", unknown),
                    names.length == 0 ? "no other field" : String.join(", ", names)));
      }
    }

    Optional<String> optional(String name) {
      Object value = input.get(name);
      if (value == null) {
        return Optional.empty();
      }
      if (value instanceof String text && !text.isBlank()) {
        return Optional.of(text);
      }
      throw new IllegalArgumentException(
          "field '%s' of command '%s' must be a text that is not blank, but is: %s"
              .formatted(name, input.get("command"), value));
    }

    String text(String name) {
      return optional(name)
          .orElseThrow(
              () ->
                  new IllegalArgumentException(
                      "command '%s' needs the field '%s'; accepted are: %s"
                          .formatted(input.get("command"), name, ACCEPTED)));
    }

    boolean flag(String name) {
      Object value = input.get(name);
      if (value == null) {
        return false;
      }
      if (value instanceof Boolean flag) {
        return flag;
      }
      throw new IllegalArgumentException(
          "field '%s' of command '%s' must be true or false, but is: %s; nothing was done"
              .formatted(name, input.get("command"), value));
    }
  }
}
