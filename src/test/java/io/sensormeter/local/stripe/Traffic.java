package io.sensormeter.local.stripe;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counts meter-event calls: {@code calls = sum of answers + unanswered} once all have ended. A call
 * ends before its answer leaves, so that a caller that has its answer is no longer counted as
 * simultaneous with its next call. Thread-safe.
 */
final class Traffic {
  private final AtomicLong calls = new AtomicLong();
  private final AtomicInteger inProgress = new AtomicInteger();
  private final AtomicInteger maxSimultaneous = new AtomicInteger();
  private final LongAdder unanswered = new LongAdder();
  private final ConcurrentHashMap<Integer, LongAdder> answers = new ConcurrentHashMap<>();

  /** The number of this call, from 1. */
  long begin() {
    maxSimultaneous.accumulateAndGet(inProgress.incrementAndGet(), Math::max);
    return calls.incrementAndGet();
  }

  void endAnswered(int status) {
    answers.computeIfAbsent(status, key -> new LongAdder()).increment();
    inProgress.decrementAndGet();
  }

  void endUnanswered() {
    unanswered.increment();
    inProgress.decrementAndGet();
  }

  long calls() {
    return calls.get();
  }

  int maxSimultaneous() {
    return maxSimultaneous.get();
  }

  long unanswered() {
    return unanswered.sum();
  }

  Map<Integer, Long> answers() {
    var counts = new TreeMap<Integer, Long>();
    answers.forEach((status, count) -> counts.put(status, count.sum()));
    return counts;
  }
}
