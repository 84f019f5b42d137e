package io.sensormeter.ledger;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Binds arguments and reads rows; all instants travel as UTC. */
final class Sql {

  interface Row<T> {
    T read(ResultSet row) throws SQLException;
  }

  private Sql() {}

  /** Runs a statement that changes rows; their number. */
  static int update(Connection connection, String sql, @Nullable Object... arguments)
      throws SQLException {
    try (PreparedStatement statement = prepare(connection, sql, arguments)) {
      return statement.executeUpdate();
    }
  }

  static <T> List<T> list(
      Connection connection, Row<T> reader, String sql, @Nullable Object... arguments)
      throws SQLException {
    try (PreparedStatement statement = prepare(connection, sql, arguments);
        ResultSet rows = statement.executeQuery()) {
      List<T> read = new ArrayList<>();
      while (rows.next()) {
        read.add(reader.read(rows));
      }
      return read;
    }
  }

  /** The only row, or empty. */
  static <T> Optional<T> one(
      Connection connection, Row<T> reader, String sql, @Nullable Object... arguments)
      throws SQLException {
    List<T> rows = list(connection, reader, sql, arguments);
    if (rows.size() > 1) {
      throw new IllegalStateException(rows.size() + " rows where at most one was asked for");
    }
    return rows.stream().findFirst();
  }

  static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
    OffsetDateTime value = row.getObject(column, OffsetDateTime.class);
    return value == null ? null : value.toInstant();
  }

  /** An instant of a column that is declared not null. */
  static Instant presentInstant(ResultSet row, String column) throws SQLException {
    Instant value = instant(row, column);
    if (value == null) {
      throw new IllegalStateException(column + " is null");
    }
    return value;
  }

  private static PreparedStatement prepare(
      Connection connection, String sql, @Nullable Object... arguments) throws SQLException {
    PreparedStatement statement = connection.prepareStatement(sql);
    for (int i = 0; i < arguments.length; i++) {
      statement.setObject(i + 1, bindable(connection, arguments[i]));
    }
    return statement;
  }

  private static @Nullable Object bindable(Connection connection, @Nullable Object argument)
      throws SQLException {
    return switch (argument) {
      case Instant instant -> OffsetDateTime.ofInstant(instant, ZoneOffset.UTC);
      case String[] texts -> connection.createArrayOf("text", texts);
      case Integer[] numbers -> connection.createArrayOf("integer", numbers);
      case null -> null;
      default -> argument;
    };
  }
}
