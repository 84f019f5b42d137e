package io.sensormeter.check;

import io.sensormeter.database.ReadOnly;
import java.util.List;

/**
 * A question to the database that answers in a sentence.
 *
 * @param sql gives one row: {@code level}, one of {@code good}, {@code warning}, {@code bad}, and
 *     {@code says}
 */
record Probe(String item, String sql, List<Object> arguments) {

  Probe(String item, String sql) {
    this(item, sql, List.of());
  }

  Finding ask(ReadOnly reads) {
    return reads
        .one(
            "examining " + item,
            row -> new Finding(item, Finding.Level.of(row.text("level")), row.text("says")),
            sql,
            arguments.toArray())
        .orElseThrow();
  }
}
