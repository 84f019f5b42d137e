package io.sensormeter.database;

import io.sensormeter.meter.Hour;
import java.math.BigDecimal;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A row of a result, by column name. What a column declared not null holds is asked without {@code
 * OrNull}; a null there is a fault of the statement.
 */
public final class Row {

  private final ResultSet row;

  Row(ResultSet row) {
    this.row = row;
  }

  /** Makes a value of a row. */
  public interface Reader<T> {
    T read(Row row);
  }

  private interface Getter<T> {
    @Nullable T get() throws SQLException;
  }

  public String text(String column) {
    return present(column, textOrNull(column));
  }

  public @Nullable String textOrNull(String column) {
    return get(() -> row.getString(column));
  }

  /** The texts of an array without null elements. */
  public @Nullable List<String> textsOrNull(String column) {
    return get(
        () -> {
          Array array = row.getArray(column);
          return array == null ? null : List.of((String[]) array.getArray());
        });
  }

  public Instant instant(String column) {
    return present(column, instantOrNull(column));
  }

  public @Nullable Instant instantOrNull(String column) {
    return get(
        () -> {
          OffsetDateTime value = row.getObject(column, OffsetDateTime.class);
          return value == null ? null : value.toInstant();
        });
  }

  public Hour hour(String column) {
    return new Hour(instant(column));
  }

  public @Nullable Hour hourOrNull(String column) {
    Instant start = instantOrNull(column);
    return start == null ? null : new Hour(start);
  }

  public int integer(String column) {
    return Math.toIntExact(number(column));
  }

  public long number(String column) {
    return present(column, numberOrNull(column));
  }

  public @Nullable Long numberOrNull(String column) {
    return get(
        () -> {
          long value = row.getLong(column);
          return row.wasNull() ? null : value;
        });
  }

  public BigDecimal decimal(String column) {
    return present(column, decimalOrNull(column));
  }

  public @Nullable BigDecimal decimalOrNull(String column) {
    return get(() -> row.getBigDecimal(column));
  }

  public boolean flag(String column) {
    return present(column, flagOrNull(column));
  }

  public @Nullable Boolean flagOrNull(String column) {
    return get(() -> row.getObject(column, Boolean.class));
  }

  private static <T> T present(String column, @Nullable T value) {
    if (value == null) {
      throw new IllegalStateException("column " + column + " is null");
    }
    return value;
  }

  private static <T> @Nullable T get(Getter<T> getter) {
    try {
      return getter.get();
    } catch (SQLException e) {
      throw new StatementFailed(e);
    }
  }
}
