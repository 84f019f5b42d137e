package io.sensormeter.local.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.sensormeter.local.Services;
import java.time.Instant;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Tag("postgres")
final class ApplicationDataIT {
  static List<Function<LocalPostgres, LocalDatabase>> databases() {
    return List.of(LocalPostgres::newDatabase, LocalPostgres::newDatabaseMadeByOtherMigrations);
  }

  @ParameterizedTest
  @MethodSource("databases")
  void everyOrganizationHasItsSensorsAndOneInFiftyHasNone(
      Function<LocalPostgres, LocalDatabase> make) {
    LocalDatabase database = make.apply(Services.postgres());
    Instant createdAt = Instant.parse("2026-01-31T10:00:00Z");

    ApplicationData.insertOrganizations(database, 100, 13, createdAt);

    assertThat(database.queryLong("select count(*) from devices")).isEqualTo(98 * 13);
    assertThat(
            database.queryLong(
                "select count(*) from pg_constraint where conrelid = 'devices'::regclass"
                    + " and contype = 'f' and convalidated"))
        .isEqualTo(1);
    for (int n : new int[] {1, 10, 50, 51, 100}) {
      assertThat(activeSensors(database, n))
          .as("organization %d", n)
          .isEqualTo(ApplicationData.devices(n, 13));
      assertThat(
              database.queryLong(
                  """
                  select count(*) from subscriptions
                  where organization_id = ?::uuid and stripe_customer_id = ?
                    and status in ('active', 'trial') and created_at = ?::timestamptz
                  """,
                  ApplicationData.organizationId(n),
                  ApplicationData.customerId(n),
                  createdAt.toString()))
          .isEqualTo(1);
    }
  }

  private static long activeSensors(LocalDatabase database, int n) {
    return database.queryLong(
        """
        select count(*) from devices
          join units on units.id = devices.unit_id
          join areas on areas.id = units.area_id
          join sites on sites.id = areas.site_id
        where devices.is_active and sites.organization_id = ?::uuid
        """,
        ApplicationData.organizationId(n));
  }
}
