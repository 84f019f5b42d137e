package io.sensormeter.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.sensormeter.local.Pipeline;
import io.sensormeter.local.Services;
import io.sensormeter.local.postgres.ApplicationData;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The command check as a whole, and the ledger's side of the database. */
@Tag("postgres")
final class CheckIT extends CheckFixture {
  @Test
  void everythingInOrderIsOkBeforeTheFirstTick() {
    Answer answer = check(Map.of());

    assertThat(answer.bad()).isEmpty();
    assertThat(answer.warned()).isEmpty();
    assertThat(answer.ok()).isTrue();
    assertThat(answer.of("ledger").says())
        .startsWith("will be made at the first tick: V1__ledger.sql")
        .endsWith("R__billable_readings.sql");
    assertThat(answer.of("source").says()).contains("will be made at the first tick");
    assertThat(answer.of("reading").says())
        .isEqualTo(
            "at 2026-11-22T14Z: 3 organizations, 3 readings, billable 3 with total 60, rejected 0");
    assertThat(answer.of("hours").says())
        .startsWith("1 hour(s) are owed, the oldest 2026-11-22T14Z");
    assertThat(answer.of("version").says()).matches("PostgreSQL \\d+.*");
    assertThat(answer.of("database").says())
        .contains("connected to 127.0.0.1:" + database.port() + "/" + database.name());
    assertThat(answer.text()).doesNotContain(database.password());
  }

  @Test
  void everythingInOrderIsOkAfterATick() {
    tick(Map.of(), NOW);

    Answer answer = check(Map.of());

    assertThat(answer.bad()).isEmpty();
    assertThat(answer.warned()).isEmpty();
    assertThat(answer.of("ledger").says()).isEqualTo("migrated to this release");
    assertThat(answer.of("source").says()).isEqualTo("the shipped function is there");
    assertThat(answer.of("reading").says()).contains("billable 3 with total 60");
    assertThat(answer.of("hours").says()).isEqualTo("none is owed: every hour has been captured");
  }

  @Test
  void nothingIsWrittenBeforeTheFirstTick() {
    long relations = relations();

    check(Map.of());

    assertThat(relations()).isEqualTo(relations);
    assertThat(relationsOf("metering")).isZero();
  }

  @Test
  void nothingIsWrittenAfterATick() {
    tick(Map.of(), NOW);
    clock.advance(Duration.ofHours(1));
    long relations = relations();
    long written = writtenRows();
    try (Pipeline pipeline = pipeline(Map.of())) {

      check(pipeline);

      assertThat(pipeline.depth()).isZero();
    }
    assertThat(relations()).isEqualTo(relations);
    assertThat(writtenRows()).isEqualTo(written);
  }

  @Test
  void missingSchemaIsNamed() {
    database.execute("drop schema metering");

    Answer answer = check(Map.of());

    assertThat(answer.bad()).containsExactly("ledger", "schema");
    assertThat(answer.of("schema").says())
        .endsWith("create schema metering authorization " + database.user());
    assertThat(answer.of("reading").says()).contains("billable 3");
  }

  @Test
  void schemaOfAnotherRoleIsNamed() {
    database.execute("drop schema metering; create schema metering");

    assertThat(check(Map.of()).of("schema").says())
        .contains("belongs to administrator")
        .endsWith("alter schema metering owner to " + database.user());
  }

  @Test
  void moreRightsThanNeededAreAWarning() {
    database.execute("grant update on sites to " + database.user());
    database.execute("alter role %s createdb".formatted(database.user()));

    Answer answer = check(Map.of());

    assertThat(answer.ok()).isTrue();
    assertThat(answer.warned()).containsExactly("role");
    assertThat(answer.of("role").says()).contains("is createdb and may write to public.sites");
  }

  @Test
  void publicInWhichEveryoneMayCreateIsAWarningWithTheStatementToRun() {
    database.execute("grant create on schema public to public");

    Answer answer = check(Map.of());

    assertThat(answer.ok()).isTrue();
    assertThat(answer.warned()).containsExactly("public");
    database.execute(answer.of("public").says().replaceFirst(".*owner: ", ""));
    assertThat(check(Map.of()).warned()).isEmpty();
  }

  @Test
  void databaseThatIsNotUtf8IsAWarning() {
    database = Services.postgres().newDatabaseInLatin1();
    ApplicationData.insertOrganizations(database, 3, 20, NOW.minus(Duration.ofDays(30)));

    Answer answer = check(Map.of());

    assertThat(answer.ok()).isTrue();
    assertThat(answer.warned()).containsExactly("encoding");
    assertThat(answer.of("encoding").says()).startsWith("LATIN1, not UTF8");
  }

  @Test
  void shadowIsSaid() {
    Answer answer = check(Map.of("BILL_FROM", ""));

    assertThat(answer.ok()).isTrue();
    assertThat(answer.of("BILL_FROM").says()).startsWith("blank: shadow");
    assertThat(answer.of("hours").says()).startsWith("none is owed");
  }

  @Test
  void shadowHoursSinceBillFromAreAWarning() {
    tick(Map.of("BILL_FROM", ""), NOW.minus(Duration.ofHours(2)));
    tick(Map.of("BILL_FROM", ""), NOW.minus(Duration.ofHours(1)));

    Answer answer = check(Map.of("BILL_FROM", "2026-11-22T11:00:00Z", "CATCH_UP_HOURS", "2"));

    assertThat(answer.warned()).containsExactly("hours");
    assertThat(answer.of("hours").says())
        .startsWith("1 hour(s) are owed, the oldest 2026-11-22T14Z")
        .contains("2 hour(s) since BILL_FROM were captured in shadow")
        .contains("1 are older than CATCH_UP_HOURS=2 and will be skipped");
  }

  private void tick(Map<String, String> settings, Instant at) {
    clock.set(at);
    try (Pipeline pipeline = pipeline(settings)) {
      pipeline.invoke(pipeline.newScheduler(), "{\"command\":\"tick\"}");
    }
    clock.set(NOW);
  }

  private long relations() {
    return database.queryLong("select count(*) from pg_class");
  }

  private long relationsOf(String schema) {
    return database.queryLong(
        "select count(*) from pg_class where relnamespace = to_regnamespace(?)", schema);
  }

  /** Rows, and the sum of their writing transactions: an update would change it. */
  private long writtenRows() {
    return database.queryLong(
        """
        select (select coalesce(sum(xmin::text::bigint), 0) + count(*) from metering.tick)
          + (select coalesce(sum(xmin::text::bigint), 0) + count(*) from metering.meter_report)
          + (select coalesce(sum(xmin::text::bigint), 0) + count(*)
             from metering.flyway_schema_history)
        """);
  }
}
