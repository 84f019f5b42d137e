package io.sensormeter.hour;

import static org.assertj.core.api.Assertions.assertThat;

import io.sensormeter.local.Pipeline;
import io.sensormeter.local.Printed;
import io.sensormeter.local.postgres.LocalDatabase;
import io.sensormeter.meter.Hour;
import io.sensormeter.meter.MeterKind;
import io.sensormeter.meter.ReportKey;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A ledger of release 0.1 that has billed for hours goes on under this release. */
@Tag("postgres")
final class UpgradeIT extends HourFixture {
  private static final Hour OLDEST = HOUR.minusHours(5);
  private static final List<String> STATUSES =
      List.of(
          "accepted", "verified", "rejected", "unresolved", "superseded", "discrepancy", "expired");
  private static final List<String> NEWLY_SHOWN =
      List.of(
          "ReportsNewlyUnresolved",
          "ReportsNewlyExpired",
          "SupersededUnsent",
          "Discrepancies",
          "ReportsLate",
          "HoursSkipped",
          "ReportsEstimated",
          "HoursShadowedAfterLive");

  private final LocalDatabase database = ownSource();

  @BeforeEach
  void releaseOne() {
    migrate("1");
    // As it made them.
    executeAsRole(
        """
        create table metering.meter_report_2026_11
          (like metering.meter_report including defaults including constraints);
        alter table metering.meter_report attach partition metering.meter_report_2026_11
          for values from ('2026-11-01 00:00:00+00:00') to ('2026-12-01 00:00:00+00:00');
        """);
    meter(MeterKind.SUM_HOURLY);
    stripe.addCustomer("cus_a");
    reading(database, "a", "cus_a", Pipeline.METER, "5");
    for (int i = 5; i >= 1; i--) {
      tickOfReleaseOne(HOUR.minusHours(i));
    }
    for (String status : STATUSES) {
      report(OLDEST, status, "cus_" + status, status);
    }
  }

  @Test
  void oldHoursRingNothingAndWhatWaitedIsSent() {
    report(HOUR.minusHours(1), "a", "cus_a", "pending");
    Pipeline pipeline = upgraded();

    Printed printed = printedByTick(pipeline);
    drain(pipeline);

    for (String metric : NEWLY_SHOWN) {
      assertThat(printed.metric(metric)).as(metric).isZero();
    }
    assertThat(printed.metric("OrganizationsNewlyRejected")).isZero();
    assertThat(printed.metric("CaptureDropped")).isZero();
    assertThat(printed.metric("OldestUncapturedAge")).isZero();
    assertThat(
            database.queryTexts(
                "select live_from = ?::timestamptz from metering.stack", OLDEST.start().toString()))
        .containsExactly("t");
    assertThat(stripe.acceptedEvents())
        .extracting(event -> event.identifier())
        .containsExactlyInAnyOrder(identifier(HOUR.minusHours(1), "a"), identifier(HOUR, "a"));
    assertThat(statuses()).containsExactlyInAnyOrderElementsOf(STATUSES);
  }

  /** It took texts that neither the queue nor Stripe takes; each tick failed on them since. */
  @Test
  void whatCannotBeSentIsRejectedByNameAndStopsNobody() {
    Hour before = HOUR.minusHours(1);
    report(before, "a", "cus_a", "pending");
    report(before, "b", "\u3000", "pending");
    report(before, "c", "cus c", "pending");
    report(before, "d\f", "cus_d", "pending");
    report(before, "\u3000", "cus_e", "pending");
    Pipeline pipeline = upgraded();

    Printed printed = printedByTick(pipeline);
    drain(pipeline);

    assertThat(
            database.queryTexts(
                "select stripe_customer_id || ' ' || failure_code || ' ' || value from"
                    + " metering.meter_report where rejected_by = 'capture' order by 1"))
        .containsExactlyInAnyOrder(
            "\u3000 customer_invalid 3",
            "cus c customer_invalid 3",
            "cus_d organization_invalid 3",
            "cus_e organization_invalid 3");
    assertThat(printed.metric("OrganizationsNewlyRejected")).isEqualTo(4);
    assertThat(stripe.acceptedEvents()).hasSize(2);
  }

  /** A person rolls back, or a function of the old release is still at work. */
  @Test
  void statementsOfReleaseOneRunOnTheResultAndBothGoOn() {
    Pipeline pipeline = upgraded();
    printedByTick(pipeline);
    drain(pipeline);

    Hour next = HOUR.plusHours(1);
    tickOfReleaseOne(next);
    report(next, "a", "cus_a", "pending");
    report(next, "b", "cus_b", "pending");
    executeAsRole(
        """
        update metering.tick set publisher_until = now()
        where hour = '%1$s' and status = 'captured' and published_at is null;
        update metering.tick set published_through = '{a,active_sensors}', published_at = now()
        where hour = '%1$s';
        update metering.meter_report as r
        set status = o.status, settled_at = o.at, stripe_request_id = o.request_id,
          failure_code = o.code, failure_message = o.message
        from unnest(array['%1$s']::timestamptz[], array['b'], array['active_sensors'], array[0],
          array['accepted'], array[now()], array['req_1'], array[null], array[null])
          as o(hour, organization_id, meter, revision, status, at, request_id, code, message)
        where r.hour = o.hour and r.organization_id = o.organization_id and r.meter = o.meter
          and r.revision = o.revision and r.status in ('pending', 'unresolved', 'expired');
        """
            .formatted(next.start()));
    assertThat(
            database.queryTexts(
                "select status from metering.meter_report where" + " organization_id = 'b'"))
        .containsExactly("accepted");

    toHour(HOUR.plusHours(2));
    printedByTick(pipeline);
    drain(pipeline);
    assertThat(stripe.acceptedEvents())
        .extracting(event -> event.identifier())
        .containsExactlyInAnyOrder(
            identifier(HOUR, "a"), identifier(next, "a"), identifier(HOUR.plusHours(2), "a"));
  }

  @Test
  void migrationRewritesAndScansNoTable() {
    database.openConnections();
    String files =
        "select relname || ' ' || relfilenode from pg_class where relname in ('tick',"
            + " 'meter_report_2026_11') order by 1";
    // PostgreSQL 14 shows scans up to half a second late: those before the migration as well.
    String scans =
        "select case when current_setting('server_version_num')::int >= 150000"
            + " then (seq_scan + idx_scan)::text else 'shown late' end"
            + " from pg_stat_user_tables where relname = 'meter_report_2026_11'";
    List<String> filesBefore = database.queryTexts(files);
    List<String> scansBefore = database.queryTexts(scans);

    migrate("2");

    database.openConnections();
    assertThat(filesBefore).hasSize(2);
    assertThat(database.queryTexts(files)).isEqualTo(filesBefore);
    assertThat(database.queryTexts(scans)).isEqualTo(scansBefore);
  }

  private Pipeline upgraded() {
    return pipeline(database, Map.of("SOURCE", "own", "BILL_FROM", OLDEST.start().toString()));
  }

  private Printed printedByTick(Pipeline pipeline) {
    var scheduler = pipeline.newScheduler();
    return Printed.by(() -> tick(pipeline, scheduler, Hour.floor(clock.instant())));
  }

  private List<String> statuses() {
    return database.queryTexts(
        "select status from metering.meter_report where hour = ?::timestamptz",
        OLDEST.start().toString());
  }

  private void tickOfReleaseOne(Hour hour) {
    executeAsRole(
        """
        insert into metering.tick
          (hour, status, captured_at, reports, rejected, total, send_before, published_at)
        values ('%1$s', 'captured', '%1$s', 1, 0, 5, '%1$s', '%1$s')
        """
            .formatted(hour.start()));
  }

  /** With the columns that its capture wrote, and its recorder's. */
  private void report(Hour hour, String organization, String customer, String status) {
    database.execute(
        """
        insert into metering.meter_report
          (hour, organization_id, meter, kind, value, stripe_customer_id, identifier, status,
           captured_at, send_before, settled_at, failure_code, failure_message)
        select hour, ?, 'active_sensors', 'sum-hourly', 3, ?, ?, status, hour,
          hour + interval '50 minutes', case when status <> 'pending' then hour end,
          case when status = 'rejected' then 'gone' end,
          case when status = 'rejected' then 'Gone.' end
        from (values (?::timestamptz, ?)) as given(hour, status)
        """,
        organization,
        customer,
        identifier(hour, organization),
        hour.start().toString(),
        status);
  }

  private static String identifier(Hour hour, String organization) {
    return organization.codePoints().allMatch(c -> c > ' ' && c <= '~')
        ? new ReportKey(hour, Pipeline.METER, organization, 0).toString()
        : "active_sensors:" + organization + ":" + hour;
  }

  private void migrate(String version) {
    Flyway.configure()
        .dataSource(
            "jdbc:postgresql://%s:%d/%s"
                .formatted(database.host(), database.port(), database.name()),
            database.user(),
            database.password())
        .defaultSchema("metering")
        .schemas("metering")
        .createSchemas(false)
        .baselineOnMigrate(true)
        .baselineVersion("0")
        .locations("classpath:db/ledger")
        .target(version)
        .load()
        .migrate();
  }

  private void executeAsRole(String script) {
    try (Connection role = database.connectAsRole();
        var statement = role.createStatement()) {
      statement.execute(script);
    } catch (SQLException e) {
      throw new IllegalStateException(script, e);
    }
  }
}
