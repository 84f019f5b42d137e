package io.sensormeter.local.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;

/** How PostgreSQL answers a statement of the product. */
public final class Plan {
  private Plan() {}

  /** With what each step read and gave: the statement runs. */
  public static String analyzed(LocalDatabase database, String sql, @Nullable Object... arguments) {
    return of(database, "analyze, timing off, costs off", "select 1", sql, arguments);
  }

  /** As of a ledger so large that no table is read from end to end. Nothing runs. */
  public static String ofLargeLedger(
      LocalDatabase database, String sql, @Nullable Object... arguments) {
    return of(database, "costs off", "set enable_seqscan = off", sql, arguments);
  }

  private static String of(
      LocalDatabase database,
      String options,
      String before,
      String sql,
      @Nullable Object... arguments) {
    try (Connection connection = database.connectAsRole();
        Statement setting = connection.createStatement();
        PreparedStatement statement =
            connection.prepareStatement("explain (" + options + ") " + sql)) {
      setting.execute(before);
      for (int i = 0; i < arguments.length; i++) {
        statement.setObject(i + 1, bound(connection, arguments[i]));
      }
      StringBuilder plan = new StringBuilder();
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          plan.append(rows.getString(1)).append('\n');
        }
      }
      return plan.toString();
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }

  private static @Nullable Object bound(Connection connection, @Nullable Object argument)
      throws SQLException {
    return switch (argument) {
      case Instant instant -> instant.atOffset(ZoneOffset.UTC);
      case String[] texts -> connection.createArrayOf("text", texts);
      case null -> null;
      default -> argument;
    };
  }
}
