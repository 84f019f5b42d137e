package io.sensormeter.simulation.oracle;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What must not be.
 *
 * @param invariant which one, in a few words that stay the same
 * @param reading whose story tells more; null if it is about none
 */
public record Violation(String invariant, String detail, @Nullable Reading reading, Instant at) {

  @Override
  public String toString() {
    return invariant + ": " + detail + " (" + at + ")";
  }
}
