package io.sensormeter.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.sensormeter.database.SqlState;
import io.sensormeter.local.Services;
import io.sensormeter.local.postgres.LocalDatabase;
import io.sensormeter.meter.Hour;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The ledger refuses a move that no rule makes, and another's place, whoever writes to it. */
@Tag("postgres")
final class ReportArrowsIT {
  private static final Hour HOUR = Hour.parse("2026-11-22T14Z");

  /** From, and what it may become. Every pair that is not here is refused. */
  private static final Map<String, String> ARROWS =
      Map.of(
          "shadow", "pending",
          "pending", "accepted rejected unresolved superseded expired discrepancy",
          "accepted", "verified rejected discrepancy replaced",
          "verified", "discrepancy replaced",
          "rejected", "accepted verified replaced",
          "unresolved", "accepted rejected verified discrepancy replaced",
          "superseded", "accepted verified replaced",
          "discrepancy", "verified replaced",
          "expired", "accepted rejected verified discrepancy replaced",
          "replaced", "");

  private static LocalDatabase database;
  private static Connection role;

  @BeforeAll
  static void migrate() throws SQLException {
    database = Services.postgres().newDatabase();
    // The source is empty: a tick of no report, and the partition.
    Ledgers.tick(database, HOUR, Map.of());
    role = database.connectAsRole();
    role.setAutoCommit(false);
  }

  @AfterEach
  void rollback() throws SQLException {
    role.rollback();
  }

  @AfterAll
  static void close() throws SQLException {
    role.close();
  }

  @ParameterizedTest
  @EnumSource
  void reportBecomesWhatIsDrawnAndNothingElse(ReportStatus from) throws SQLException {
    Set<String> taken = new TreeSet<>();
    for (ReportStatus to : ReportStatus.values()) {
      insert(Map.of("status", "'" + from.label() + "'"));
      if (update("status = '" + to.label() + "'") && to != from) {
        taken.add(to.label());
      }
      role.rollback();
    }

    String drawn = ARROWS.getOrDefault(from.label(), "");
    assertThat(taken).containsExactlyInAnyOrder(drawn.isEmpty() ? new String[0] : drawn.split(" "));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "hour = hour + interval '1 hour'",
        "organization_id = 'other'",
        "meter = 'other'",
        "revision = 1",
        "kind = 'sum'",
        "kind = null",
        "event_time = hour - interval '1 hour'",
        "event_time = null",
        "value = 4",
        "value = null",
        "stripe_customer_id = 'cus_2'",
        "stripe_customer_id = null",
        "identifier = 'other'",
        "captured_at = captured_at + interval '1 second'"
      })
  void whatWasCapturedNeverChanges(String change) throws SQLException {
    for (String status : Set.of("pending", "rejected", "replaced")) {
      insert(Map.of("status", "'" + status + "'"));

      assertThat(update(change)).as(status).isFalse();
      role.rollback();
    }
  }

  @Test
  void whatIsLearnedLaterIsWritten() throws SQLException {
    insert(Map.of());

    assertThat(
            update(
                "send_before = now(), settled_at = now(), recorded_at = now(), shown_at = now(),"
                    + " duplicate = true, late = true, first_published_at = now()"))
        .isTrue();
  }

  @ParameterizedTest
  @EnumSource
  void onlyARejectedSupersededOrReplacedReportLeavesItsPlaceToAnother(ReportStatus status)
      throws SQLException {
    for (Map<String, String> other :
        Set.of(
            // Another revision under another customer; another organization under this customer.
            Map.of("revision", "1", "stripe_customer_id", "'cus_2'"),
            Map.of("organization_id", "'other'"))) {
      insert(Map.of("status", "'" + status.label() + "'"));
      if (isFree(status)) {
        insert(other);
      } else {
        assertThatExceptionOfType(SQLException.class)
            .isThrownBy(() -> insert(other))
            .satisfies(e -> assertThat(e.getSQLState()).isEqualTo(SqlState.UNIQUE_VIOLATION));
      }
      role.rollback();
    }
  }

  @ParameterizedTest
  @EnumSource
  void reportBecomesLiveAgainOnlyWhileNoRevisionOfItIs(ReportStatus other) throws SQLException {
    for (Map.Entry<String, String> again :
        Map.of("rejected", "verified", "superseded", "accepted").entrySet()) {
      insert(Map.of("status", "'" + again.getKey() + "'"));
      insert(
          Map.of(
              "revision",
              "1",
              "status",
              "'" + other.label() + "'",
              "stripe_customer_id",
              "'cus_2'"));

      String move = "status = '%s' where revision = 0".formatted(again.getValue());
      if (isFree(other)) {
        assertThat(update(move)).as(move).isTrue();
      } else {
        assertThatExceptionOfType(SQLException.class)
            .isThrownBy(() -> update(move))
            .satisfies(e -> assertThat(e.getSQLState()).isEqualTo(SqlState.UNIQUE_VIOLATION));
      }
      role.rollback();
    }
  }

  @Test
  void ofTwoLaterRevisionsOneIsLive() throws SQLException {
    insert(Map.of("status", "'replaced'"));
    insert(Map.of("revision", "1", "stripe_customer_id", "'cus_2'"));

    assertThatExceptionOfType(SQLException.class)
        .isThrownBy(() -> insert(Map.of("revision", "2", "stripe_customer_id", "'cus_3'")))
        .satisfies(e -> assertThat(e.getSQLState()).isEqualTo(SqlState.UNIQUE_VIOLATION));
  }

  /** Neither sees what the other has not committed: the second waits, whichever it is. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void ofTwoTransactionsThatWouldMakeTwoRevisionsLiveOneIsRefused(boolean revisionFirst)
      throws SQLException {
    insert(Map.of("status", "'rejected'"));
    role.commit();
    String revision = insertion(Map.of("revision", "1", "stripe_customer_id", "'cus_2'"));
    String again = "update metering.meter_report set status = 'accepted' where revision = 0";
    try (Connection another = database.connectAsRole();
        Statement first = role.createStatement();
        Statement second = another.createStatement()) {
      first.execute(revisionFirst ? revision : again);
      second.execute("set lock_timeout = '100ms'");

      String other = revisionFirst ? again : revision;
      assertThatExceptionOfType(SQLException.class)
          .isThrownBy(() -> second.execute(other))
          .satisfies(e -> assertThat(e.getSQLState()).isEqualTo("55P03"));
      role.commit();
      assertThatExceptionOfType(SQLException.class)
          .isThrownBy(() -> second.execute(other))
          .satisfies(e -> assertThat(e.getSQLState()).isEqualTo(SqlState.UNIQUE_VIOLATION));
    } finally {
      try (Statement statement = role.createStatement()) {
        statement.execute("delete from metering.meter_report");
      }
      role.commit();
    }
  }

  private static boolean isFree(ReportStatus status) {
    return Set.of(ReportStatus.REJECTED, ReportStatus.SUPERSEDED, ReportStatus.REPLACED)
        .contains(status);
  }

  /** A pending report in which these columns differ, in SQL. */
  private static void insert(Map<String, String> differing) throws SQLException {
    try (Statement statement = role.createStatement()) {
      statement.execute(insertion(differing));
    }
  }

  private static String insertion(Map<String, String> differing) {
    Map<String, String> report = new LinkedHashMap<>();
    report.put("hour", "'2026-11-22T14:00:00Z'");
    report.put("organization_id", "'one'");
    report.put("meter", "'active_sensors'");
    report.put("kind", "'sum-hourly'");
    report.put("event_time", "'2026-11-22T14:00:00Z'");
    report.put("value", "3");
    report.put("stripe_customer_id", "'cus_1'");
    report.put("identifier", "'active_sensors:one:2026-11-22T14Z'");
    report.put("status", "'pending'");
    report.put("captured_at", "now()");
    report.put("failure_code", "'by_hand'");
    report.putAll(differing);
    return "insert into metering.meter_report (%s) values (%s)"
        .formatted(String.join(", ", report.keySet()), String.join(", ", report.values()));
  }

  /** Whether the ledger lets the one report change so; what else it refuses is thrown. */
  private static boolean update(String change) throws SQLException {
    try (Statement statement = role.createStatement()) {
      return statement.executeUpdate("update metering.meter_report set " + change) == 1;
    } catch (SQLException e) {
      if ("23514".equals(e.getSQLState()) && String.valueOf(e.getMessage()).contains("report ")) {
        return false;
      }
      throw e;
    }
  }
}
