package io.sensormeter.hour;

import static org.assertj.core.api.Assertions.assertThat;

import io.sensormeter.local.Pipeline;
import io.sensormeter.local.postgres.LocalDatabase;
import io.sensormeter.meter.Hour;
import io.sensormeter.meter.MeterKind;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Indexes that a release adds where partitions stand already. */
@Tag("postgres")
final class IndexUpkeepIT extends HourFixture {
  private static final List<String> NEW =
      List.of("meter_report_live_customer", "meter_report_unshown");

  private final LocalDatabase database = ownSource();

  @Test
  void tickBuildsWhatAMigrationLeftOutAndNewMonthsHaveIt() {
    meter(MeterKind.SUM_HOURLY);
    stripe.addCustomer("cus_a");
    reading(database, "a", "cus_a", Pipeline.METER, "5");
    Pipeline pipeline = pipeline(database, Map.of("SOURCE", "own"));
    tick(pipeline);
    drain(pipeline);
    // As a migration leaves them where there are partitions.
    for (String index : NEW) {
      String definition =
          database
              .queryTexts("select pg_get_indexdef('metering.%s'::regclass)".formatted(index))
              .getFirst();
      database.execute("drop index metering." + index);
      database.execute(definition.replace("ON metering.", "ON ONLY metering."));
    }
    // As a function leaves one that was killed while it built.
    database.execute(
        "create index meter_report_2026_11_unshown on metering.meter_report_2026_11 (hour)");
    database.execute(
        """
        create unique index meter_report_live
        on metering.meter_report (hour, stripe_customer_id, meter)
        where status not in ('rejected', 'superseded')
        """);
    assertThat(invalid()).hasSize(2);

    nextHour(pipeline);
    assertThat(invalid()).isEmpty();
    assertThat(outdated()).containsExactly("null");
    assertThat(
            database.queryTexts(
                "select pg_get_indexdef('metering.meter_report_2026_11_unshown'::regclass)"))
        .singleElement()
        .asString()
        .contains("shown_at IS NULL");

    toHour(Hour.parse("2026-12-01T00Z"));
    tick(pipeline);
    drain(pipeline);
    assertThat(
            database.queryLong(
                """
                select count(*) from pg_index as built join pg_class as part
                  on part.oid = built.indrelid
                where part.relname = 'meter_report_2026_12' and built.indisvalid
                """))
        .isEqualTo(
            database.queryLong(
                """
                select count(*) from pg_index
                where indrelid = 'metering.meter_report'::regclass and indisvalid
                """));
  }

  /** A person's open transaction in psql is enough. */
  @Test
  void tickIsCompleteThoughAnIndexCannotBeHadNow() throws SQLException {
    Pipeline pipeline = pipeline(database, Map.of("SOURCE", "own"));
    tick(pipeline);
    database.execute(
        "create index meter_report_live on metering.meter_report (hour, stripe_customer_id)");
    try (Connection person = database.connectAsOwner();
        Statement statement = person.createStatement()) {
      person.setAutoCommit(false);
      statement.execute("lock table metering.meter_report in access share mode");

      assertThat(tick(pipeline)).containsEntry("complete", true);
      assertThat(outdated()).containsExactly("metering.meter_report_live");
      person.rollback();
    }

    assertThat(tick(pipeline)).containsEntry("complete", true);
    assertThat(outdated()).containsExactly("null");
  }

  private List<String> outdated() {
    return database.queryTexts("select to_regclass('metering.meter_report_live')::text");
  }

  private List<String> invalid() {
    return database.queryTexts(
        """
        select relname from pg_index join pg_class on pg_class.oid = indexrelid
        where relnamespace = 'metering'::regnamespace and not indisvalid
        """);
  }
}
