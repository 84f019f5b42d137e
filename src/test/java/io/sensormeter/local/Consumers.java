package io.sensormeter.local;

import io.sensormeter.local.aws.EventSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;

/**
 * Reporters, recorders and a verifier at work side by side, as Lambda runs them: four, two and one
 * instances, each with an environment of its own, messages returned with the delay the function
 * gave them.
 */
public final class Consumers implements AutoCloseable {
  private static final int REPORTERS = 4;
  private static final int RECORDERS = 2;
  private static final Duration PAUSE = Duration.ofMillis(50);

  /** Longer than the longest delay of a returned message, so that what comes back is waited for. */
  private static final Duration NO_PROGRESS = Duration.ofMinutes(16);

  private final Pipeline pipeline;
  private final List<EventSource> sources;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private volatile boolean closed;

  /** In this process. */
  Consumers(Pipeline pipeline) {
    this(pipeline, inThisProcess(pipeline));
  }

  /** Wherever the sources' functions run. */
  public Consumers(Pipeline pipeline, List<EventSource> sources) {
    this.pipeline = pipeline;
    this.sources = List.copyOf(sources);
    for (EventSource source : sources) {
      source.returnDelays(true);
      threads.execute(
          () -> {
            while (!closed) {
              source.pollOnce();
            }
          });
    }
  }

  private static List<EventSource> inThisProcess(Pipeline pipeline) {
    List<EventSource> sources = new ArrayList<>();
    for (int i = 0; i < REPORTERS; i++) {
      sources.add(pipeline.newReporter());
    }
    for (int i = 0; i < RECORDERS; i++) {
      sources.add(pipeline.newRecorder());
    }
    sources.add(pipeline.newVerifier());
    return sources;
  }

  /**
   * Waits until no report is pending and the queues are empty, or nothing has moved for long. Asks
   * only once nothing moves: the servers have the same two cores as what is measured.
   */
  void awaitSettled(Runnable progress) {
    awaitSettled(progress, NO_PROGRESS);
  }

  /** As {@link #awaitSettled(Runnable)}, whatever questions wait. */
  public void awaitRecorded(Runnable progress) {
    await(progress, NO_PROGRESS, this::recorded);
  }

  /** As {@link #awaitSettled(Runnable)}, or until nothing has moved for so long. */
  void awaitSettled(Duration noProgress) {
    awaitSettled(() -> {}, noProgress);
  }

  /** Waits until nothing is on its way, whatever is pending until its hour comes. */
  public void awaitArrived(Duration noProgress) {
    await(() -> {}, noProgress, this::arrived);
  }

  private void awaitSettled(Runnable progress, Duration noProgress) {
    await(progress, noProgress, this::settled);
  }

  private void await(Runnable progress, Duration noProgress, BooleanSupplier ended) {
    long movedNanos = System.nanoTime();
    int moved = -1;
    while (true) {
      int received = sources.stream().mapToInt(EventSource::received).sum();
      progress.run();
      if (received != moved) {
        moved = received;
        movedNanos = System.nanoTime();
      } else if (ended.getAsBoolean() || System.nanoTime() - movedNanos > noProgress.toNanos()) {
        return;
      }
      pause();
    }
  }

  private boolean settled() {
    return pipeline.questions() == 0 && recorded();
  }

  private boolean recorded() {
    return pipeline.depth() == 0
        && pipeline
                .database()
                .queryLong("select count(*) from metering.meter_report where status = 'pending'")
            == 0;
  }

  private boolean arrived() {
    return pipeline.depth() + pipeline.questions() == 0;
  }

  private static void pause() {
    try {
      Thread.sleep(PAUSE);
    } catch (InterruptedException e) {
      throw new IllegalStateException("interrupted while the hour was running", e);
    }
  }

  @Override
  public void close() {
    closed = true;
    threads.close();
  }
}
