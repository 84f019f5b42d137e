package io.sensormeter.view;

import java.util.List;

/**
 * Page Exceptions: what waits for a person.
 *
 * @param verdict whether anything does
 */
public record ExceptionsModel(Verdict verdict, List<Card> cards) {

  /**
   * Exceptions of one kind.
   *
   * @param style of its colour, as that of an hour
   * @param title what it is, its code included
   * @param meter blank = none
   * @param counted how many, of how many, how much
   * @param since blank = not known
   * @param commands ready to copy, the first looks
   */
  public record Card(
      String style,
      String mark,
      String title,
      String meter,
      String counted,
      String since,
      String means,
      List<Example> examples,
      List<String> commands) {}

  /** One of a kind. */
  public record Example(Action open, String hour, Action openHour, String customer) {}
}
