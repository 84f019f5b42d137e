package io.sensormeter.ledger;

import io.sensormeter.database.Database;
import io.sensormeter.database.DatabaseException;
import io.sensormeter.database.Row;
import io.sensormeter.lambda.Deadline;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The indexes that a release adds to partitions which stand already. A migration that built them
 * would hold every capture and every outcome up for as long as it takes; ticks build them instead,
 * one at a time, and nobody waits for them.
 */
public final class Indexes {

  private static final Logger LOG = LoggerFactory.getLogger(Indexes.class);

  private final Database database;

  public Indexes(Database database) {
    this.database = database;
  }

  /**
   * @param definition of the whole table's, for new partitions: {@code CREATE … INDEX … ON ONLY …}
   */
  private record Missing(String index, String partition, String definition) {

    private static Missing of(Row row) {
      return new Missing(row.text("index"), row.text("partition"), row.text("definition"));
    }

    /** As PostgreSQL would name it. */
    private String name() {
      return partition + index.substring("meter_report".length());
    }

    private String build() {
      return definition
          .replace("INDEX " + index, "INDEX CONCURRENTLY " + name())
          .replace("ON ONLY metering.meter_report", "ON metering." + partition);
    }
  }

  /** Of release 0.1; it takes a replaced report for a live one. */
  private static final String OUTDATED = "meter_report_live";

  /**
   * Builds what is missing while there is time: what only makes later ticks faster comes last.
   *
   * @param least with less time left none is begun
   * @param reserve what is left when one has taken the longest it may
   */
  public void keepUp(Deadline deadline, Duration least, Duration reserve) {
    while (!deadline.isWithin(least)) {
      Optional<String> built =
          build(Duration.ofMillis(deadline.remainingMillis().getAsLong()).minus(reserve));
      if (built.isEmpty()) {
        return;
      }
      LOG.info("Index upkeep: {}", built.get());
    }
  }

  /**
   * Builds one that is missing, of the newest partition first; at last drops what they stand for.
   * Who dies meanwhile leaves it unfinished and unused; the next begins anew.
   *
   * @param timeout for the building
   * @return its name; empty if there is nothing to do, or if it could not be had now: everything
   *     works without it, only slower
   */
  private Optional<String> build(Duration timeout) {
    Optional<Missing> found = missing();
    if (found.isEmpty() && !standsOutdated()) {
      return Optional.empty();
    }
    String name = found.map(Missing::name).orElse(OUTDATED);
    try {
      found.ifPresentOrElse(one -> build(one, timeout), () -> drop(OUTDATED, timeout));
      return Optional.of(name);
    } catch (DatabaseException e) {
      LOG.warn("Index {} is left to the next tick: {}", name, e.getMessage());
      return Optional.empty();
    }
  }

  private void build(Missing one, Duration timeout) {
    drop(one.name(), timeout);
    // It waits for every older transaction, and nobody waits for it.
    database.outside("building index " + one.name(), timeout, "set lock_timeout = 0", one.build());
    database.outside(
        "attaching index " + one.name(),
        timeout,
        "alter index metering.%s attach partition metering.%s".formatted(one.index(), one.name()));
  }

  private void drop(String name, Duration timeout) {
    database.outside("dropping index " + name, timeout, "drop index if exists metering." + name);
  }

  private boolean standsOutdated() {
    return database
        .readOnly()
        .one(
            "looking for an outdated index",
            row -> row.flag("stands"),
            "select to_regclass('metering.' || ?) is not null as stands",
            OUTDATED)
        .orElseThrow();
  }

  private Optional<Missing> missing() {
    return database
        .readOnly()
        .one(
            "looking for indexes to build",
            Missing::of,
            """
            select whole.relname as index, part.relname as partition,
              pg_get_indexdef(whole.oid) as definition
            from pg_index as known join pg_class as whole on whole.oid = known.indexrelid
            join pg_inherits as standing on standing.inhparent = known.indrelid
            join pg_class as part on part.oid = standing.inhrelid
            where known.indrelid = 'metering.meter_report'::regclass and not known.indisvalid
              and not exists (
                select from pg_inherits as child join pg_index as built
                  on built.indexrelid = child.inhrelid
                where child.inhparent = whole.oid and built.indrelid = part.oid)
            order by part.relname desc, whole.relname limit 1
            """);
  }
}
