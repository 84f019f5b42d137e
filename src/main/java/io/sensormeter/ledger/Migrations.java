package io.sensormeter.ledger;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.configuration.FluentConfiguration;
import org.postgresql.ds.PGSimpleDataSource;
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
  private boolean done;

  /**
   * @param shippedSource whether {@code metering.billable_readings} is ours to create; if false no
   *     migration touches it
   */
  public Migrations(Database database, boolean shippedSource) {
    this.database = database;
    this.shippedSource = shippedSource;
  }

  /**
   * Migrates if behind; once in the life of an execution environment, since a new release is a new
   * one.
   *
   * @throws LedgerException if the schema is missing or a migration fails; nothing of it stands
   */
  public void run() {
    if (done) {
      return;
    }
    try {
      try (Connection connection = database.open()) {
        requireSchema(connection);
        // Held until the connection closes. Flyway takes a lock of its own only after it has looked
        // whether the schema is empty, and fails if another filled it in between.
        connection.setAutoCommit(false);
        Sql.list(connection, row -> "", "select pg_advisory_xact_lock(?)", LOCK);
        migrate();
      }
      done = true;
    } catch (SQLException e) {
      throw new LedgerException(
          "migrating schema metering failed: " + e.getMessage() + " [" + e.getSQLState() + "]", e);
    }
  }

  /**
   * The scripts that {@link #run} would run, by file name. Reads only.
   *
   * @param opener gives connections to a schema that exists
   */
  static List<String> pending(boolean shippedSource, Opener opener) throws SQLException {
    try {
      return Arrays.stream(configuration(shippedSource, opener).load().info().pending())
          .map(MigrationInfo::getScript)
          .toList();
    } catch (FlywayException e) {
      throw new SQLException(e.getMessage(), e);
    }
  }

  private static FluentConfiguration configuration(boolean shippedSource, Opener opener) {
    return Flyway.configure(Migrations.class.getClassLoader())
        .dataSource(new Connections(opener))
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
                : new String[] {"classpath:db/ledger"});
  }

  private void migrate() throws SQLException {
    try {
      var result = configuration(shippedSource, database::open).load().migrate();
      if (result.migrationsExecuted > 0) {
        LOG.info("schema metering migrated: {} script(s) run", result.migrationsExecuted);
      }
    } catch (FlywayException e) {
      throw new SQLException(e.getMessage(), e);
    }
  }

  private static void requireSchema(Connection connection) throws SQLException {
    boolean usable =
        Sql.one(
                connection,
                row -> row.getBoolean(1),
                """
                select coalesce((
                  select has_schema_privilege(s.oid, 'CREATE')
                  from pg_namespace s where s.nspname = 'metering'), false)
                """)
            .orElseThrow();
    if (!usable) {
      throw new SQLException(
          "schema metering does not exist or is not owned by this role: run role.sql first, see"
              + " 'The database role' in the README");
    }
  }

  interface Opener {
    Connection open() throws SQLException;
  }

  /** Flyway opens connections of its own, with the same settings as everyone's. */
  private static final class Connections extends PGSimpleDataSource {

    private final transient Opener opener;

    Connections(Opener opener) {
      this.opener = opener;
    }

    @Override
    public Connection getConnection() throws SQLException {
      return opener.open();
    }
  }
}
