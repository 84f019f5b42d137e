package io.sensormeter.hour;

import static org.assertj.core.api.Assertions.assertThat;

import io.sensormeter.local.Pipeline;
import io.sensormeter.local.Services;
import io.sensormeter.local.postgres.ApplicationData;
import io.sensormeter.local.postgres.LocalDatabase;
import io.sensormeter.meter.MeterKind;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Whoever may create in schema {@code public} must not run code as the ledger's owner. A function
 * or operator there that fits a call better than PostgreSQL's own wins it wherever {@code public}
 * is searched at all.
 */
@Tag("postgres")
final class SearchPathIT extends HourFixture {
  private static final int ORGANIZATIONS = 3;

  @Test
  void whoMayCreateInPublicRunsNothingAsTheLedgersOwner() {
    meter(MeterKind.SUM_HOURLY);
    LocalDatabase database = application(ORGANIZATIONS);
    Pipeline pipeline = pipeline(database, Map.of());
    tick(pipeline);
    drain(pipeline);
    List<String> before = readings(database);

    setTraps(database);
    toHour(HOUR.plusHours(1));
    // Each a cold start, which looks at the migrations too.
    Optional<RuntimeException> failure =
        failureOfTick(pipeline, pipeline.newScheduler(), HOUR.plusHours(1));

    assertThat(trapped(database)).isEmpty();
    assertThat(readings(database)).containsAll(before).hasSize(2 * before.size());
    assertThat(failure).isEmpty();
    for (String command :
        List.of(
            "{\"command\":\"report\",\"organization\":\"%s\"}"
                .formatted(ApplicationData.organizationId(1)),
            "{\"command\":\"tick\",\"dryRun\":true}",
            "{\"command\":\"status\"}",
            "{\"command\":\"check\"}")) {
      Map<String, Object> answer = pipeline.invoke(pipeline.newScheduler(), command);
      assertThat(answer.toString()).doesNotContain("trapped by");
    }
    drain(pipeline);
    assertThat(trapped(database)).isEmpty();
    assertAgreement(pipeline);
  }

  @Test
  void migrationsRunNothingOfPublicAsTheLedgersOwner() {
    meter(MeterKind.SUM_HOURLY);
    LocalDatabase database = application(ORGANIZATIONS);
    setTraps(database);
    Pipeline pipeline = pipeline(database, Map.of());

    Optional<RuntimeException> failure = failureOfTick(pipeline, pipeline.newScheduler(), HOUR);

    assertThat(trapped(database)).isEmpty();
    assertThat(failure).isEmpty();
    drain(pipeline);
    assertAgreement(pipeline);
  }

  /** As docs/runbook.md, "Uncaptured hour", has a person do it. */
  @Test
  void whoCallsTheShippedFunctionByHandRunsNothingOfPublic() throws SQLException {
    meter(MeterKind.SUM_HOURLY);
    LocalDatabase database = application(ORGANIZATIONS);
    Pipeline pipeline = pipeline(database, Map.of());
    tick(pipeline);
    drain(pipeline);
    setTraps(database);

    try (Connection role = database.connectAsRole();
        var statement = role.createStatement()) {
      statement.execute("select * from metering.billable_readings('%s')".formatted(HOUR.start()));
    }

    assertThat(trapped(database)).isEmpty();
    assertAgreement(pipeline);
  }

  @Test
  void captureOfASourceThatNamesATableWithoutItsSchemaSaysSoAndTheHourStaysOwed() {
    LocalDatabase database = ownSource();
    database.createSource("language sql stable as 'select * from readings'");
    Pipeline pipeline = pipeline(database, Map.of("SOURCE", "own"));

    assertThat(failureOfTick(pipeline, pipeline.newScheduler(), HOUR).map(Throwable::getMessage))
        .hasValueSatisfying(
            says ->
                assertThat(says)
                    .contains("is written with its schema", "the hour stays owed")
                    .contains("relation \"readings\" does not exist"));
    assertThat(ledger(pipeline)).isEmpty();
  }

  /** A role of today's role.sql searches nothing else, whoever connects with it. */
  @Test
  void roleSearchesNoSchemaThatOthersMayCreateIn() throws SQLException {
    try (Connection role = Services.postgres().newDatabaseMadeByOtherMigrations().connectAsRole();
        var statement = role.createStatement();
        var path = statement.executeQuery("show search_path")) {
      assertThat(path.next()).isTrue();
      assertThat(path.getString(1)).isEqualTo("pg_catalog");
    }
  }

  /** As a role that is nobody, but for what PostgreSQL 14 grants everyone. */
  private static void setTraps(LocalDatabase database) {
    String intruder = database.user() + "_intruder";
    database.execute(
        """
        create role %1$s;
        grant %1$s to current_user;
        grant usage, create on schema public to %1$s;
        -- As a release before this one made it.
        alter role %2$s reset search_path;
        """
            .formatted(intruder, database.user()));
    // Each fits what the product, its source or Flyway writes better than the built-in one.
    database.execute(
        """
        set role %2$s;
        create table public.trapped (what text);
        grant insert on public.trapped to public;
        -- Run by the ledger's owner, it does what the owner may.
        create function public.trap(what text) returns boolean language plpgsql as $$
        begin
          if current_user::text = '%1$s' then
            if current_setting('transaction_read_only') = 'on' then
              raise exception 'trapped by %%', what;
            end if;
            insert into public.trapped values (what);
            if to_regclass('metering.meter_report') is not null then
              update metering.meter_report set value = 999999;
            end if;
          end if;
          return true;
        end $$;

        create function public.hashtextextended(text, integer) returns bigint language sql
          as $$ select pg_catalog.hashtextextended($1, $2::bigint)
                where public.trap('hashtextextended') $$;
        create function public.pg_advisory_xact_lock(integer) returns void language sql
          as $$ select pg_catalog.pg_advisory_xact_lock($1::bigint)
                where public.trap('pg_advisory_xact_lock') $$;
        create function public.obj_description(oid, text) returns text language sql
          as $$ select pg_catalog.obj_description($1, $2::name)
                where public.trap('obj_description') $$;
        create function public.has_schema_privilege(oid, varchar) returns boolean language sql
          as $$ select pg_catalog.has_schema_privilege($1, $2::text)
                where public.trap('has_schema_privilege') $$;
        create function public.trap_eq(text, varchar) returns boolean language sql
          as $$ select $1 operator(pg_catalog.=) $2::text and public.trap('text = varchar') $$;
        create operator public.= (leftarg = text, rightarg = varchar, function = public.trap_eq);
        create function public.trap_eq(name, varchar) returns boolean language sql
          as $$ select $1 operator(pg_catalog.=) $2::text and public.trap('name = varchar') $$;
        create operator public.= (leftarg = name, rightarg = varchar, function = public.trap_eq);
        create function public.trap_eq(public.subscription_status, public.subscription_status)
          returns boolean language sql
          as $$ select $1::text operator(pg_catalog.=) $2::text
                 and public.trap('a type of the application') $$;
        create operator public.= (leftarg = public.subscription_status,
          rightarg = public.subscription_status, function = public.trap_eq);
        create function public.trap_ge(numeric, integer) returns boolean language sql
          as $$ select $1 operator(pg_catalog.>=) $2::numeric and public.trap('numeric >= integer') $$;
        create operator public.>= (leftarg = numeric, rightarg = integer, function = public.trap_ge);
        """
            .formatted(database.user(), intruder));
  }

  private static List<String> trapped(LocalDatabase database) {
    return database.queryTexts("select distinct what from public.trapped order by what");
  }

  private static List<String> readings(LocalDatabase database) {
    return database.queryTexts("select identifier || '=' || value from metering.meter_report");
  }
}
