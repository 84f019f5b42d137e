package io.sensormeter.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import io.sensormeter.config.SchedulerSettings;
import io.sensormeter.config.Secrets;
import io.sensormeter.database.Database;
import io.sensormeter.lambda.Time;
import io.sensormeter.local.Pipeline;
import io.sensormeter.local.Services;
import io.sensormeter.local.SettableClock;
import io.sensormeter.local.postgres.LocalDatabase;
import io.sensormeter.local.stripe.FakeStripe;
import io.sensormeter.meter.GoldenIdentifiers;
import io.sensormeter.meter.GoldenIdentifiers.Golden;
import io.sensormeter.meter.Hour;
import io.sensormeter.meter.ReportKey;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The revision that stands in the place of a report, whoever asks for it. */
@Tag("postgres")
final class RevisionsIT {
  private static final Hour HOUR = GoldenIdentifiers.HOUR;
  private static final Instant NOW = HOUR.start().plus(Duration.ofMinutes(40));
  private static final Duration LATE_AFTER = Duration.ofHours(2);

  private static LocalDatabase application;
  private static Database database;

  @BeforeAll
  static void migrate() {
    application = Services.postgres().newDatabase();
    SettableClock clock = new SettableClock(HOUR.start());
    try (FakeStripe stripe = FakeStripe.start(clock);
        Pipeline pipeline =
            new Pipeline(
                application, Services.sqs(), Services.secrets(), stripe, clock, Map.of())) {
      pipeline.invoke(pipeline.newScheduler(), "{\"command\":\"tick\"}");
      database =
          new Database(
              SchedulerSettings.read(pipeline.environment()).database(),
              new Secrets(Services.secrets().client()),
              Duration.ofSeconds(5),
              Time.of(clock));
    }
  }

  @AfterEach
  void forget() {
    application.execute("delete from metering.meter_report");
  }

  @AfterAll
  static void close() {
    database.close();
  }

  @Test
  void revisionBearsTheGoldenIdentifierAndAllThatWasFrozen() {
    List<ReportKey> first =
        GoldenIdentifiers.ALL.stream()
            .map(golden -> key(golden.meter(), golden.organizationId(), 0))
            .distinct()
            .toList();
    first.forEach(report -> stands(report.meter(), report.organizationId(), "accepted"));

    assertThat(automatic(NOW, first)).isEqualTo(first.size());

    assertThat(
            application.queryTexts(
                "select identifier from metering.meter_report where revision = 1"))
        .containsAll(
            GoldenIdentifiers.ALL.stream()
                .filter(golden -> golden.revision() == 1)
                .map(Golden::identifier)
                .toList())
        .doesNotHaveDuplicates();
    assertThat(
            application.queryLong(
                """
                select count(*) from metering.meter_report as old
                join metering.meter_report as new
                  on new.hour = old.hour and new.meter = old.meter
                  and new.organization_id = old.organization_id and new.revision = 1
                where old.revision = 0 and old.status = 'replaced' and new.status = 'pending'
                  and new.value = old.value and new.stripe_customer_id = old.stripe_customer_id
                  and new.kind = old.kind and new.event_time = old.event_time
                  and new.captured_at = ?::timestamptz and new.held is null
                  and new.first_published_at is null and new.reason = 'absent: twice'
                """,
                NOW.toString()))
        .isEqualTo(
            application.queryLong("select count(*) from metering.meter_report where revision = 0"));
  }

  /** No copy of its predecessor comes after it. */
  @ParameterizedTest
  @CsvSource({"14:55Z, 14:55", "14:40Z, none", "14:20Z, none", "none, none"})
  void revisionWaitsForThePredecessorsCopiesToExpire(String before, String waits) {
    stands(Pipeline.METER, "a", "accepted");
    application.execute(
        "update metering.meter_report set send_before = nullif(?, 'none')::timestamptz",
        before.replaceFirst("^\\d", "2026-11-22T$0"));

    automatic(NOW, List.of(key(Pipeline.METER, "a", 0)));

    assertThat(
            application.queryTexts(
                """
                select coalesce(to_char(send_before at time zone 'UTC', 'HH24:MI'), 'none')
                from metering.meter_report where revision = 1
                """))
        .containsExactly(waits);
  }

  @ParameterizedTest
  @CsvSource({"7200, false", "7201, true"})
  void revisionAfterTheGraceOfInvoicesIsLateFromBirth(int seconds, boolean late) {
    stands(Pipeline.METER, "a", "accepted");

    automatic(HOUR.start().plusSeconds(seconds), List.of(key(Pipeline.METER, "a", 0)));

    assertThat(
            application.queryTexts(
                "select late::text from metering.meter_report where revision = 1"))
        .containsExactly(String.valueOf(late));
  }

  @ParameterizedTest
  @EnumSource
  void onlyWhatWasSettledIsReplaced(ReportStatus status) {
    boolean open =
        List.of(ReportStatus.SHADOW, ReportStatus.PENDING, ReportStatus.REPLACED).contains(status);
    stands(Pipeline.METER, "a", status.label());

    assertThat(automatic(NOW, List.of(key(Pipeline.METER, "a", 0)))).isEqualTo(open ? 0 : 1);

    assertThat(application.queryLong("select count(*) from metering.meter_report"))
        .isEqualTo(open ? 1 : 2);
  }

  /** Another has taken the place of one since; the others do not wait for a person. */
  @Test
  void whosePlaceIsTakenStaysAsItIsAndKeepsNoOtherFromItsRevision() {
    stands(Pipeline.METER, "a", "rejected");
    stands(Pipeline.METER, "b", "rejected");
    insert(Pipeline.METER, "d", "accepted", customer(Pipeline.METER, "b"));

    assertThat(automatic(NOW, List.of(key(Pipeline.METER, "a", 0), key(Pipeline.METER, "b", 0))))
        .isEqualTo(1);

    assertThat(
            application.queryTexts(
                """
                select concat_ws(' ', organization_id, revision, status)
                from metering.meter_report where organization_id in ('a', 'b') order by 1
                """))
        .containsExactly("a 0 replaced", "a 1 pending", "b 0 rejected");
  }

  private int automatic(Instant now, List<ReportKey> keys) {
    return database.transaction(
        "a test", transaction -> Revisions.automatic(transaction, keys, "twice", now, LATE_AFTER));
  }

  private static ReportKey key(String meter, String organization, int revision) {
    return new ReportKey(HOUR, meter, organization, revision);
  }

  private void stands(String meter, String organization, String status) {
    insert(meter, organization, status, customer(meter, organization));
  }

  private static String customer(String meter, String organization) {
    return "cus_" + Integer.toHexString((meter + organization).hashCode());
  }

  private void insert(String meter, String organization, String status, String customer) {
    application.execute(
        """
        insert into metering.meter_report
          (hour, organization_id, meter, kind, event_time, value, stripe_customer_id, identifier,
           status, captured_at, failure_code)
        values (?::timestamptz, ?, ?, 'sum-hourly', ?::timestamptz, 5, ?, ?, ?, ?::timestamptz, 'by_hand')
        """,
        HOUR.start().toString(),
        organization,
        meter,
        HOUR.start().toString(),
        customer,
        key(meter, organization, 0).toString(),
        status,
        HOUR.start().toString());
  }
}
