package io.sensormeter.lambda;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/** Work on many items, a few of them at a time. */
public final class SideBySide {

  private SideBySide() {}

  /**
   * Works on each item. When this returns or throws, no work is under way, interrupted or not.
   *
   * @param most how many are worked on at once
   * @param executor starts the workers
   * @throws IllegalStateException if the work failed on an item; some may not have been begun
   */
  public static <T> void each(List<T> items, int most, Executor executor, Consumer<T> work) {
    Queue<T> waiting = new ConcurrentLinkedQueue<>(items);
    List<CompletableFuture<Void>> workers = new ArrayList<>();
    for (int i = 0; i < Math.min(most, items.size()); i++) {
      workers.add(
          CompletableFuture.runAsync(
              () -> {
                for (T next = waiting.poll(); next != null; next = waiting.poll()) {
                  work.accept(next);
                }
              },
              executor));
    }
    try {
      CompletableFuture.allOf(workers.toArray(CompletableFuture[]::new)).join();
    } catch (CompletionException e) {
      throw new IllegalStateException(
          "a fault of ours amid a batch; every call has ended and the whole batch returns",
          e.getCause());
    }
  }
}
