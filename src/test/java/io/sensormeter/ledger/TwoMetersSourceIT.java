package io.sensormeter.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import io.sensormeter.local.Services;
import io.sensormeter.local.postgres.ApplicationData;
import io.sensormeter.local.postgres.LocalDatabase;
import io.sensormeter.local.postgres.TwoMeters;
import io.sensormeter.meter.Hour;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The example source with two meters: what it counts, run by the least-privileged role. */
@Tag("postgres")
final class TwoMetersSourceIT {
  private static final Hour HOUR = Hour.parse("2026-11-22T14Z");
  private static final String FIRST = ApplicationData.organizationId(1);
  private static final String SECOND = ApplicationData.organizationId(2);

  private final LocalDatabase database = application();

  /** Two organizations with three active sensors each. */
  private static LocalDatabase application() {
    LocalDatabase database = Services.postgres().newDatabase();
    ApplicationData.insertOrganizations(database, 2, 3, HOUR.minusHours(48).start());
    TwoMeters.install(database);
    return database;
  }

  @Test
  void flowIsWhatWasRecordedInThePastHourAndEachReadingIsCountedInOneHourAlone() throws Exception {
    String device = device(FIRST);
    for (Instant at :
        List.of(
            HOUR.minusHours(1).start().minusNanos(1_000),
            HOUR.minusHours(1).start(),
            HOUR.start().minusNanos(1_000),
            HOUR.start())) {
      TwoMeters.record(database, device, at, 1);
    }
    TwoMeters.record(database, device(SECOND), HOUR.start().minusSeconds(1800), 5);

    assertThat(readings(HOUR.minusHours(1), TwoMeters.READINGS)).contains(FIRST + "=1");
    assertThat(readings(HOUR, TwoMeters.READINGS)).containsExactly(FIRST + "=2", SECOND + "=5");
    assertThat(readings(HOUR.plusHours(1), TwoMeters.READINGS))
        .containsExactly(FIRST + "=1", SECOND + "=0");
  }

  @Test
  void sensorThatIsSwitchedOffIsNotActiveButItsReadingsCount() throws Exception {
    TwoMeters.record(database, device(FIRST), HOUR.start().minusSeconds(60), 7);
    database.execute("update devices set is_active = false where id = ?::uuid", device(FIRST));

    assertThat(readings(HOUR, "active_sensors")).containsExactly(FIRST + "=2", SECOND + "=3");
    assertThat(readings(HOUR, TwoMeters.READINGS)).containsExactly(FIRST + "=7", SECOND + "=0");
  }

  @Test
  void organizationIsBillableForBothMetersOrNeither() throws Exception {
    TwoMeters.record(database, device(FIRST), HOUR.start().minusSeconds(60), 7);
    database.execute(
        "update subscriptions set status = 'canceled' where organization_id = ?::uuid", FIRST);

    assertThat(readings(HOUR, "active_sensors")).containsExactly(SECOND + "=3");
    assertThat(readings(HOUR, TwoMeters.READINGS)).containsExactly(SECOND + "=0");
  }

  /** As {@code SOURCE=own} promises: migrations leave it as it is, and the tick can call it. */
  @Test
  void tickCapturesBothMetersAndLeavesTheFunctionAsItIs() {
    TwoMeters.record(database, device(FIRST), HOUR.start().minusSeconds(60), 7);
    String definition =
        "select pg_get_functiondef('metering.billable_readings(timestamptz)'::regprocedure)";
    List<String> before = database.queryTexts(definition);

    Ledgers.tick(
        database,
        HOUR,
        Map.of(
            "SOURCE",
            "own",
            "METERS",
            "active_sensors:sum-hourly,temperature_readings:sum:past-hour"));

    assertThat(
            database.queryTexts(
                """
                select concat_ws(' ', meter, extract(epoch from hour - event_time)::integer, value)
                from metering.meter_report order by meter, value
                """))
        .containsExactly(
            "active_sensors 0 3",
            "active_sensors 0 3",
            "temperature_readings 3600 0",
            "temperature_readings 3600 7");
    assertThat(database.queryTexts(definition)).isEqualTo(before);
  }

  @Test
  void exampleTakesThePlaceOfTheShippedSourceAndIsNoLongerTakenForIt() {
    LocalDatabase shipped = Services.postgres().newDatabase();
    Ledgers.tick(shipped, HOUR, Map.of());
    TwoMeters.install(shipped);

    assertThat(
            shipped.queryTexts("select shipped::text from (" + SourceFunction.SQL + ") as source"))
        .containsExactly("false");
  }

  @Test
  void gaugeIsCountedAsTheShippedSourceDoes() throws IOException {
    String shipped =
        Files.readString(Path.of("src/main/resources/db/source/R__billable_readings.sql"));
    int from = shipped.indexOf("with billable as (");
    String counting = shipped.substring(from, shipped.indexOf("\n  )\n  select", from));

    assertThat(TwoMeters.example("two-meters-source.sql")).contains(counting);
  }

  /** One of its sensors, always the same. */
  private String device(String organization) {
    return database
        .queryTexts(
            """
            select device.id from devices as device
            join units as unit on unit.id = device.unit_id
            join areas as area on area.id = unit.area_id
            join sites as site on site.id = area.site_id
            where site.organization_id = ?::uuid order by device.id limit 1
            """,
            organization)
        .getFirst();
  }

  /** As the role, as capture does; the first organization first. */
  private List<String> readings(Hour hour, String meter) throws SQLException {
    try (Connection role = database.connectAsRole();
        var statement =
            role.prepareStatement(
                """
                select organization_id || '=' || value
                from metering.billable_readings(?::timestamptz)
                where meter = ? order by organization_id <> ?
                """)) {
      statement.setString(1, hour.start().toString());
      statement.setString(2, meter);
      statement.setString(3, FIRST);
      List<String> readings = new ArrayList<>();
      try (var rows = statement.executeQuery()) {
        while (rows.next()) {
          readings.add(rows.getString(1));
        }
      }
      return readings;
    }
  }
}
