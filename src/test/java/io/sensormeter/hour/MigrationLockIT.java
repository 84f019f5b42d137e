package io.sensormeter.hour;

import static org.assertj.core.api.Assertions.assertThat;

import io.sensormeter.local.Pipeline;
import io.sensormeter.local.postgres.LocalDatabase;
import io.sensormeter.meter.Hour;
import io.sensormeter.meter.MeterKind;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A migration that needs a table which a long transaction uses. */
@Tag("postgres")
final class MigrationLockIT extends HourFixture {
  private static final Hour NEXT = HOUR.plusHours(1);

  @Test
  @Timeout(60)
  void migrationGivesUpSoonBehindALongTransactionAndTheNextRunGoesOn() throws SQLException {
    meter(MeterKind.SUM_HOURLY);
    LocalDatabase database = application(3);
    Pipeline pipeline = pipeline(database, Map.of());
    tick(pipeline);
    drain(pipeline);
    toHour(NEXT);
    // Behind: its scripts may each run again, and index a table.
    database.execute("delete from metering.flyway_schema_history where version = '2'");

    try (Connection person = database.connectAsOwner();
        var statement = person.createStatement()) {
      person.setAutoCommit(false);
      statement.execute("lock table metering.meter_report in row exclusive mode");

      assertThat(failureOfTick(pipeline, pipeline.newScheduler(), NEXT).map(Throwable::getMessage))
          .hasValueSatisfying(
              says ->
                  assertThat(says)
                      .startsWith("migrating schema metering gave up")
                      .contains("another transaction holds a table", "the next run goes on"));
      person.rollback();
    }
    assertThat(reports(pipeline)).isEqualTo(3);

    tick(pipeline, pipeline.newScheduler(), NEXT);
    drain(pipeline);
    assertThat(reports(pipeline, "accepted")).isEqualTo(6);
    assertAgreement(pipeline);
  }
}
