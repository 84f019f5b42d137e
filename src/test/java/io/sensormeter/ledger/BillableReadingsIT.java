package io.sensormeter.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import io.sensormeter.local.Services;
import io.sensormeter.local.postgres.LocalDatabase;
import io.sensormeter.meter.Hour;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the shipped source counts, rule for rule, at 2026-11-22T14:00Z. */
@Tag("postgres")
final class BillableReadingsIT {
  private static final Hour HOUR = Hour.parse("2026-11-22T14Z");
  private static final String ORGANIZATION = "00000000-0000-0000-0000-00000000000a";
  private static final LocalDatabase DATABASE = Services.postgres().newDatabase();

  @BeforeAll
  static void migrate() {
    Ledgers.tick(DATABASE, HOUR, Map.of());
  }

  /** One organization with two active sensors, long before the hour. */
  @BeforeEach
  void fill() {
    DATABASE.execute("truncate organizations, subscriptions, sites, areas, units, devices cascade");
    DATABASE.execute(
        "insert into organizations (id, name, created_at) values (?::uuid, 'one', '2026-11-01Z')",
        ORGANIZATION);
    subscription(5, "active", "cus_1", "2026-11-02Z");
    DATABASE.execute("insert into sites (organization_id) select id from organizations");
    DATABASE.execute("insert into areas (site_id) select id from sites");
    DATABASE.execute("insert into units (area_id) select id from areas");
    for (int i = 0; i < 2; i++) {
      DATABASE.execute(
          "insert into devices (unit_id, is_active, created_at) select id, true, '2026-11-03Z'"
              + " from units");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          subscriptions | status = 'active'                        | cus_1=2
          subscriptions | status = 'trial'                         | cus_1=2
          subscriptions | status = 'past_due'                      | none
          subscriptions | status = 'canceled'                      | none
          subscriptions | status = 'paused'                        | none
          subscriptions | stripe_customer_id = null                | none
          subscriptions | stripe_customer_id = ''                  | none
          subscriptions | stripe_customer_id = E' \\t\\n'            | none
          subscriptions | created_at = '2026-11-22T14:00:00Z'      | cus_1=2
          subscriptions | created_at = '2026-11-22T14:00:00.001Z'  | none
          organizations | created_at = '2026-11-22T14:00:00Z'      | cus_1=2
          organizations | created_at = '2026-11-22T14:00:00.001Z'  | none
          organizations | deleted_at = '2026-11-22T13:59:59.999Z'  | none
          organizations | deleted_at = '2026-11-22T14:00:00Z'      | cus_1=2
          organizations | deleted_at = '2026-11-22T14:00:00.001Z'  | cus_1=2
          devices       | created_at = '2026-11-22T14:00:00Z'      | cus_1=2
          devices       | created_at = '2026-11-22T14:00:00.001Z'  | cus_1=0
          devices       | is_active = false                        | cus_1=0
          devices       | unit_id = null                           | cus_1=0
          """)
  void organizationCountsOrNotAsItsRowsSay(String table, String change, String expected)
      throws SQLException {
    DATABASE.execute("update " + table + " set " + change);

    assertThat(readings())
        .isEqualTo(expected.equals("none") ? List.of() : List.of(ORGANIZATION + " " + expected));
  }

  /** The standing one has id 5 and was created on the 2nd. */
  @ParameterizedTest
  @CsvSource({
    "6, active,   cus_2, 2026-11-03Z, cus_2",
    "4, trial,    cus_2, 2026-11-03Z, cus_2",
    "6, active,   cus_2, 2026-11-01Z, cus_1",
    "6, active,   cus_2, 2026-11-02Z, cus_2",
    "4, active,   cus_2, 2026-11-02Z, cus_1",
    "6, canceled, cus_2, 2026-11-03Z, cus_1",
    "6, active,   ' ',   2026-11-03Z, cus_1",
    "6, active,   cus_2, 2026-11-23Z, cus_1"
  })
  void newestBillableSubscriptionNamesTheCustomer(
      int id, String status, String customer, String createdAt, String expected)
      throws SQLException {
    subscription(id, status, customer, createdAt);

    assertThat(readings()).containsExactly(ORGANIZATION + " " + expected + "=2");
  }

  @Test
  void sensorsOfEverySiteCountOnceForTheirOwnOrganization() throws SQLException {
    String other = ORGANIZATION.replace('a', 'b');
    DATABASE.execute(
        "insert into organizations (id, name, created_at) values (?::uuid, 'two', '2026-11-01Z')",
        other);
    DATABASE.execute(
        "insert into subscriptions (organization_id, status, stripe_customer_id, created_at)"
            + " values (?::uuid, 'active', 'cus_2', '2026-11-02Z')",
        other);
    // A second site of the first organization, and one of the other: three sensors each.
    for (String organization : List.of(ORGANIZATION, other)) {
      DATABASE.execute(
          """
          with site as (insert into sites (organization_id) values (?::uuid) returning id),
            area as (insert into areas (site_id) select id from site returning id),
            unit as (insert into units (area_id) select id from area returning id)
          insert into devices (unit_id, created_at)
          select id, '2026-11-03Z' from unit, generate_series(1, 3)
          """,
          organization);
    }

    assertThat(readings()).containsExactly(ORGANIZATION + " cus_1=5", other + " cus_2=3");
  }

  private static void subscription(int id, String status, String customer, String createdAt) {
    DATABASE.execute(
        """
        insert into subscriptions (id, organization_id, status, stripe_customer_id, created_at)
        values (?::uuid, ?::uuid, ?::subscription_status, ?, ?::timestamptz)
        """,
        "00000000-0000-0000-0000-00000000000" + id,
        ORGANIZATION,
        status,
        customer,
        createdAt);
  }

  /** As the role, as capture does. */
  private static List<String> readings() throws SQLException {
    try (Connection role = DATABASE.connectAsRole();
        var statement =
            role.prepareStatement(
                """
                select organization_id || ' ' || stripe_customer_id || '=' || value
                from metering.billable_readings(?::timestamptz)
                where meter = 'active_sensors' order by 1
                """)) {
      statement.setString(1, HOUR.start().toString());
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
