package io.sensormeter.operator;

import io.sensormeter.meter.Hour;
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
      case Check _, Status _, Verify _ -> false;
      case Tick tick -> !tick.dryRun();
      case Report report -> !report.dryRun();
      case Backfill backfill -> !backfill.dryRun();
      case Release release -> !release.dryRun();
      case Retry retry -> !retry.dryRun();
      case Correct correct -> !correct.dryRun();
      case Acknowledge acknowledge -> !acknowledge.dryRun();
      case Adopt adopt -> !adopt.dryRun();
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
   */
  record Backfill(
      Hour from,
      Hour to,
      Optional<String> organization,
      boolean beforeBillFrom,
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
   */
  record Release(
      Hour from,
      Hour to,
      Optional<String> meter,
      Optional<String> organization,
      boolean beforeBillFrom,
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
      Optional<String> by,
      boolean dryRun)
      implements Command {}

  /**
   * Put another value in the place of what Stripe holds.
   *
   * @param value what the hour is billed with
   * @param reason for the ledger
   * @param beforeBillFrom whether an hour before anything was billed may be
   */
  record Correct(
      Hour hour,
      String organization,
      String meter,
      long value,
      String reason,
      boolean beforeBillFrom,
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
      implements Command {}

  /**
   * Ask Stripe now, whosever turn it is.
   *
   * @param from the first hour
   * @param to the last hour, included
   */
  record Verify(Hour from, Hour to, Optional<String> organization, Optional<String> stripeCustomer)
      implements Command {}

  /** Take the ledger over from another stack. */
  record Adopt(Optional<String> by, boolean dryRun) implements Command {}

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
    return new CommandReader(input).read();
  }
}
