package io.sensormeter.ledger;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sensormeter.database.Database;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Which commands wrote: when, by whom, and what was asked. Noted before anything is done. */
public final class Journal {

  private static final ObjectMapper JSON = new ObjectMapper();

  private final Database database;

  public Journal(Database database) {
    this.database = database;
  }

  /**
   * Notes a command that is about to write.
   *
   * @param by who asks; null if nobody said
   * @param input its fields
   * @return the entry, for {@link #end}
   */
  public long begin(Instant now, @Nullable String by, String command, Map<String, Object> input) {
    return database
        .one(
            "noting the command " + command,
            row -> row.number("id"),
            """
            insert into metering.journal (at, by, command, input) values (?, ?, ?, ?::jsonb)
            returning id
            """,
            now,
            by,
            command,
            json(input))
        .orElseThrow();
  }

  /** Notes how many reports it made or changed. */
  public void end(long entry, int rows) {
    database.update(
        "noting the end of a command",
        "update metering.journal set rows = ? where id = ?",
        rows,
        entry);
  }

  private static String json(Map<String, Object> input) {
    try {
      return JSON.writeValueAsString(input);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("texts, numbers and truth values are always JSON", e);
    }
  }
}
