package io.sensormeter.reporter;

import java.time.Duration;
import java.util.stream.IntStream;

/** What the delays come to, for the tests of the limits between queue, copy and reporter. */
public final class Backoffs {

  private Backoffs() {}

  /** The sum of the longest delays of {@link Backoff#MAX_RECEIVES} receives. */
  public static Duration worstCase() {
    return IntStream.rangeClosed(1, Backoff.MAX_RECEIVES)
        .mapToObj(Backoff::longest)
        .reduce(Duration.ZERO, Duration::plus);
  }
}
