package io.sensormeter.bench;

import io.sensormeter.local.postgres.LocalDatabase;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** How many connections the product has to its database at once. */
final class Connections implements AutoCloseable {
  private static final Duration EVERY = Duration.ofSeconds(1);

  private final AtomicLong most = new AtomicLong();
  private final Thread watching;

  private Connections(LocalDatabase database) {
    watching =
        Thread.startVirtualThread(
            () -> {
              try {
                while (true) {
                  most.accumulateAndGet(
                      database.queryLong(
                          "select count(*) from pg_stat_activity where usename = ?",
                          database.user()),
                      Math::max);
                  Thread.sleep(EVERY);
                }
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
  }

  static Connections watch(LocalDatabase database) {
    return new Connections(database);
  }

  int most() {
    return Math.toIntExact(most.get());
  }

  @Override
  public void close() {
    watching.interrupt();
  }
}
