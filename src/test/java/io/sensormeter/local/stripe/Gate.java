package io.sensormeter.local.stripe;

import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/** Holds the first call inside Stripe until it is opened; later calls pass. */
final class Gate {
  final CountDownLatch entered = new CountDownLatch(1);
  final CountDownLatch opened = new CountDownLatch(1);

  @Nullable Fault holdFirst(MeterEventCall call) {
    if (call.number() == 1) {
      entered.countDown();
      try {
        opened.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    return null;
  }
}
