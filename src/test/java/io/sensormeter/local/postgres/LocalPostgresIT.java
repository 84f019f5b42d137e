package io.sensormeter.local.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.sensormeter.local.Services;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Tag("postgres")
final class LocalPostgresIT {
  private static final List<String> TABLES =
      List.of("organizations", "sites", "areas", "units", "devices", "subscriptions");

  private final LocalPostgres postgres = Services.postgres();

  static List<Function<LocalPostgres, LocalDatabase>> databases() {
    return List.of(LocalPostgres::newDatabase, LocalPostgres::newDatabaseMadeByOtherMigrations);
  }

  @Test
  void serverIsOfTheVersionAskedFor() {
    assertThat(System.getProperty("postgres.binaries")).contains("-" + postgres.majorVersion());
  }

  @ParameterizedTest
  @MethodSource("databases")
  void roleReadsTheSixTablesAndOwnsTheLedgerSchema(Function<LocalPostgres, LocalDatabase> make)
      throws SQLException {
    LocalDatabase database = make.apply(postgres);
    try (Connection role = database.connectAsRole();
        var statement = role.createStatement()) {
      for (String table : TABLES) {
        statement.execute("select * from public." + table);
      }
      statement.execute("create table metering.anything (id int)");
      statement.execute("drop table metering.anything");
    }
  }

  @ParameterizedTest
  @MethodSource("databases")
  void roleMayDoNothingElse(Function<LocalPostgres, LocalDatabase> make) throws SQLException {
    LocalDatabase database = make.apply(postgres);
    database.execute("create table public.invoices (id int)");
    assertThat(
            database.queryLong(
                "select count(*) from pg_roles where rolname = ? and (rolsuper or rolcreatedb or"
                    + " rolcreaterole or rolreplication or rolbypassrls)",
                database.user()))
        .isZero();
    assertThat(
            database.queryLong(
                "select count(*) from pg_auth_members where member = ?::regrole", database.user()))
        .isZero();
    for (String table : TABLES) {
      assertRefused(database, "delete from public." + table);
      assertRefused(database, "begin; lock table public." + table + " in exclusive mode");
    }
    assertRefused(database, "select * from public.invoices");
    assertRefused(database, "create schema another");
  }

  @Test
  void whoRanRoleSqlReadsTheLedgerAndWritesNothingInIt() throws SQLException {
    LocalDatabase database = postgres.newDatabaseAsRoleSqlLeavesIt();
    try (Connection role = database.connectAsRole();
        var statement = role.createStatement()) {
      statement.execute("create table metering.anything as select 7 as value");
    }

    assertThat(database.queryLong("select value from metering.anything")).isEqualTo(7);
    for (String sql :
        List.of(
            "update metering.anything set value = 8",
            "insert into metering.anything values (8)",
            "delete from metering.anything",
            "drop table metering.anything",
            "create table metering.another (id int)",
            "set role " + database.user())) {
      assertThatIllegalStateException()
          .as(sql)
          .isThrownBy(() -> database.execute(sql))
          .havingCause()
          .isInstanceOfSatisfying(
              SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("42501"));
    }
  }

  @Test
  void roleMayNotCreateInPublicWhereThatWasRevoked() {
    LocalDatabase database = postgres.newDatabaseMadeByOtherMigrations();
    assertRefused(database, "create table public.another (id int)");
    assertRefused(database, "create temporary table another (id int)");
    assertRefused(database, "select * from public.memberships");
  }

  @Test
  void rotatedPasswordIsTheOnlyOneThatConnects() throws SQLException {
    LocalDatabase database = postgres.newDatabase();
    String before = database.secretJson();
    try (Connection open = database.connectAsRole()) {
      String password = "it's " + UUID.randomUUID();
      database.changePassword(password);

      assertThat(open.isValid(1)).isTrue();
      database.connectAsRole().close();
      assertThat(database.password()).isEqualTo(password);
      assertThat(database.secretJson()).isNotEqualTo(before).contains(password, database.user());
    }
    LocalDatabase stale =
        new LocalDatabase(database.port(), database.name(), "", database.user(), "stale");
    assertThatIllegalStateException()
        .isThrownBy(stale::connectAsRole)
        .havingCause()
        .isInstanceOfSatisfying(
            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("28P01"));
  }

  @Test
  void openConnectionsAreThoseOfThisRoleOnly() throws SQLException {
    LocalDatabase database = postgres.newDatabase();
    LocalDatabase another = postgres.newDatabase();
    try (Connection open = database.connectAsRole();
        Connection elsewhere = another.connectAsRole()) {
      assertThat(open.isValid(1) && elsewhere.isValid(1)).isTrue();
      assertThat(database.openConnections()).isEqualTo(1);
    }
    assertThat(database.openConnections()).isZero();
    assertThat(another.openConnections()).isZero();
  }

  private static void assertRefused(LocalDatabase database, String sql) {
    assertThatExceptionOfType(SQLException.class)
        .as(sql)
        .isThrownBy(
            () -> {
              try (Connection role = database.connectAsRole();
                  var statement = role.createStatement()) {
                statement.execute(sql);
              }
            })
        .satisfies(e -> assertThat(e.getSQLState()).isEqualTo("42501"));
  }
}
