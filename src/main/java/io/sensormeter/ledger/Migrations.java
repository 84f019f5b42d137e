package io.sensormeter.ledger;

import io.sensormeter.database.Database;
import io.sensormeter.database.DatabaseException;
import io.sensormeter.database.ReadOnly;
import io.sensormeter.database.SqlState;
import io.sensormeter.database.Transaction;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.MigrationInfoService;
import org.flywaydb.core.api.MigrationVersion;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings schema {@code metering} up to this release, under an advisory lock, so that any number of
 * functions may start at once. Migrations only add: the previous release runs on the result.
 */
public final class Migrations {

  private static final Logger LOG = LoggerFactory.getLogger(Migrations.class);

  /** Serializes migrations; the number is arbitrary, only ours to use. */
  private static final long LOCK = 0x736d_6d69_6772L;

  private final Database database;
  private final boolean shippedSource;
  // In the life of an execution environment: a new release is a new one.
  private boolean current;

  /**
   * @param shippedSource whether {@code metering.billable_readings} is ours to create; if false no
   *     migration touches it
   */
  public Migrations(Database database, boolean shippedSource) {
    this.database = database;
    this.shippedSource = shippedSource;
  }

  /**
   * Migrates if behind. A killed function holds the lock no longer than one statement may take,
   * which is as long as the next one waits for it.
   *
   * @throws DatabaseException if the schema is missing; nothing was done
   * @throws IllegalStateException if a migration fails, or a table it needs is held by another
   *     transaction; nothing of it stands
   */
  public void run() {
    if (current) {
      return;
    }
    // The lock is held until every script is done. Flyway takes a lock of its own only after it has
    // looked whether the schema is empty, and fails if another filled it in between.
    database.transaction(
        "migrating schema metering",
        transaction -> {
          requireSchema(transaction);
          transaction.lock(LOCK);
          // This transaction is idle while Flyway works on connections of its own.
          transaction.list(
              row -> row.text("idle"),
              """
              select set_config('idle_in_transaction_session_timeout',
                                current_setting('statement_timeout'), true) as idle
              """);
          migrate(database.connections());
          return LOCK;
        });
    current = true;
  }

  /**
   * For what must change nothing: goes on only if {@link #run} would have nothing to do.
   *
   * @throws IllegalStateException naming both versions and the pending scripts
   */
  public void requireCurrent() {
    if (current) {
      return;
    }
    database
        .readOnly()
        .transaction(
            "looking at schema metering",
            transaction -> {
              requireSchema(transaction);
              return LOCK;
            });
    MigrationInfoService info = info(database.connections(), shippedSource);
    List<String> pending = scripts(info);
    if (!pending.isEmpty()) {
      throw new IllegalStateException(
          "the ledger is at version %s, this release needs %s (pending: %s); a dry run and a reading command change nothing, so nothing was done. {\"command\":\"tick\"} migrates it, and so does the next hour's tick"
              .formatted(
                  version(Optional.ofNullable(info.current())),
                  version(Arrays.stream(info.all()).filter(m -> m.getVersion() != null).toList()),
                  String.join(", ", pending)));
    }
    current = true;
  }

  /** The scripts that {@link #run} would run, by file name. Needs a schema that exists. */
  public static List<String> pending(ReadOnly reads, boolean shippedSource) {
    return scripts(info(reads.connections(), shippedSource));
  }

  private static List<String> scripts(MigrationInfoService info) {
    return Arrays.stream(info.pending()).map(MigrationInfo::getScript).toList();
  }

  private static String version(List<MigrationInfo> migrations) {
    return version(migrations.stream().max((a, b) -> a.getVersion().compareTo(b.getVersion())));
  }

  private static String version(Optional<MigrationInfo> migration) {
    return migration
        .map(MigrationInfo::getVersion)
        .map(MigrationVersion::getVersion)
        .orElse("0 (not made yet)");
  }

  private static MigrationInfoService info(DataSource connections, boolean shippedSource) {
    try {
      return flyway(connections, shippedSource).info();
    } catch (FlywayException e) {
      throw failed("comparing the migrations of schema metering", e);
    }
  }

  private void migrate(DataSource connections) {
    try {
      var result = flyway(connections, shippedSource).migrate();
      if (result.migrationsExecuted > 0) {
        LOG.info("schema metering migrated: {} script(s) run", result.migrationsExecuted);
      }
    } catch (FlywayException e) {
      if (SqlState.isLockNotAvailable(e)) {
        throw new IllegalStateException(
            "migrating schema metering gave up, so that nobody queues behind it: another"
                + " transaction holds a table it needs. Nothing of the script stands, and the next"
                + " run goes on; if this comes again, find the oldest xact_start in"
                + " pg_stat_activity and end it",
            e);
      }
      throw failed("migrating schema metering", e);
    }
  }

  private static IllegalStateException failed(String what, FlywayException e) {
    return new IllegalStateException(what + " failed: " + e.getMessage(), e);
  }

  private static Flyway flyway(DataSource connections, boolean shippedSource) {
    return Flyway.configure(Migrations.class.getClassLoader())
        .dataSource(connections)
        .defaultSchema("metering")
        .schemas("metering")
        .createSchemas(false)
        .cleanDisabled(true)
        // SOURCE=own: the schema may hold the user's function before our first migration.
        .baselineOnMigrate(true)
        .baselineVersion("0")
        // A rolled-back release meets the migrations of its successor.
        .ignoreMigrationPatterns("*:future", "*:missing")
        .locations(
            shippedSource
                ? new String[] {"classpath:db/ledger", "classpath:db/source"}
                : new String[] {"classpath:db/ledger"})
        .load();
  }

  private static void requireSchema(Transaction transaction) {
    boolean usable =
        transaction
            .one(
                row -> row.flag("usable"),
                """
                select coalesce((
                  select has_schema_privilege(s.oid, 'CREATE')
                  from pg_namespace s where s.nspname = 'metering'), false) as usable
                """)
            .orElseThrow();
    if (!usable) {
      throw new IllegalStateException(
          "schema metering does not exist or is not owned by this role: run role.sql first, see"
              + " 'The database role' in docs/source.md");
    }
  }
}
