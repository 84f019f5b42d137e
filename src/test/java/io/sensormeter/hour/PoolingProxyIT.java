package io.sensormeter.hour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.sensormeter.local.Pipeline;
import io.sensormeter.local.postgres.LocalDatabase;
import io.sensormeter.local.postgres.PoolingProxy;
import io.sensormeter.meter.MeterKind;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Between the functions and the database stands a proxy that pools sessions by transaction. */
@Tag("postgres")
final class PoolingProxyIT extends HourFixture {
  private static final int ORGANIZATIONS = 20;
  private static final int SESSIONS = 3;

  @BeforeEach
  void proxyIsInstalled() {
    assumeTrue(
        PoolingProxy.program().isPresent(),
        "pgbouncer is not installed (Debian, Ubuntu: apt-get install pgbouncer)");
  }

  @Test
  void hoursOnAMigratedLedgerAreBilledOnceThroughAProxyThatRefusesOptions() {
    meter(MeterKind.SUM_HOURLY);
    LocalDatabase database = application(ORGANIZATIONS);
    // Migrations go straight to the database.
    toHour(HOUR.minusHours(1));
    tick(pipeline(database, Map.of("BILL_FROM", "")));
    toHour(HOUR);
    try (PoolingProxy proxy = PoolingProxy.to(database, SESSIONS)) {
      assertThatExceptionOfType(SQLException.class)
          .isThrownBy(() -> connect(database, proxy, "?options=-c%20statement_timeout=1000"))
          .withMessageContaining("options");
      Pipeline pipeline = pipeline(database, Map.of("DATABASE_PORT", String.valueOf(proxy.port())));

      tick(pipeline);
      drain(pipeline);
      nextHour(pipeline);
      nextHour(pipeline);

      assertThat(reports(pipeline, "accepted")).isEqualTo(3 * ORGANIZATIONS);
      assertThat(pipeline.invoke(pipeline.newScheduler(), "{\"command\":\"check\"}"))
          .containsEntry("ok", true);
      assertAgreement(pipeline);
    }
  }

  private static Connection connect(LocalDatabase database, PoolingProxy proxy, String parameters)
      throws SQLException {
    return DriverManager.getConnection(
        "jdbc:postgresql://127.0.0.1:%d/%s%s".formatted(proxy.port(), database.name(), parameters),
        database.user(),
        database.password());
  }
}
