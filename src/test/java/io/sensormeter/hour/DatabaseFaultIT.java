package io.sensormeter.hour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatRuntimeException;

import io.sensormeter.local.Pipeline;
import io.sensormeter.local.Printed;
import io.sensormeter.local.aws.EventSource;
import io.sensormeter.local.postgres.DatabaseWire;
import io.sensormeter.local.postgres.DatabaseWire.Cut;
import io.sensormeter.local.postgres.LocalDatabase;
import io.sensormeter.meter.Hour;
import io.sensormeter.meter.MeterKind;
import io.sensormeter.scheduler.SchedulerHandler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The connection is cut at each commit in turn, before the server has seen it and after. */
final class DatabaseFaultIT extends HourFixture {
  private static final int ORGANIZATIONS = 12;

  @ParameterizedTest
  @EnumSource
  void everyCommitOfATickMayFailOrLoseItsAnswerAndEachHourIsBilledOnce(Cut cut) {
    meter(MeterKind.SUM);
    LocalDatabase database = application(ORGANIZATIONS);
    DatabaseWire wire = databaseWire(database);
    Pipeline pipeline = pipeline(database, behind(wire, MeterKind.SUM));
    letTimePass(pipeline);
    SchedulerHandler scheduler = pipeline.newScheduler();
    EventSource reporter = pipeline.newReporter();
    EventSource recorder = pipeline.newRecorder();
    tick(pipeline, scheduler, HOUR);

    Hour hour = HOUR;
    boolean reached = true;
    for (int nth = 1; reached; nth++) {
      hour = hour.plusHours(1);
      Hour now = hour;
      toHour(hour);
      wire.cutAtCommit(nth, cut);
      List<RuntimeException> failed = new ArrayList<>();
      Printed printed =
          Printed.by(() -> failureOfTick(pipeline, scheduler, now).ifPresent(failed::add));
      reached = wire.hasCut();
      wire.cutAtCommit(0, cut);
      // Two days ahead there is nothing yet that a month's partition is needed for.
      assertThat(
              !failed.isEmpty()
                  || printed.warnings().stream()
                      .anyMatch(line -> line.message().contains("may stand or not")))
          .as("tick fails, or says what waits, when commit %d is cut", nth)
          .isEqualTo(reached);
      assertThat(failed).allSatisfy(e -> assertThat(e).hasMessageContaining("may stand or not"));
      // The retry, before the hour's claim has ended: it waits for that, and publishes the rest.
      clock.advance(Duration.ofMinutes(1));
      assertThat(tick(pipeline, scheduler, hour)).containsEntry("complete", true);
      assertThat(
              database.queryLong("select count(*) from metering.tick where published_at is null"))
          .isZero();
      reporter.drain(ROUNDS);
      recorder.drain(ROUNDS);
    }
    for (int i = 0; i < 2; i++) {
      nextHour(pipeline);
    }

    long hours = HOUR.hoursUntil(hour) + 3;
    assertThat(hours).as("commits of a tick").isGreaterThan(10);
    assertThat(reports(pipeline, "accepted")).isEqualTo(hours * ORGANIZATIONS);
    assertThat(reports(pipeline)).isEqualTo(hours * ORGANIZATIONS);
    assertAgreement(pipeline);
  }

  @ParameterizedTest
  @EnumSource
  void outcomesWhoseCommitFailsOrLosesItsAnswerReturnAndChangeTheLedgerOnce(Cut cut) {
    meter(MeterKind.SUM_HOURLY);
    LocalDatabase database = application(ORGANIZATIONS);
    DatabaseWire wire = databaseWire(database);
    Pipeline pipeline = pipeline(database, behind(wire, MeterKind.SUM_HOURLY));
    tick(pipeline);
    pipeline.newReporter().drain(ROUNDS);
    EventSource recorder = pipeline.newRecorder();

    // The first two only look for the ledger and at its version.
    wire.cutAtCommit(3, cut);
    recorder.pollOnce();

    assertThat(recorder.deleted()).isZero();
    assertThat(reports(pipeline, "pending")).isEqualTo(cut == Cut.BEFORE ? ORGANIZATIONS : 0);
    clock.advance(Duration.ofMinutes(6));
    recorder.drain(ROUNDS);
    assertThat(reports(pipeline, "accepted")).isEqualTo(ORGANIZATIONS);
    assertAgreement(pipeline);
  }

  @Test
  void captureThatDiesHalfwayLeavesTheHourOwedAndTheNextTickBillsIt() {
    meter(MeterKind.SUM_HOURLY);
    LocalDatabase database = ownSource();
    for (String organization : List.of("a", "b")) {
      stripe.addCustomer("cus_" + organization);
      reading(database, organization, "cus_" + organization, Pipeline.METER, "7");
    }
    // A row that ends the session which reads it.
    database.execute(
        """
        create table public.deadly as select true as deadly;
        grant select on public.deadly to %s;
        """
            .formatted(database.user()));
    database.createSource(
        """
        language plpgsql as $$ begin
          return query select * from public.readings limit 1;
          if exists (select from public.deadly) then
            perform pg_terminate_backend(pg_backend_pid());
          end if;
          return query select * from public.readings offset 1;
        end $$
        """);
    Pipeline pipeline = pipeline(database, Map.of("SOURCE", "own"));
    SchedulerHandler scheduler = pipeline.newScheduler();

    assertThatRuntimeException()
        .isThrownBy(() -> tick(pipeline, scheduler, HOUR))
        .withMessageContaining("tick " + HOUR + " is incomplete")
        .withMessageContaining("capturing " + HOUR + " failed");
    assertThat(ledger(pipeline)).isEmpty();

    database.execute("delete from public.deadly");
    tick(pipeline, scheduler, HOUR);
    drain(pipeline);
    assertThat(reports(pipeline, "accepted")).isEqualTo(2);
    assertAgreement(pipeline);
  }

  @ParameterizedTest
  @EnumSource
  void everyCommitOfTheMigrationsMayFailOrLoseItsAnswerAndTheNextTickGoesOn(Cut cut) {
    meter(MeterKind.SUM_HOURLY);
    boolean migrating = true;
    for (int nth = 1; migrating; nth++) {
      LocalDatabase database = application(2);
      DatabaseWire wire = databaseWire(database);
      Pipeline pipeline = pipeline(database, behind(wire, MeterKind.SUM_HOURLY));
      letTimePass(pipeline);
      SchedulerHandler scheduler = pipeline.newScheduler();
      wire.cutAtCommit(nth, cut);
      // Flyway itself bears some of them, such as the end of a lock; the tick then goes through.
      migrating =
          failureOfTick(pipeline, scheduler, HOUR)
              .map(e -> String.valueOf(e.getMessage()).startsWith("migrating schema metering"))
              .orElse(true);
      wire.cutAtCommit(0, cut);

      toHour(HOUR.plusHours(1));
      tick(pipeline, scheduler, HOUR.plusHours(1));
      drain(pipeline);

      assertThat(reports(pipeline, "accepted")).as("after a cut at commit %d", nth).isEqualTo(4);
      assertAgreement(pipeline);
      assertThat(migrating || nth > 5).as("%d commits of migrations", nth - 1).isTrue();
      toHour(HOUR);
    }
  }

  private static Map<String, String> behind(DatabaseWire wire, MeterKind kind) {
    return Map.of(
        "DATABASE_PORT", String.valueOf(wire.port()), "METERS", "active_sensors:" + kind.label());
  }
}
