package io.sensormeter.view;

import java.util.Locale;

/**
 * What stands in an hour, of all its reports the one that is furthest from billed. Each has a mark
 * of its own, so that nobody has to tell them apart by colour.
 */
enum HourState {
  VERIFIED("✓", "Stripe was seen to hold every report"),
  ACCEPTED("A", "Stripe has said that it holds every report, and is asked to show them by itself"),
  SETTLED("=", "a person settled what Stripe does not hold"),
  PENDING("P", "a report has no outcome yet; it is sent again by itself"),
  EXCEPTION("!", "an exception waits for a person"),
  OWED("O", "never captured; the next tick captures it"),
  SKIPPED("×", "never captured, and given up as too old"),
  SHADOW("S", "captured, and not billed"),
  EMPTY("0", "captured, and the source gave no reading"),
  PRUNED("-", "its reports were written out, and pruned"),
  NONE("·", "not captured, and not owed");

  private final String mark;
  private final String meaning;

  HourState(String mark, String meaning) {
    this.mark = mark;
    this.meaning = meaning;
  }

  String mark() {
    return mark;
  }

  /** After {@code an hour in which}. */
  String meaning() {
    return meaning;
  }

  String label() {
    return this == NONE ? "none" : name().toLowerCase(Locale.ROOT);
  }
}
