package io.sensormeter.database;

import io.sensormeter.meter.Hour;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The statements of one open transaction. Arguments are bound in order: texts, numbers, instants,
 * hours, and {@code String[]}; all instants travel as UTC.
 */
public final class Transaction {

  private final Connection connection;

  Transaction(Connection connection) {
    this.connection = connection;
  }

  /** What is done in a transaction. */
  public interface Work<T> {
    T in(Transaction transaction);
  }

  /** Runs a statement that changes rows; their number. */
  public int update(String sql, @Nullable Object... arguments) {
    try (PreparedStatement statement = prepare(sql, arguments)) {
      return statement.executeUpdate();
    } catch (SQLException e) {
      throw new StatementFailed(e);
    }
  }

  public <T> List<T> list(Row.Reader<T> reader, String sql, @Nullable Object... arguments) {
    try (PreparedStatement statement = prepare(sql, arguments);
        ResultSet rows = statement.executeQuery()) {
      List<T> read = new ArrayList<>();
      Row row = new Row(rows);
      while (rows.next()) {
        read.add(reader.read(row));
      }
      return read;
    } catch (SQLException e) {
      throw new StatementFailed(e);
    }
  }

  /** The only row, or empty. */
  public <T> Optional<T> one(Row.Reader<T> reader, String sql, @Nullable Object... arguments) {
    List<T> rows = list(reader, sql, arguments);
    if (rows.size() > 1) {
      throw new IllegalStateException(rows.size() + " rows where at most one was asked for");
    }
    return rows.stream().findFirst();
  }

  /** Waits for an advisory lock, held until the transaction ends. */
  public void lock(long key) {
    list(_ -> key, "select pg_advisory_xact_lock(?)", key);
  }

  /** As {@link #lock(long)}, by a name. */
  public void lock(String name) {
    list(_ -> name, "select pg_advisory_xact_lock(hashtextextended(?, 0))", name);
  }

  /**
   * What {@code first} gives; if a statement of it fails with {@code sqlState}, nothing of it
   * stands and {@code otherwise} is done in its place.
   */
  public <T> T orOn(String sqlState, Work<T> first, Work<T> otherwise) {
    try {
      Savepoint before = connection.setSavepoint();
      try {
        return first.in(this);
      } catch (StatementFailed e) {
        if (!e.sqlState().equals(sqlState)) {
          throw e;
        }
        connection.rollback(before);
        return otherwise.in(this);
      }
    } catch (SQLException e) {
      throw new StatementFailed(e);
    }
  }

  private PreparedStatement prepare(String sql, @Nullable Object... arguments) throws SQLException {
    PreparedStatement statement = connection.prepareStatement(sql);
    for (int i = 0; i < arguments.length; i++) {
      statement.setObject(i + 1, bindable(arguments[i]));
    }
    return statement;
  }

  private @Nullable Object bindable(@Nullable Object argument) throws SQLException {
    return switch (argument) {
      case Hour hour -> OffsetDateTime.ofInstant(hour.start(), ZoneOffset.UTC);
      case Instant instant -> OffsetDateTime.ofInstant(instant, ZoneOffset.UTC);
      case String[] texts -> connection.createArrayOf("text", texts);
      case null -> null;
      default -> argument;
    };
  }
}
