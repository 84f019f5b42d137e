package io.sensormeter.view;

import java.util.List;

/**
 * What stands around every page.
 *
 * @param endpoint ARN of this function: what a click calls
 * @param style the style sheet
 * @param at when it was read, on the viewer's clock
 */
public record Frame(
    String title,
    String endpoint,
    boolean dark,
    String style,
    List<Tab> tabs,
    String at,
    String ledger) {

  /** A page to go to. */
  public record Tab(Action open, boolean isCurrent) {}
}
