// Long because it is all that may be asked, each command with its fields.
package io.sensormeter.operator;

import io.sensormeter.meter.Hour;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a person may ask of SchedulerFunction: {@code {"command":"tick","dryRun":true}}. A command's
 * name is its record's, its fields are the record's components.
 */
public sealed interface Command {

  /** What may be asked, for error messages. */
  String ACCEPTED = CommandReader.accepted();

  /** Whether it may write. What may not changes nothing, and migrates nothing. */
  default boolean writes() {
    return switch (this) {
      case Check _, Status _, Verify _, Exceptions _, Explain _, Statement _, Month _ -> false;
      case Tick tick -> !tick.dryRun();
      case Report report -> !report.dryRun();
      case Backfill backfill -> !backfill.dryRun();
      case Release release -> !release.dryRun();
      case Retry retry -> !retry.dryRun();
      case Correct correct -> !correct.dryRun();
      case Acknowledge acknowledge -> !acknowledge.dryRun();
      case Adopt adopt -> !adopt.dryRun();
      case Prune prune -> !prune.dryRun();
    };
  }

  /** Who asks, for the journal; empty if nobody said. */
  default Optional<String> by() {
    return Optional.empty();
  }

  /** Say whether everything is there that the ledger side needs. */
  record Check() implements Command {}

  /** What the hourly rule does, now. */
  record Tick(Optional<String> by, boolean dryRun) implements Command {}

  /** Capture and publish the current hour of one organization, if it has no report. */
  record Report(String organization, Optional<String> by, boolean dryRun) implements Command {}

  /**
   * Capture and publish past hours.
   *
   * @param from the first hour
   * @param to the last hour, included
   * @param organization only this organization; empty = every hour without a tick row, as a whole
   * @param beforeBillFrom whether hours before BILL_FROM may be billed
   * @param acknowledged whether skipped hours that a person has acknowledged are billed all the
   *     same
   */
  record Backfill(
      Hour from,
      Hour to,
      Optional<String> organization,
      boolean beforeBillFrom,
      boolean acknowledged,
      Optional<String> by,
      boolean dryRun)
      implements Command {}

  /**
   * Bill what was captured in shadow.
   *
   * @param from the first hour
   * @param to the last hour, included
   * @param meter only this meter; empty = all
   * @param organization only this organization; empty = all
   * @param beforeBillFrom whether hours before anything was billed may be
   * @param acknowledged whether what a person has acknowledged is billed all the same
   */
  record Release(
      Hour from,
      Hour to,
      Optional<String> meter,
      Optional<String> organization,
      boolean beforeBillFrom,
      boolean acknowledged,
      Optional<String> by,
      boolean dryRun)
      implements Command {}

  /**
   * Send anew what Stripe refused, does not show, or was never sent.
   *
   * @param from the first hour
   * @param to the last hour, included
   * @param code only reports with this failure code, or status; empty = all
   * @param stripeCustomer only reports of this customer; empty = all
   * @param customer whom to bill: {@code frozen}, {@code source}, or a customer; empty = the
   *     source's where the refusal is about the customer, else the frozen one
   * @param beforeBillFrom whether hours before anything was billed may be
   * @param acknowledged whether what a person has acknowledged is sent all the same
   */
  record Retry(
      Hour from,
      Hour to,
      Optional<String> code,
      Optional<String> organization,
      Optional<String> stripeCustomer,
      Optional<String> meter,
      Optional<String> customer,
      boolean beforeBillFrom,
      boolean acknowledged,
      Optional<String> by,
      boolean dryRun)
      implements Command, Selecting {}

  /**
   * Put another value in the place of what Stripe holds.
   *
   * @param value what the hour is billed with
   * @param reason for the ledger
   * @param beforeBillFrom whether an hour before anything was billed may be
   * @param acknowledged whether what a person has acknowledged is corrected all the same
   */
  record Correct(
      Hour hour,
      String organization,
      String meter,
      long value,
      String reason,
      boolean beforeBillFrom,
      boolean acknowledged,
      Optional<String> by,
      boolean dryRun)
      implements Command {}

  /**
   * Say that exceptions were seen, and settled otherwise.
   *
   * @param from the first hour
   * @param to the last hour, included
   * @param code only reports with this failure code, or status; empty = all
   * @param stripeCustomer only reports of this customer; empty = all
   * @param note what became of them
   */
  record Acknowledge(
      Hour from,
      Hour to,
      Optional<String> code,
      Optional<String> organization,
      Optional<String> stripeCustomer,
      Optional<String> meter,
      String note,
      Optional<String> by,
      boolean dryRun)
      implements Command, Selecting {}

  /**
   * Ask Stripe now, whosever turn it is.
   *
   * @param from the first hour
   * @param to the last hour, included
   * @param code only exceptions with this failure code, or what has this status; empty = all
   * @param stripeCustomer only reports of this customer; empty = all
   */
  record Verify(
      Hour from,
      Hour to,
      Optional<String> code,
      Optional<String> organization,
      Optional<String> stripeCustomer,
      Optional<String> meter)
      implements Command, Selecting {}

  /** Take the ledger over from another stack. */
  record Adopt(Optional<String> by, boolean dryRun) implements Command {}

  /**
   * Take months out of the ledger that are older than it is to keep, and were exported.
   *
   * @param months such as {@code 2026-07}; none = all that may go, of a dry run only
   */
  record Prune(List<String> months, boolean exported, Optional<String> by, boolean dryRun)
      implements Command {}

  /**
   * Say what stands.
   *
   * @param from the first hour; empty = 23 hours before {@code to}
   * @param to the last hour, included; empty = the current hour
   */
  record Status(Optional<Hour> from, Optional<Hour> to) implements Command {}

  /**
   * Say what waits for a person, and which command helps.
   *
   * @param from the first hour; empty = as far back as the ledger goes, for what does not stay open
   *     70 days
   * @param to the last hour, included; empty = the current hour
   * @param acknowledged those that a person has acknowledged, in place of the open ones
   */
  record Exceptions(
      Optional<Hour> from,
      Optional<Hour> to,
      Optional<String> meter,
      Optional<String> organization,
      boolean acknowledged)
      implements Command {}

  /**
   * Tell in sentences what was billed, and why.
   *
   * @param organization whose; or {@code stripeCustomer}
   * @param hour one event hour; or {@code from} and {@code to}, or a {@code day} in {@code zone}
   * @param zone empty = UTC
   */
  record Explain(
      Optional<String> organization,
      Optional<String> stripeCustomer,
      Optional<Hour> hour,
      Optional<Hour> from,
      Optional<Hour> to,
      Optional<String> day,
      Optional<String> zone,
      Optional<String> meter)
      implements Command {}

  /**
   * List what was billed, hour by hour and day by day.
   *
   * @param organization whose; or {@code stripeCustomer}
   * @param from the first event hour
   * @param to the last one, included
   * @param zone of the days; empty = UTC
   * @param format {@code json} or {@code csv}
   */
  record Statement(
      Optional<String> organization,
      Optional<String> stripeCustomer,
      Hour from,
      Hour to,
      Optional<String> meter,
      Optional<String> zone,
      Optional<String> format)
      implements Command {}

  /**
   * Say whether a calendar month of UTC is complete, or list it.
   *
   * @param month such as {@code 2026-11}
   * @param format {@code json}: whether it is; {@code csv}: all customers
   * @param after where a list goes on, as the answer before says under {@code next}
   */
  record Month(
      String month, Optional<String> meter, Optional<String> format, Optional<String> after)
      implements Command {}

  /**
   * Reads what Lambda's serializer made of the JSON.
   *
   * @throws IllegalArgumentException saying which field is wrong and what is accepted
   */
  static Command read(Map<String, Object> input) {
    return new CommandReader(input).read();
  }
}
