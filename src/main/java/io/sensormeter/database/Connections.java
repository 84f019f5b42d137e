package io.sensormeter.database;

import io.sensormeter.config.DatabaseSettings;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import org.postgresql.ds.PGSimpleDataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How connections are opened, also for a library that opens its own: with everyone's settings.
 *
 * <p>What {@link Session} sets for each transaction, a library's connection has for the session,
 * which a pooling proxy may pin to it: it lives for one look at the migrations.
 */
final class Connections extends PGSimpleDataSource {

  private static final Logger LOG = LoggerFactory.getLogger(Connections.class);

  private final transient Opener opener;
  private final String settings;

  interface Opener {
    Connection open() throws SQLException;
  }

  /**
   * @param statementTimeout after which the server ends a statement and rolls back
   */
  Connections(Opener opener, Duration statementTimeout) {
    this.opener = opener;
    this.settings = Session.settingsOfALibrary(statementTimeout);
  }

  @Override
  public Connection getConnection() throws SQLException {
    Connection connection = opener.open();
    try (Statement statement = connection.createStatement()) {
      statement.execute(settings);
      return connection;
    } catch (SQLException e) {
      connection.close();
      throw e;
    }
  }

  /**
   * Connects once, without waiting for a rotation.
   *
   * @param limits the driver's timeouts, in seconds
   */
  static Connection open(DatabaseSettings settings, Login login, Map<String, String> limits)
      throws SQLException {
    Properties properties = new Properties();
    properties.putAll(limits);
    properties.setProperty("user", login.user());
    properties.setProperty("password", login.password());
    properties.setProperty("ApplicationName", "sensor-meter");
    // Or the driver sets the name, and more, by statements that make a proxy pin the session.
    properties.setProperty("assumeMinServerVersion", "9.0");
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
}
