package io.sensormeter.local.postgres;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.jspecify.annotations.Nullable;

/**
 * A real PostgreSQL server on a free loopback port, of the version whose binaries the system
 * property {@code postgres.binaries} names. Passwords are checked for every role but the superuser,
 * as a server in the cloud does; the server's time zone is deliberately not UTC. Thread-safe.
 *
 * <p>It runs with fsync off: nothing about durability can be concluded from it.
 */
public final class LocalPostgres implements AutoCloseable {
  /** As the master user of a managed server: creates databases and roles, is not superuser. */
  static final String ADMINISTRATOR = "administrator";

  private static final String SUPERUSER = "postgres";
  private static final String ACCESS =
      """
      host all postgres,administrator 127.0.0.1/32 trust
      host all all 127.0.0.1/32 scram-sha-256
      """;
  private static final String PREPARE_ANY =
      """
      revoke create on schema public from public;
      grant all on schema public to administrator with grant option;
      """;

  /** Rights nobody has unless they are granted: what a careful administrator begins with. */
  private static final String PREPARE_STRICT =
      """
      revoke all on database %1$s from public;
      revoke all on schema public from public;
      grant all on schema public to administrator with grant option;
      """;

  private final EmbeddedPostgres server;
  private final String administratorPassword = UUID.randomUUID().toString();
  private final AtomicInteger databases = new AtomicInteger();

  private LocalPostgres(EmbeddedPostgres server) {
    this.server = server;
  }

  /** Starts a server with no application database in it; takes one to two seconds. */
  public static LocalPostgres start() {
    return start(Map.of());
  }

  /**
   * As {@link #start()}, with TLS for who asks for it.
   *
   * @param certificate PEM file
   * @param key PEM file, not encrypted, readable by its owner only
   */
  public static LocalPostgres startWithTls(Path certificate, Path key) {
    return start(
        Map.of(
            "ssl", "on",
            "ssl_cert_file", certificate.toString(),
            "ssl_key_file", key.toString()));
  }

  /**
   * As {@link #start()}, with settings of the server's own.
   *
   * @param configuration as in postgresql.conf
   */
  public static LocalPostgres start(Map<String, String> configuration) {
    Path binaries =
        Path.of(
            Objects.requireNonNull(
                System.getProperty("postgres.binaries"),
                "-Dpostgres.binaries=<jar with the server's .txz> is missing"));
    try {
      Path unpacked = unpackedBeside(binaries);
      // A file of its own: another server may be reading its one just now.
      Path access = Files.createTempFile(unpacked, "pg_hba-", ".conf");
      access.toFile().deleteOnExit();
      Files.writeString(access, ACCESS);
      EmbeddedPostgres.Builder builder =
          EmbeddedPostgres.builder()
              .setPgBinaryResolver((_, _) -> archive(binaries))
              .setOverrideWorkingDirectory(unpacked.toFile())
              .setServerConfig("timezone", "America/St_Johns")
              .setServerConfig("listen_addresses", "127.0.0.1")
              .setServerConfig("max_connections", "100")
              .setServerConfig("hba_file", access.toString());
      configuration.forEach(builder::setServerConfig);
      LocalPostgres postgres = new LocalPostgres(builder.start());
      postgres.createAdministrator();
      return postgres;
    } catch (IOException e) {
      throw new UncheckedIOException("PostgreSQL of " + binaries + " did not start", e);
    }
  }

  /**
   * A fresh database with the replaced application's schema and the role of role.sql. Its owner has
   * made himself a member of that role: tests arrange in the ledger too.
   */
  public LocalDatabase newDatabase() {
    return member(newDatabase("application/schema.sql", PREPARE_ANY, ""));
  }

  /** As {@link #newDatabase()}, but its owner has what role.sql leaves to who runs it. */
  public LocalDatabase newDatabaseAsRoleSqlLeavesIt() {
    return newDatabase("application/schema.sql", PREPARE_ANY, "");
  }

  /** As {@link #newDatabase()}, in an encoding of Western Europe. */
  public LocalDatabase newDatabaseInLatin1() {
    return member(
        newDatabase(
            "application/schema.sql",
            PREPARE_ANY,
            " template template0 encoding 'LATIN1' lc_collate 'C' lc_ctype 'C'"));
  }

  /**
   * A fresh database whose six tables other migrations made, where nothing is granted to PUBLIC and
   * unqualified names find tables of another schema first.
   */
  public LocalDatabase newDatabaseMadeByOtherMigrations() {
    return member(newDatabase("application/other-migrations.sql", PREPARE_STRICT, ""));
  }

  /**
   * The database as it is now, as a backup of it would be restored; for the same role, whose
   * connections end.
   */
  public LocalDatabase copy(LocalDatabase database) {
    String name = database.name() + "_copy_" + databases.incrementAndGet();
    asSuperuser(
        SUPERUSER,
        "select pg_terminate_backend(pid) from pg_stat_activity where datname = '%s'"
            .formatted(database.name()));
    asSuperuser(
        SUPERUSER,
        "create database %s template %s owner administrator".formatted(name, database.name()));
    return new LocalDatabase(
        server.getPort(), name, administratorPassword, database.user(), database.password());
  }

  /** 14 to 18. */
  public int majorVersion() {
    try (Connection connection = server.getPostgresDatabase().getConnection()) {
      return connection.getMetaData().getDatabaseMajorVersion();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    try {
      server.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static LocalDatabase member(LocalDatabase database) {
    database.execute("grant %s to current_user".formatted(database.user()));
    return database;
  }

  private LocalDatabase newDatabase(String schema, String prepare, String options) {
    int number = databases.incrementAndGet();
    String name = "application_" + number;
    // Roles belong to the whole server: each database gets one of its own.
    String role = "sensor_meter_" + number;
    String password = UUID.randomUUID().toString();
    asSuperuser(SUPERUSER, "create database " + name + " owner administrator" + options);
    asSuperuser(name, prepare.formatted(name));
    LocalDatabase database =
        new LocalDatabase(server.getPort(), name, administratorPassword, role, password);
    database.execute(resource(schema));
    database.execute(
        resource("db/role.sql")
            .replaceAll("\\bsensor_meter\\b", role)
            .replace("change-me", password));
    return database;
  }

  private void createAdministrator() {
    asSuperuser(
        SUPERUSER,
        """
        create role administrator login createdb createrole password '%s';
        grant pg_monitor, pg_signal_backend to administrator;
        """
            .formatted(administratorPassword));
  }

  private void asSuperuser(String database, String sql) {
    try (Connection connection = server.getDatabase(SUPERUSER, database).getConnection();
        var statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  static String resource(String name) {
    try (@Nullable InputStream in =
        LocalPostgres.class.getClassLoader().getResourceAsStream(name)) {
      return new String(
          Objects.requireNonNull(in, () -> name + " is not on the class path").readAllBytes(),
          StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Two versions unpack to the same folder name unless they are kept apart. */
  private static Path unpackedBeside(Path binaries) throws IOException {
    String name = binaries.getFileName().toString().replaceFirst("\\.jar$", "");
    return Files.createDirectories(binaries.toAbsolutePath().resolveSibling(name));
  }

  private static InputStream archive(Path binaries) throws IOException {
    try (var zip = new ZipInputStream(Files.newInputStream(binaries))) {
      for (@Nullable ZipEntry entry = zip.getNextEntry();
          entry != null;
          entry = zip.getNextEntry()) {
        if (entry.getName().endsWith(".txz")) {
          return new ByteArrayInputStream(zip.readAllBytes());
        }
      }
    }
    throw new IOException(binaries + " holds no .txz");
  }
}
