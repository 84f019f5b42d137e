package io.sensormeter.simulation.oracle;

import org.jspecify.annotations.Nullable;

/**
 * A report was made, or moved.
 *
 * @param from null if it was made
 */
public record Move(Reading.Revision report, @Nullable String from, String to) {

  /** As in the diagram. */
  public String arrow() {
    return (from == null ? "" : from) + ">" + to;
  }
}
