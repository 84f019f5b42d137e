package io.sensormeter.local.stripe;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Which fault the next call meets; a script decides before the queue. Thread-safe.
 *
 * @param <C> a call
 */
final class Faults<C> {
  private final Queue<Fault> queued = new ConcurrentLinkedQueue<>();
  private volatile Function<C, @Nullable Fault> script = call -> null;
  private volatile CountDownLatch held = new CountDownLatch(1);

  void add(Fault fault, int times) {
    for (int i = 0; i < times; i++) {
      queued.add(fault);
    }
  }

  void script(Function<C, @Nullable Fault> decides) {
    script = decides;
  }

  @Nullable Fault next(C call) {
    Fault scripted = script.apply(call);
    return scripted == null ? queued.poll() : scripted;
  }

  /** Opens at the next release; to be taken before the call learns that it hangs. */
  CountDownLatch held() {
    return held;
  }

  synchronized void release() {
    CountDownLatch released = held;
    held = new CountDownLatch(1);
    released.countDown();
  }
}
