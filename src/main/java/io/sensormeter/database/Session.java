package io.sensormeter.database;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;

/**
 * An open connection, and the one place where a transaction begins and ends. What a transaction
 * needs of the session is set for it alone, in the round trip that begins it: a pooling proxy may
 * sit in between, which gives each transaction another session and refuses start-up options.
 */
final class Session {

  /**
   * Whoever may create in a schema that is searched can give a call of ours a function or operator
   * that fits it better than PostgreSQL's own, and it would run as the ledger's owner.
   */
  private static final String SEARCH_PATH = "pg_catalog";

  /**
   * Between two statements of a transaction nothing of ours takes a second. One that stays open
   * longer belongs to a function that was killed: its locks end before Lambda's first retry, which
   * comes after a minute.
   */
  private static final Duration IDLE_MAX = Duration.ofSeconds(30);

  /** What waits longer than this for a table stands in everyone else's way to it. */
  private static final Duration DDL_LOCK_WAIT = Duration.ofSeconds(2);

  private static final int VALID_SECONDS = 2;

  private final Connection connection;
  private final String begin;

  /**
   * @param statementTimeout after which the server ends a statement and rolls back
   */
  Session(Connection connection, Duration statementTimeout) throws SQLException {
    this.connection = connection;
    // Also what a proxy's session may have been left with: rows are waited for as long as a
    // statement may take.
    Duration idle = statementTimeout.compareTo(IDLE_MAX) < 0 ? statementTimeout : IDLE_MAX;
    this.begin =
        settings("set local", statementTimeout, idle, Duration.ZERO)
            + "; set local timezone = 'UTC'";
    connection.setAutoCommit(false);
  }

  /**
   * The same for a library that runs scripts on a connection of its own, for the whole session. It
   * may be idle in a transaction for as long as another connection of it works.
   */
  static String settingsOfALibrary(Duration statementTimeout) {
    return settings("set", statementTimeout, statementTimeout, DDL_LOCK_WAIT);
  }

  private static String settings(
      String set, Duration statementTimeout, Duration idle, Duration lockWait) {
    return String.join(
        "; ",
        set + " search_path = " + SEARCH_PATH,
        set + " statement_timeout = " + statementTimeout.toMillis(),
        set + " idle_in_transaction_session_timeout = " + idle.toMillis(),
        set + " lock_timeout = " + lockWait.toMillis());
  }

  /** A connection that slept in a frozen environment may be dead: ask before use. */
  boolean isAlive() {
    try {
      return connection.isValid(VALID_SECONDS);
    } catch (SQLException e) {
      throw new IllegalStateException("two seconds are a valid timeout", e);
    }
  }

  /** Runs {@code work} in one transaction: all of it stands, or nothing. */
  <T> T transaction(String what, boolean readOnly, Transaction.Work<T> work) {
    try {
      T result;
      try {
        connection.setReadOnly(readOnly);
        try (Statement statement = connection.createStatement()) {
          statement.execute(begin);
        }
        result = work.in(new Transaction(connection));
      } catch (SQLException | RuntimeException e) {
        rollBack(e);
        throw e;
      }
      commit(what);
      return result;
    } catch (StatementFailed e) {
      throw failure(what + " failed and was rolled back", e.failure());
    } catch (SQLException e) {
      throw failure(what + " failed and was rolled back", e);
    }
  }

  void close() {
    try {
      connection.close();
    } catch (SQLException e) {
      throw new DatabaseException("closing the connection failed: " + e.getMessage(), e);
    }
  }

  static DatabaseException failure(String what, SQLException e) {
    return new DatabaseException(what + ": " + e.getMessage() + " [" + e.getSQLState() + "]", e);
  }

  private void commit(String what) throws SQLException {
    try {
      connection.commit();
    } catch (SQLException e) {
      rollBack(e);
      if (!String.valueOf(e.getSQLState()).startsWith(SqlState.CLASS_CONNECTION)) {
        throw e;
      }
      throw new DatabaseException(
          what
              + " may stand or not: the connection broke at its commit; whatever runs next finds"
              + " out: "
              + e.getMessage(),
          e);
    }
  }

  /** What cannot be rolled back is closed, which the server rolls back. */
  private void rollBack(Exception because) {
    try {
      connection.rollback();
    } catch (SQLException e) {
      because.addSuppressed(e);
      try {
        connection.close();
      } catch (SQLException again) {
        because.addSuppressed(again);
      }
    }
  }
}
