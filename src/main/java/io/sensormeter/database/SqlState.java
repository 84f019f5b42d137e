package io.sensormeter.database;

import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** The SQLSTATEs we act on (postgresql.org/docs/current/errcodes-appendix.html). */
public final class SqlState {

  static final String CLASS_CONNECTION = "08";
  public static final String CLASS_DATA = "22";
  public static final String CLASS_SYNTAX_OR_ACCESS = "42";
  public static final String UNDEFINED_OBJECT = "42704";
  public static final String UNDEFINED_FUNCTION = "42883";
  public static final String UNDEFINED_TABLE = "42P01";
  public static final String NOT_NULL_VIOLATION = "23502";
  public static final String UNIQUE_VIOLATION = "23505";
  public static final String CHECK_VIOLATION = "23514";
  static final String LOCK_NOT_AVAILABLE = "55P03";
  public static final String QUERY_CANCELED = "57014";

  private static final String INVALID_AUTHORIZATION = "28000";
  private static final String INVALID_PASSWORD = "28P01";

  private SqlState() {}

  /** Whether a library's failure is a lock that was not to be had in time. */
  public static boolean isLockNotAvailable(Throwable failure) {
    for (Throwable each = failure; each != null; each = each.getCause()) {
      if (each instanceof SQLException sql && LOCK_NOT_AVAILABLE.equals(sql.getSQLState())) {
        return true;
      }
    }
    return false;
  }

  static boolean isLoginRefused(@Nullable String sqlState) {
    return INVALID_PASSWORD.equals(sqlState) || INVALID_AUTHORIZATION.equals(sqlState);
  }
}
