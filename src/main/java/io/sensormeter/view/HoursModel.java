package io.sensormeter.view;

import java.util.List;

/**
 * Page Hours: 35 days of 24 cells, newest first.
 *
 * @param columns when each column's hour begins
 * @param earlier opens the 35 days before
 */
public record HoursModel(
    Verdict verdict,
    String zone,
    List<String> columns,
    List<DayRow> days,
    List<Legend> legend,
    Action earlier) {

  /** A day. */
  public record DayRow(String label, Action first, List<Cell> cells) {}

  /**
   * An hour.
   *
   * @param style of its colour
   * @param mark tells it from others without colour
   * @param told in words
   * @param reachable whether the keyboard stops there; the day's first hour leads to the others
   */
  public record Cell(
      String style, String mark, String told, boolean reachable, boolean marked, Action open) {}

  /** What a mark means, and how many hours bear it. */
  public record Legend(String style, String mark, String label, String meaning, String hours) {}
}
