package io.sensormeter.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import io.sensormeter.local.Services;
import io.sensormeter.local.postgres.LocalDatabase;
import io.sensormeter.meter.GoldenIdentifiers;
import io.sensormeter.meter.GoldenIdentifiers.Golden;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("postgres")
final class CaptureIdentifierIT {
  private static final List<Golden> FIRST_REVISIONS =
      GoldenIdentifiers.ALL.stream().filter(golden -> golden.revision() == 0).toList();

  @Test
  void captureWritesTheGoldenIdentifiers() throws SQLException {
    LocalDatabase database = Services.postgres().newDatabase();
    readingsOf(database);
    Ledgers.tick(database, GoldenIdentifiers.HOUR, Map.of("SOURCE", "own"));

    for (Golden golden : FIRST_REVISIONS) {
      assertThat(
              database.queryLong(
                  "select count(*) from metering.meter_report"
                      + " where organization_id = ? and meter = ? and identifier = ?",
                  golden.organizationId(),
                  golden.meter(),
                  golden.identifier()))
          .as(golden.identifier())
          .isEqualTo(1);
    }
  }

  private static void readingsOf(LocalDatabase database) throws SQLException {
    try (Connection role = database.connectAsRole();
        var statement = role.createStatement()) {
      statement.execute(
          "create table metering.reading (organization text, customer text, meter text)");
      statement.execute(
          """
          create function metering.billable_readings(at timestamptz)
          returns table (organization_id text, stripe_customer_id text, meter text, value numeric)
          language sql stable
          as $$ select organization, customer, reading.meter, 1 from metering.reading $$
          """);
      try (var insert = role.prepareStatement("insert into metering.reading values (?, ?, ?)")) {
        for (int i = 0; i < FIRST_REVISIONS.size(); i++) {
          insert.setString(1, FIRST_REVISIONS.get(i).organizationId());
          insert.setString(2, "cus_" + i);
          insert.setString(3, FIRST_REVISIONS.get(i).meter());
          insert.executeUpdate();
        }
      }
    }
  }
}
