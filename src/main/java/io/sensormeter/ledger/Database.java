package io.sensormeter.ledger;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sensormeter.config.DatabaseSettings;
import io.sensormeter.config.Secrets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
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
  private static final ObjectMapper JSON = new ObjectMapper();

  /** A capture of a million organizations takes seconds; minutes mean something is wrong. */
  static final Duration STATEMENT_TIMEOUT = Duration.ofMinutes(5);

  private static final int CONNECT_SECONDS = 5;
  private static final int VALID_SECONDS = 2;

  /** After a rotation the new password works within about a minute. */
  private static final int[] ROTATION_WAIT_SECONDS = {0, 2, 5, 10, 20, 30};

  private final DatabaseSettings settings;
  private final Secrets secrets;
  private @Nullable Connection connection;

  public Database(DatabaseSettings settings, Secrets secrets) {
    this.settings = settings;
    this.secrets = secrets;
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
        open.commit();
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
    JsonNode secret = parse(secretText);
    String host = settings.host().orElseGet(() -> field(secret, "host", "DATABASE_HOST"));
    int port = settings.port().orElseGet(() -> secret.path("port").asInt(5432));
    String name = settings.name().orElseGet(() -> field(secret, "dbname", "DATABASE_NAME"));
    String user = field(secret, "username", null);
    Properties properties = new Properties();
    properties.setProperty("user", user);
    properties.setProperty("password", field(secret, "password", null));
    properties.setProperty("ApplicationName", "sensor-meter");
    properties.setProperty("connectTimeout", String.valueOf(CONNECT_SECONDS));
    properties.setProperty(
        "socketTimeout", String.valueOf(STATEMENT_TIMEOUT.plusSeconds(10).toSeconds()));
    properties.setProperty("tcpKeepAlive", "true");
    // No server-side statements and no session state: a pooling proxy may sit in between.
    properties.setProperty("prepareThreshold", "0");
    properties.setProperty(
        "options", "-c TimeZone=UTC -c statement_timeout=" + STATEMENT_TIMEOUT.toMillis());
    if (settings.tls()) {
      properties.setProperty("sslmode", "verify-full");
      properties.setProperty("sslrootcert", settings.authorities().toString());
    } else {
      properties.setProperty("sslmode", "disable");
    }
    String bracketed = host.contains(":") ? "[" + host + "]" : host;
    LOG.debug("connecting to {}:{}/{} as {}", host, port, name, user);
    return DriverManager.getConnection(
        "jdbc:postgresql://" + bracketed + ":" + port + "/" + name, properties);
  }

  private JsonNode parse(String secretText) {
    try {
      JsonNode secret = JSON.readTree(secretText);
      if (secret.isObject()) {
        return secret;
      }
    } catch (JsonProcessingException e) {
      // Its message may quote the password; ours names the secret only.
    }
    throw new IllegalStateException(
        "secret "
            + settings.secretArn()
            + " is not a JSON object such as {\"username\":\"sensor_meter\",\"password\":\"…\"}");
  }

  private String field(JsonNode secret, String field, @Nullable String variable) {
    String text = secret.path(field).asText("");
    if (text.isBlank()) {
      throw new IllegalStateException(
          "secret %s has no \"%s\"%s"
              .formatted(
                  settings.secretArn(),
                  field,
                  variable == null ? "" : "; add it or set " + variable));
    }
    return text;
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
