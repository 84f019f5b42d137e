package io.sensormeter.lambda;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * The end of an invocation, after which Lambda freezes or kills what still runs.
 *
 * @param remainingMillis milliseconds left, asked anew each time
 */
public record Deadline(LongSupplier remainingMillis) {

  /** Whether less than {@code reserve} is left. */
  public boolean isWithin(Duration reserve) {
    return remainingMillis.getAsLong() < reserve.toMillis();
  }
}
