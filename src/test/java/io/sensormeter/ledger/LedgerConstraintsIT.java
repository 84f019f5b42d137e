package io.sensormeter.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.sensormeter.database.SqlState;
import io.sensormeter.local.Services;
import io.sensormeter.local.postgres.LocalDatabase;
import io.sensormeter.meter.Hour;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The ledger refuses by itself what the records of the code refuse, whoever writes to it. */
@Tag("postgres")
final class LedgerConstraintsIT {
  private static final Hour HOUR = Hour.parse("2026-11-22T14Z");
  private static Connection role;

  /** In SQL. */
  private final Map<String, String> report =
      new LinkedHashMap<>(
          Map.of(
              "hour", "'2026-11-22T14:00:00Z'",
              "organization_id", "'one'",
              "meter", "'active_sensors'",
              "kind", "'sum-hourly'",
              "value", "3",
              "stripe_customer_id", "'cus_1'",
              "identifier", "'active_sensors:one:2026-11-22T14Z'",
              "status", "'pending'",
              "captured_at", "now()"));

  @BeforeAll
  static void migrate() throws SQLException {
    LocalDatabase database = Services.postgres().newDatabase();
    // The source is empty: a tick of no report, and the partition.
    Ledgers.tick(database, HOUR, Map.of());
    role = database.connectAsRole();
    role.setAutoCommit(false);
  }

  @AfterAll
  static void close() throws SQLException {
    role.close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          hour               | '2026-11-22T14:00:01Z'      | meter_report_full_hour
          hour               | '2026-11-22T14:30:00Z'      | meter_report_full_hour
          organization_id    | ''                          | meter_report_organization
          organization_id    | E' \\t\\r\\n'                  | meter_report_organization
          organization_id    | repeat('x', 201)            | meter_report_organization
          organization_id    | repeat('é', 201)            | meter_report_organization
          meter              | ''                          | meter_report_meter
          meter              | 'Active'                    | meter_report_meter
          meter              | E'active\\n'                 | meter_report_meter
          meter              | repeat('m', 41)             | meter_report_meter
          revision           | -1                          | meter_report_revision
          kind               | 'max'                       | meter_report_kind
          value              | -1                          | meter_report_value
          value              | 1000000000000000            | meter_report_value
          value              | null                        | meter_report_billable
          stripe_customer_id | null                        | meter_report_billable
          stripe_customer_id | ' '                         | meter_report_customer
          identifier         | ''                          | meter_report_identifier
          identifier         | repeat('x', 101)            | meter_report_identifier
          identifier         | repeat('é', 101)            | meter_report_identifier
          status             | 'sent'                      | meter_report_status
          status             | 'rejected'                  | meter_report_failure
          """)
  void reportThatTheRecordsRefuseIsRefused(String column, String value, String constraint) {
    report.put(column, value);

    assertThatExceptionOfType(SQLException.class)
        .isThrownBy(this::insert)
        .withMessageContaining("\"" + constraint + "\"");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "organization_id=repeat('x', 200)",
        "organization_id=repeat('é', 200)",
        "meter=repeat('m', 40)",
        "identifier=repeat('é', 100)",
        "value=0",
        "value=999999999999999"
      })
  void longestAndLargestIsTaken(String assignment) {
    String[] parts = assignment.split("=", 2);
    report.put(parts[0], parts[1]);

    assertThatCode(this::insert).doesNotThrowAnyException();
  }

  @Test
  void customerHasOneLiveReportOfAMeterAndHour() throws SQLException {
    try {
      try (var statement = role.createStatement()) {
        statement.execute(insertion());
        report.put("organization_id", "'other'");

        assertThatExceptionOfType(SQLException.class)
            .isThrownBy(() -> statement.execute(insertion()))
            .satisfies(e -> assertThat(e.getSQLState()).isEqualTo(SqlState.UNIQUE_VIOLATION));
      }
    } finally {
      role.rollback();
    }
  }

  private void insert() throws SQLException {
    try (var statement = role.createStatement()) {
      statement.execute(insertion());
    } finally {
      role.rollback();
    }
  }

  private String insertion() {
    return "insert into metering.meter_report (%s) values (%s)"
        .formatted(String.join(", ", report.keySet()), String.join(", ", report.values()));
  }
}
