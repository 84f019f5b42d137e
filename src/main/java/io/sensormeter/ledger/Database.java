package io.sensormeter.ledger;

import io.sensormeter.config.DatabaseSettings;
import io.sensormeter.config.Secrets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The ledger's database: one connection, opened when first needed and kept for the next invocation.
 * An execution environment handles one invocation at a time, so this class is not thread-safe.
 */
public final class Database implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Database.class);

  private static final int CONNECT_SECONDS = 5;
  private static final int VALID_SECONDS = 2;

  /** After a rotation the new password works within about a minute. */
  private static final int[] ROTATION_WAIT_SECONDS = {0, 2, 5, 10, 20, 30};

  private final DatabaseSettings settings;
  private final Secrets secrets;
  private final Duration statementTimeout;
  private @Nullable Connection connection;

  /**
   * @param statementTimeout after which the server ends a statement and rolls back; shorter than
   *     the function's timeout, or a killed function's statement goes on holding its locks
   */
  public Database(DatabaseSettings settings, Secrets secrets, Duration statementTimeout) {
    this.settings = settings;
    this.secrets = secrets;
    this.statementTimeout = statementTimeout;
  }

  interface Work<T> {
    T in(Connection connection) throws SQLException;
  }

  /**
   * Runs {@code work} in one transaction: all of it stands, or nothing.
   *
   * @param what for the error message: "capturing 2026-11-22T14Z"
   * @throws LedgerException if the database refuses or does not answer
   */
  <T> T transaction(String what, Work<T> work) {
    try {
      Connection open = connection();
      try {
        T result = work.in(open);
        commit(what, open);
        return result;
      } catch (SQLException | RuntimeException e) {
        abandon(open, e);
        throw e;
      }
    } catch (SQLException e) {
      throw new LedgerException(
          what + " failed and was rolled back: " + e.getMessage() + " [" + e.getSQLState() + "]",
          e);
    }
  }

  private static void commit(String what, Connection open) throws SQLException {
    try {
      open.commit();
    } catch (SQLException e) {
      if (!String.valueOf(e.getSQLState()).startsWith(SqlState.CLASS_CONNECTION)) {
        throw e;
      }
      throw new LedgerException(
          what
              + " may stand or not: the connection broke at its commit; whatever runs next finds"
              + " out: "
              + e.getMessage(),
          e);
    }
  }

  /** Opens a connection of its own, for migrations; the caller closes it. */
  Connection open() throws SQLException {
    String refused = null;
    for (int attempt = 0; ; attempt++) {
      String secret =
          refused == null
              ? secrets.get(settings.secretArn())
              : secrets.refresh(settings.secretArn());
      try {
        return connect(secret);
      } catch (SQLException e) {
        if (!passwordRefused(e) || attempt + 1 >= ROTATION_WAIT_SECONDS.length) {
          throw e;
        }
        boolean alreadyFresh = secret.equals(refused);
        refused = secret;
        if (attempt > 0 && alreadyFresh) {
          pause(ROTATION_WAIT_SECONDS[attempt]);
        }
      }
    }
  }

  @Override
  public void close() {
    Connection open = connection;
    connection = null;
    if (open != null) {
      try {
        open.close();
      } catch (SQLException e) {
        throw new LedgerException("closing the connection failed: " + e.getMessage(), e);
      }
    }
  }

  private Connection connection() throws SQLException {
    Connection known = connection;
    // A connection that slept in a frozen environment may be dead: ask before use.
    if (known != null && known.isValid(VALID_SECONDS)) {
      return known;
    }
    close();
    Connection opened = open();
    opened.setAutoCommit(false);
    connection = opened;
    return opened;
  }

  private void abandon(Connection open, Exception because) {
    try {
      open.rollback();
    } catch (SQLException e) {
      because.addSuppressed(e);
      connection = null;
      try {
        open.close();
      } catch (SQLException again) {
        because.addSuppressed(again);
      }
    }
  }

  private Connection connect(String secretText) throws SQLException {
    return connect(
        settings,
        Login.read(settings, secretText),
        Map.of(
            "connectTimeout", String.valueOf(CONNECT_SECONDS),
            "socketTimeout", String.valueOf(statementTimeout.plusSeconds(10).toSeconds()),
            "options", "-c TimeZone=UTC -c statement_timeout=" + statementTimeout.toMillis()));
  }

  /**
   * Connects once, without waiting for a rotation.
   *
   * @param limits the driver's timeouts, in seconds, and the session's {@code options}
   */
  static Connection connect(DatabaseSettings settings, Login login, Map<String, String> limits)
      throws SQLException {
    Properties properties = new Properties();
    properties.putAll(limits);
    properties.setProperty("user", login.user());
    properties.setProperty("password", login.password());
    properties.setProperty("ApplicationName", "sensor-meter");
    properties.setProperty("tcpKeepAlive", "true");
    // No server-side statements and no session state: a pooling proxy may sit in between.
    properties.setProperty("prepareThreshold", "0");
    if (settings.tls()) {
      properties.setProperty("sslmode", "verify-full");
      properties.setProperty("sslrootcert", settings.authorities().toString());
    } else {
      properties.setProperty("sslmode", "disable");
    }
    LOG.debug("connecting to {} as {}", login.address(), login.user());
    return DriverManager.getConnection("jdbc:postgresql://" + login.address(), properties);
  }

  private static boolean passwordRefused(SQLException e) {
    return SqlState.INVALID_PASSWORD.equals(e.getSQLState())
        || SqlState.INVALID_AUTHORIZATION.equals(e.getSQLState());
  }

  private static void pause(int seconds) throws SQLException {
    try {
      Thread.sleep(Duration.ofSeconds(seconds));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SQLException("interrupted while waiting for the rotated password", e);
    }
  }
}
