package io.sensormeter.reporter;

import io.sensormeter.ledger.CopyExpiry;
import java.time.Duration;
import java.util.stream.IntStream;

/** What the delays come to, for the tests of the limits between queue, copy and reporter. */
public final class Backoffs {

  private Backoffs() {}

  /** No copy lives longer: to the next xx:55 at least 20 minutes away. */
  public static final Duration COPY_LIFE = Duration.ofMinutes(CopyExpiry.LONGEST_MINUTES);

  /**
   * The shortest time from a message's first receive to the dead-letter queue.
   *
   * @param receives the queue's {@code maxReceiveCount}
   * @param visibility after which it comes back where no delay was set
   */
  public static Duration shortestLife(int receives, Duration visibility) {
    return IntStream.rangeClosed(1, receives)
        .mapToObj(receive -> Backoff.delay(receive, 0))
        .map(delay -> delay.compareTo(visibility) < 0 ? delay : visibility)
        .reduce(Duration.ZERO, Duration::plus);
  }
}
