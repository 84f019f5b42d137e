package io.sensormeter.view;

import java.util.List;

/**
 * Page Customer: a month of an organization or a Stripe customer.
 *
 * @param searched what was asked for; blank = nothing yet
 * @param says what was not found, or blank
 * @param month such as {@code November 2026}
 * @param monthValue the same, such as {@code 2026-11}
 * @param search with what was typed
 * @param range its first and last hour
 * @param notable reports that are not simply billed: marks, revisions, exceptions
 * @param others notable reports beyond those listed; blank = none
 * @param csv every report; blank = nothing was found
 * @param commands the same as files, and in sentences
 */
public record CustomerModel(
    String searched,
    String says,
    String month,
    String monthValue,
    Action search,
    String range,
    Action before,
    Action after,
    List<OfMeter> meters,
    List<Notable> notable,
    String others,
    String csv,
    List<HourModel.Fact> commands) {

  /**
   * A meter's month.
   *
   * @param ofZone why it is not on an invoice like this; blank where the month is one of UTC
   * @param sums as on the invoice: names and units
   * @param chart its days; empty for a meter of which only the last value counts
   */
  public record OfMeter(
      String name,
      String invoice,
      String ofZone,
      List<HourModel.Fact> sums,
      Chart chart,
      List<Day> days) {}

  /**
   * Bars of each day.
   *
   * @param told in words
   * @param top the highest bar's units
   */
  public record Chart(String told, String top, List<Bars> bars) {}

  /**
   * A day's bars, in the chart's own units: 0 to 100 high, 10 apart.
   *
   * @param label the day of the month; blank where there is no room
   */
  public record Bars(
      String x, String label, String ledger, String ledgerY, String stripe, String stripeY) {}

  /** A day in numbers. */
  public record Day(
      String day,
      String ledger,
      String stripe,
      String difference,
      boolean differs,
      String pending,
      String open) {}

  /** A report to look at. */
  public record Notable(
      String hour,
      Action open,
      String meter,
      String organization,
      String revision,
      String value,
      String style,
      String status,
      String marks,
      String stripe) {}
}
