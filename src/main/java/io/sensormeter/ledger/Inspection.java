package io.sensormeter.ledger;

import io.sensormeter.config.DatabaseSettings;
import io.sensormeter.meter.Hour;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A look at the database that can change nothing: each method is one read-only transaction that
 * ends within {@link #TIMEOUT}, on a connection of its own. Needs no ledger; not thread-safe.
 */
public final class Inspection implements AutoCloseable {

  /** A database that does not answer costs no more than this. */
  public static final Duration TIMEOUT = Duration.ofSeconds(5);

  /** The server gives up first, so that it can still say so. */
  private static final Duration STATEMENT_TIMEOUT = TIMEOUT.minusMillis(500);

  private static final Map<String, String> LIMITS =
      Map.of(
          "loginTimeout", String.valueOf(TIMEOUT.toSeconds()),
          "connectTimeout", String.valueOf(TIMEOUT.toSeconds()),
          "socketTimeout", String.valueOf(TIMEOUT.toSeconds()),
          "options",
              "-c TimeZone=UTC -c default_transaction_read_only=on -c statement_timeout="
                  + STATEMENT_TIMEOUT.toMillis());

  private final DatabaseSettings settings;
  private final Login login;
  private final Connection connection;

  private Inspection(DatabaseSettings settings, Login login, Connection connection) {
    this.settings = settings;
    this.login = login;
    this.connection = connection;
  }

  /**
   * Connects once, within {@link #TIMEOUT}.
   *
   * @throws LedgerException if the server does not answer or refuses
   */
  public static Inspection open(DatabaseSettings settings, Login login) {
    try {
      Connection connection = Database.connect(settings, login, LIMITS);
      connection.setAutoCommit(false);
      // The driver begins each transaction with "begin read only".
      connection.setReadOnly(true);
      return new Inspection(settings, login, connection);
    } catch (SQLException e) {
      throw failure("connecting to " + login.address() + " as " + login.user(), e);
    }
  }

  /**
   * The session as the server sees it.
   *
   * @param versionNumber as in {@code server_version_num}: 140024 is 14.24
   * @param tls the TLS version; null without TLS
   */
  public record Session(
      String role,
      String version,
      int versionNumber,
      @Nullable String tls,
      @Nullable String cipher) {}

  public Session session() {
    return one(
            "reading the session",
            row ->
                new Session(
                    row.getString("role"),
                    row.getString("version"),
                    row.getInt("number"),
                    row.getString("tls"),
                    row.getString("cipher")),
            """
            select current_user as role, current_setting('server_version') as version,
              current_setting('server_version_num')::integer as number,
              ssl.version as tls, ssl.cipher
            from (select 1) as me
            left join pg_stat_ssl as ssl on ssl.pid = pg_backend_pid() and ssl.ssl
            """)
        .orElseThrow();
  }

  /**
   * Schema {@code metering}.
   *
   * @param owner the role that owns it
   * @param usable whether ours may use it and create in it
   * @param foreign relations in it that another role owns, so that no migration can change them
   * @param ledger whether the ledger's tables are there
   */
  public record Schema(String owner, boolean usable, List<String> foreign, boolean ledger) {}

  /** Empty if there is no schema {@code metering}. */
  public Optional<Schema> schema() {
    return one(
        "reading schema metering",
        row ->
            new Schema(
                row.getString("owner"),
                row.getBoolean("usable"),
                List.of((String[]) row.getArray("foreign_relations").getArray()),
                row.getBoolean("ledger")),
        """
        select pg_get_userbyid(s.nspowner) as owner,
          has_schema_privilege(s.oid, 'USAGE') and has_schema_privilege(s.oid, 'CREATE') as usable,
          array(select c.relname::text from pg_class as c
                where c.relnamespace = s.oid and c.relkind in ('r', 'p')
                  and not pg_has_role(c.relowner, 'USAGE')
                order by 1) as foreign_relations,
          (select count(*) from pg_class as c
           where c.relnamespace = s.oid and c.relname in ('tick', 'meter_report')) = 2 as ledger
        from pg_namespace as s where s.nspname = 'metering'
        """);
  }

  /** The scripts the next tick's migration would run, by file name. Needs a usable schema. */
  public List<String> pendingMigrations(boolean shippedSource) {
    try {
      return Migrations.pending(shippedSource, () -> Database.connect(settings, login, LIMITS));
    } catch (SQLException e) {
      throw failure("comparing the migrations", e);
    }
  }

  /** What the role may do that it need not: attributes, memberships, writes outside the ledger. */
  public record Excess(List<String> attributes, List<String> writable) {}

  /** Of the writable relations outside schema {@code metering} at most ten are named. */
  public Excess excess() {
    return new Excess(
        list(
            "reading the role's attributes",
            """
            select r.held
            from pg_roles as role
            cross join lateral (values
              ('superuser', role.rolsuper), ('createdb', role.rolcreatedb),
              ('createrole', role.rolcreaterole), ('replication', role.rolreplication),
              ('bypassrls', role.rolbypassrls)) as r(held, has)
            where role.rolname = current_user and r.has
            union all
            select 'member of ' || rolname from pg_roles
            where rolname in ('rds_superuser', 'pg_write_all_data')
              and pg_has_role(oid, 'MEMBER')
            """),
        list(
            "reading the role's write privileges",
            """
            select format('%I.%I', s.nspname, c.relname)
            from pg_class as c join pg_namespace as s on s.oid = c.relnamespace
            where c.relkind in ('r', 'p', 'v', 'f')
              and s.nspname not in ('metering', 'information_schema')
              and s.nspname !~ '^pg_'
              and has_schema_privilege(s.oid, 'USAGE')
              and has_table_privilege(c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE')
            order by 1 limit 10
            """));
  }

  /**
   * The hours of a range and their tick rows.
   *
   * @param owed how many have none
   * @param oldestOwed the oldest of them
   * @param shadow how many were captured in shadow
   */
  public record Ticks(long owed, Optional<Hour> oldestOwed, long shadow, long skipped) {}

  /** Both ends included; needs the ledger. */
  public Ticks ticks(Hour first, Hour last) {
    return one(
            "counting the owed hours",
            row ->
                new Ticks(
                    row.getLong("owed"),
                    Optional.ofNullable(Sql.instant(row, "oldest")).map(Hour::new),
                    row.getLong("shadow"),
                    row.getLong("skipped")),
            """
            select count(*) filter (where tick.hour is null) as owed,
              min(each.hour) filter (where tick.hour is null) as oldest,
              count(*) filter (where tick.status = 'shadow') as shadow,
              count(*) filter (where tick.status = 'skipped') as skipped
            from generate_series(?::timestamptz, ?::timestamptz, interval '1 hour') as each(hour)
            left join metering.tick on tick.hour = each.hour
            """,
            first.start(),
            last.start())
        .orElseThrow();
  }

  @Override
  public void close() {
    try {
      connection.close();
    } catch (SQLException e) {
      throw failure("closing the connection", e);
    }
  }

  <T> Optional<T> one(String what, Sql.Row<T> reader, String sql, @Nullable Object... arguments) {
    return transaction(what, c -> Sql.one(c, reader, sql, arguments));
  }

  <T> T transaction(String what, Database.Work<T> work) {
    try {
      try {
        T result = work.in(connection);
        connection.rollback();
        return result;
      } catch (SQLException | RuntimeException e) {
        rollback(e);
        throw e;
      }
    } catch (SQLException e) {
      throw failure(what, e);
    }
  }

  private List<String> list(String what, String sql) {
    return transaction(what, c -> Sql.list(c, row -> row.getString(1), sql));
  }

  private void rollback(Exception because) {
    try {
      connection.rollback();
    } catch (SQLException e) {
      because.addSuppressed(e);
    }
  }

  private static LedgerException failure(String what, SQLException e) {
    return new LedgerException(
        what + " failed: " + e.getMessage() + " [" + e.getSQLState() + "]", e);
  }
}
