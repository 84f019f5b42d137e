package io.sensormeter.simulation;

import java.time.Instant;
import java.util.Comparator;
import java.util.PriorityQueue;

/** What happens next: by time, then in the order in which it was planned. */
final class Agenda {
  private final VirtualClock clock;
  private final PriorityQueue<Entry> entries =
      new PriorityQueue<>(Comparator.comparing(Entry::at).thenComparingLong(Entry::number));
  private long planned;
  private long done;

  private record Entry(Instant at, long number, Runnable what) {}

  Agenda(VirtualClock clock) {
    this.clock = clock;
  }

  void at(Instant instant, Runnable what) {
    entries.add(new Entry(instant, planned++, what));
  }

  /** What happens next, if it is before an instant; what is late happens now. */
  boolean next(Instant before) {
    Entry entry = entries.peek();
    if (entry == null || !entry.at().isBefore(before)) {
      return false;
    }
    entries.remove();
    clock.advanceTo(entry.at());
    done++;
    entry.what().run();
    return true;
  }

  long done() {
    return done;
  }
}
