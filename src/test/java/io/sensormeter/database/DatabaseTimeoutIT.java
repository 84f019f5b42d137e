package io.sensormeter.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.sensormeter.config.DatabaseSettings;
import io.sensormeter.config.Secrets;
import io.sensormeter.lambda.Time;
import io.sensormeter.local.Services;
import io.sensormeter.local.postgres.DatabaseWire;
import io.sensormeter.local.postgres.LocalDatabase;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A function that Lambda kills must not leave a statement behind that holds its locks. */
@Tag("postgres")
final class DatabaseTimeoutIT {
  private static final String SECRET =
      "arn:aws:secretsmanager:us-east-1:000000000000:secret:timeout";

  @Test
  void serverEndsATransactionWhoseFunctionWasKilledAndItsLocksAreFree() throws Exception {
    LocalDatabase application = Services.postgres().newDatabase();
    CountDownLatch held = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    try (Database database = database(application);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        Connection next = application.connectAsRole();
        var statement = next.createStatement()) {
      // As one that is killed between two statements: its connection stays open.
      Future<?> killed =
          threads.submit(
              () ->
                  database.transaction(
                      "holding",
                      transaction -> {
                        transaction.lock("the hour");
                        held.countDown();
                        await(goOn);
                        return transaction.list(row -> row.text("answer"), "select '1' as answer");
                      }));
      held.await();

      try {
        statement.execute("set statement_timeout = '20s'");
        statement.execute("select pg_advisory_lock(hashtextextended('the hour', 0))");
      } finally {
        goOn.countDown();
      }
      assertThatExceptionOfType(ExecutionException.class)
          .isThrownBy(killed::get)
          .withMessageContaining("holding failed and was rolled back")
          .withMessageContaining("idle-in-transaction timeout");
      assertThat(asText(database, "asking", "select 'served' as answer")).isEqualTo("served");
    }
  }

  /** Behind a proxy of another zone each costs a millisecond or two. */
  @Test
  void settingsOfATransactionTravelWithItsBeginningAndTheDriverSetsNothing() {
    LocalDatabase application = Services.postgres().newDatabase();
    try (DatabaseWire wire = DatabaseWire.to(application);
        Database database = database(application, wire.port())) {
      asText(database, "asking", "select 'first' as answer");
      int first = wire.requests();
      assertThat(first).as("start and login in 3, begin, statement, commit").isEqualTo(6);

      asText(database, "asking", "select 'second' as answer");
      assertThat(wire.requests() - first).as("alive, begin, statement, commit").isEqualTo(4);
    }
  }

  @Test
  void serverEndsAStatementThatTakesTooLongAndTheConnectionServesTheNext() {
    LocalDatabase application = Services.postgres().newDatabase();
    try (Database database = database(application)) {
      assertThatExceptionOfType(DatabaseException.class)
          .isThrownBy(() -> asText(database, "waiting", "select pg_sleep(60)::text as answer"))
          .withMessageContaining("waiting failed and was rolled back")
          .withMessageContaining("statement timeout");

      assertThat(asText(database, "asking", "select 'served' as answer")).isEqualTo("served");
    }
  }

  private static Database database(LocalDatabase application) {
    return database(application, application.port());
  }

  private static Database database(LocalDatabase application, int port) {
    Services.secrets().put(SECRET, application.secretJson());
    DatabaseSettings settings =
        new DatabaseSettings(
            SECRET,
            Optional.of(application.host()),
            Optional.of(port),
            Optional.of(application.name()),
            false,
            Path.of("unused"));
    Secrets secrets = new Secrets(Services.secrets().client());
    return new Database(settings, secrets, Duration.ofMillis(200), Time.of(InstantSource.system()));
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static String asText(Database database, String what, String sql) {
    return database.one(what, row -> row.text("answer"), sql).orElseThrow();
  }
}
