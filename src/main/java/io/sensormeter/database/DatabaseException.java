package io.sensormeter.database;

import java.sql.SQLException;

/**
 * The database refused or did not answer; the transaction was rolled back, nothing of it stands.
 * Only where the connection broke at the commit nobody can know, and the message says so.
 */
public final class DatabaseException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final String sqlState;

  DatabaseException(String message, SQLException cause) {
    super(message, cause);
    String state = cause.getSQLState();
    this.sqlState = state == null ? "" : state;
  }

  /** The same failure, told with what it means for the caller. */
  public DatabaseException(String message, DatabaseException cause) {
    super(message, cause);
    this.sqlState = cause.sqlState;
  }

  /**
   * The SQLSTATE (postgresql.org/docs/current/errcodes-appendix.html), or {@code ""} without one.
   */
  public String sqlState() {
    return sqlState;
  }
}
