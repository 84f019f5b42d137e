package io.sensormeter.database;

import io.sensormeter.config.DatabaseSettings;
import io.sensormeter.config.Secrets;
import io.sensormeter.lambda.Time;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * The ledger's database: one connection, opened when first needed and kept for the next invocation.
 * An execution environment handles one invocation at a time, so this class is not thread-safe.
 */
public final class Database implements AutoCloseable {

  private static final int CONNECT_SECONDS = 5;

  /** After a rotation the new password works within about a minute. */
  private static final int[] ROTATION_WAIT_SECONDS = {0, 2, 5, 10, 20, 30};

  private final DatabaseSettings settings;
  private final Secrets secrets;
  private final Duration statementTimeout;
  private final Time time;
  private @Nullable Session session;

  /**
   * @param statementTimeout after which the server ends a statement and rolls back; shorter than
   *     the function's timeout, or a killed function's statement goes on holding its locks
   */
  public Database(
      DatabaseSettings settings, Secrets secrets, Duration statementTimeout, Time time) {
    this.settings = settings;
    this.secrets = secrets;
    this.statementTimeout = statementTimeout;
    this.time = time;
  }

  /**
   * Runs {@code work} in one transaction: all of it stands, or nothing.
   *
   * @param what for the error message: "capturing 2026-11-22T14Z"
   * @throws DatabaseException if the database refuses or does not answer
   */
  public <T> T transaction(String what, Transaction.Work<T> work) {
    return session(what).transaction(what, false, work);
  }

  /** The rows of one statement. Throws as {@link #transaction}. */
  public <T> List<T> list(
      String what, Row.Reader<T> reader, String sql, @Nullable Object... arguments) {
    return transaction(what, t -> t.list(reader, sql, arguments));
  }

  /** The only row of one statement, or empty. Throws as {@link #transaction}. */
  public <T> Optional<T> one(
      String what, Row.Reader<T> reader, String sql, @Nullable Object... arguments) {
    return transaction(what, t -> t.one(reader, sql, arguments));
  }

  /** How many rows one statement changed. Throws as {@link #transaction}. */
  public int update(String what, String sql, @Nullable Object... arguments) {
    return transaction(what, t -> t.update(sql, arguments));
  }

  /**
   * Runs statements that PostgreSQL takes in no transaction, on a connection of their own. Each
   * waits two seconds at most for a lock, unless one before it says otherwise.
   *
   * @param timeout after which the server ends one
   */
  public void outside(String what, Duration timeout, String... statements) {
    try (Connection connection = new Connections(this::open, timeout).getConnection();
        Statement statement = connection.createStatement()) {
      // The server gives up first, so that it can still say so.
      connection.setNetworkTimeout(
          Runnable::run, Math.toIntExact(timeout.plusSeconds(10).toMillis()));
      for (String sql : statements) {
        statement.execute(sql);
      }
    } catch (SQLException e) {
      throw Session.failure(what + " failed", e);
    }
  }

  /** The same database and connection, for what must change nothing. */
  public ReadOnly readOnly() {
    return new ReadOnly(() -> session("connecting"), connections(), () -> {});
  }

  /** Further connections to the same database, for a library that wants its own. */
  public DataSource connections() {
    return new Connections(this::open, statementTimeout);
  }

  @Override
  public void close() {
    Session open = session;
    session = null;
    if (open != null) {
      open.close();
    }
  }

  private Session session(String what) {
    Session known = session;
    if (known != null && known.isAlive()) {
      return known;
    }
    close();
    try {
      Session opened = new Session(open(), statementTimeout);
      session = opened;
      return opened;
    } catch (SQLException e) {
      throw Session.failure(what + " failed, nothing was done", e);
    }
  }

  private Connection open() throws SQLException {
    String refused = null;
    for (int attempt = 0; ; attempt++) {
      String secret =
          refused == null
              ? secrets.get(settings.secretArn())
              : secrets.refresh(settings.secretArn());
      try {
        return connect(secret);
      } catch (SQLException e) {
        if (!SqlState.isLoginRefused(e.getSQLState())
            || attempt + 1 >= ROTATION_WAIT_SECONDS.length) {
          throw e;
        }
        boolean alreadyFresh = secret.equals(refused);
        refused = secret;
        if (attempt > 0
            && alreadyFresh
            && !time.sleep(Duration.ofSeconds(ROTATION_WAIT_SECONDS[attempt]))) {
          throw e;
        }
      }
    }
  }

  private Connection connect(String secretText) throws SQLException {
    return Connections.open(
        settings,
        Login.read(settings, secretText),
        Map.of(
            "connectTimeout", String.valueOf(CONNECT_SECONDS),
            "socketTimeout", String.valueOf(statementTimeout.plusSeconds(10).toSeconds())));
  }
}
