package io.sensormeter.database;

import java.sql.SQLException;

/** A statement failed; the transaction it belongs to decides what that means. */
final class StatementFailed extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final SQLException failure;

  StatementFailed(SQLException failure) {
    super(failure.getMessage(), failure);
    this.failure = failure;
  }

  SQLException failure() {
    return failure;
  }

  String sqlState() {
    return String.valueOf(failure.getSQLState());
  }
}
