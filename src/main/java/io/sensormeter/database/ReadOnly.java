package io.sensormeter.database;

import io.sensormeter.config.DatabaseSettings;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Statements that can change nothing: each is one read-only transaction. Not thread-safe. */
public final class ReadOnly implements AutoCloseable {

  private final Supplier<Session> session;
  private final DataSource connections;
  private final Runnable closer;

  ReadOnly(Supplier<Session> session, DataSource connections, Runnable closer) {
    this.session = session;
    this.connections = connections;
    this.closer = closer;
  }

  /**
   * Connects once, on a connection of its own; nothing takes longer than {@code timeout}.
   *
   * @throws DatabaseException if the server does not answer or refuses
   */
  public static ReadOnly connect(DatabaseSettings settings, Login login, Duration timeout) {
    String seconds = String.valueOf(timeout.toSeconds());
    Map<String, String> limits =
        Map.of("loginTimeout", seconds, "connectTimeout", seconds, "socketTimeout", seconds);
    try {
      // The server gives up first, so that it can still say so.
      Duration statementTimeout = timeout.minusMillis(500);
      Session session = new Session(Connections.open(settings, login, limits), statementTimeout);
      return new ReadOnly(
          () -> session,
          new Connections(() -> Connections.open(settings, login, limits), statementTimeout),
          session::close);
    } catch (SQLException e) {
      throw Session.failure(
          "connecting to " + login.address() + " as " + login.user() + " failed", e);
    }
  }

  /** As {@link Database#transaction}, read-only. */
  public <T> T transaction(String what, Transaction.Work<T> work) {
    return session.get().transaction(what, true, work);
  }

  /** As {@link Database#list}, read-only. */
  public <T> List<T> list(
      String what, Row.Reader<T> reader, String sql, @Nullable Object... arguments) {
    return transaction(what, t -> t.list(reader, sql, arguments));
  }

  /** As {@link Database#one}, read-only. */
  public <T> Optional<T> one(
      String what, Row.Reader<T> reader, String sql, @Nullable Object... arguments) {
    return transaction(what, t -> t.one(reader, sql, arguments));
  }

  /** Further connections to the same database, for a library that wants its own. */
  public DataSource connections() {
    return connections;
  }

  @Override
  public void close() {
    closer.run();
  }
}
