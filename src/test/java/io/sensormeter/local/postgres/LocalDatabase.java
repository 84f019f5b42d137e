package io.sensormeter.local.postgres;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * One application's database on a {@link LocalPostgres}. Tests arrange as its owner, who is not
 * superuser, and run the product as the role of role.sql. Thread-safe.
 */
public final class LocalDatabase {
  private final int port;
  private final String name;
  private final String ownerPassword;
  private final String role;
  private volatile String password;

  LocalDatabase(int port, String name, String ownerPassword, String role, String password) {
    this.port = port;
    this.name = name;
    this.ownerPassword = ownerPassword;
    this.role = role;
    this.password = password;
  }

  /** Loopback. */
  public String host() {
    return "127.0.0.1";
  }

  public int port() {
    return port;
  }

  /** The database's name. */
  public String name() {
    return name;
  }

  /** The role of role.sql, under a name of its own in this database. */
  public String user() {
    return role;
  }

  /** The role's present password. */
  public String password() {
    return password;
  }

  /** The secret's text as a managed rotation writes it: {@code username} and {@code password}. */
  public String secretJson() {
    return "{\"username\":\"%s\",\"password\":\"%s\"}".formatted(role, password);
  }

  /**
   * Makes the role of view-role.sql.
   *
   * @return its secret's text
   */
  public String addViewRole() {
    String password = UUID.randomUUID().toString();
    execute(
        LocalPostgres.resource("db/view-role.sql")
            .replaceAll("\\bsensor_meter_view\\b", viewUser())
            .replaceAll("\\bsensor_meter\\b", role)
            .replace("change-me", password));
    // As before, tests arrange in the ledger.
    execute("grant %s to current_user".formatted(role));
    return "{\"username\":\"%s\",\"password\":\"%s\"}".formatted(viewUser(), password);
  }

  /** The role of view-role.sql, once it is made. */
  public String viewUser() {
    return role + "_view";
  }

  /** A rotation: the old password is refused from now on, open connections stay. */
  public void changePassword(String newPassword) {
    execute("alter role %s password '%s'".formatted(role, newPassword.replace("'", "''")));
    password = newPassword;
  }

  /** The owner of the database and of the application's tables, unqualified names in public. */
  public Connection connectAsOwner() {
    return connect(LocalPostgres.ADMINISTRATOR, ownerPassword, "?currentSchema=public");
  }

  /** As the product connects. */
  public Connection connectAsRole() {
    return connect(role, password, "");
  }

  /** Connections of the role that are still open; what a leak check wants to be 0. */
  public int openConnections() {
    awaitClosedSockets();
    return Math.toIntExact(
        queryLong("select count(*) from pg_stat_activity where usename = ?", role));
  }

  /** The first column of the only row, 0 when it is null; as the owner. */
  public long queryLong(String sql, Object... arguments) {
    try (Connection connection = connectAsOwner();
        PreparedStatement statement = prepare(connection, sql, arguments);
        ResultSet rows = statement.executeQuery()) {
      if (!rows.next()) {
        throw new IllegalArgumentException("no row: " + sql);
      }
      long value = rows.getLong(1);
      if (rows.next()) {
        throw new IllegalArgumentException("more than one row: " + sql);
      }
      return value;
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }

  /** The first column of every row; as the owner. */
  public List<String> queryTexts(String sql, Object... arguments) {
    try (Connection connection = connectAsOwner();
        PreparedStatement statement = prepare(connection, sql, arguments);
        ResultSet rows = statement.executeQuery()) {
      List<String> texts = new ArrayList<>();
      while (rows.next()) {
        texts.add(String.valueOf(rows.getString(1)));
      }
      return texts;
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }

  /** One statement, or a script when there is no argument; as the owner. */
  public void execute(String sql, Object... arguments) {
    try (Connection connection = connectAsOwner()) {
      if (arguments.length == 0) {
        try (var statement = connection.createStatement()) {
          statement.execute(sql);
        }
      } else {
        try (PreparedStatement statement = prepare(connection, sql, arguments)) {
          statement.execute();
        }
      }
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }

  /**
   * Gives the database a source of its user's own, in place of any other.
   *
   * @param body its language and text, such as {@code language sql as $$ select … $$}
   */
  public void createSource(String body) {
    execute(
        """
        create or replace function metering.billable_readings(at timestamptz)
        returns table (organization_id text, stripe_customer_id text, meter text, value numeric)
        """
            + body);
  }

  /**
   * A backend ends a moment after its client closed the socket, so the server is given up to two
   * seconds to notice; only a leak lasts that long.
   */
  private void awaitClosedSockets() {
    execute(
        """
        do $$
        declare
          deadline timestamptz := clock_timestamp() + interval '2 seconds';
        begin
          while clock_timestamp() < deadline
            and exists (select from pg_stat_activity where usename = '%s') loop
            perform pg_sleep(0.005);
            perform pg_stat_clear_snapshot();
          end loop;
        end $$
        """
            .formatted(role));
  }

  private Connection connect(String user, String secret, String parameters) {
    try {
      return DriverManager.getConnection(
          "jdbc:postgresql://%s:%d/%s%s".formatted(host(), port, name, parameters), user, secret);
    } catch (SQLException e) {
      throw new IllegalStateException(user + " cannot connect to " + name, e);
    }
  }

  private static PreparedStatement prepare(Connection connection, String sql, Object... arguments)
      throws SQLException {
    PreparedStatement statement = connection.prepareStatement(sql);
    for (int i = 0; i < arguments.length; i++) {
      statement.setObject(i + 1, arguments[i]);
    }
    return statement;
  }
}
