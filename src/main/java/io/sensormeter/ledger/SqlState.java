package io.sensormeter.ledger;

/** The SQLSTATEs we act on (postgresql.org/docs/current/errcodes-appendix.html). */
final class SqlState {

  static final String INVALID_AUTHORIZATION = "28000";
  static final String INVALID_PASSWORD = "28P01";
  static final String CLASS_CONNECTION = "08";
  static final String CLASS_DATA = "22";
  static final String CLASS_SYNTAX_OR_ACCESS = "42";
  static final String NOT_NULL_VIOLATION = "23502";
  static final String UNIQUE_VIOLATION = "23505";
  static final String CHECK_VIOLATION = "23514";

  private SqlState() {}
}
