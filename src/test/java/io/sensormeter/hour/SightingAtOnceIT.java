package io.sensormeter.hour;

import static org.assertj.core.api.Assertions.assertThat;

import io.sensormeter.local.Pipeline;
import io.sensormeter.local.postgres.LocalDatabase;
import io.sensormeter.meter.MeterKind;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A person's command and a sighting reach one report at the same moment, in either order. */
final class SightingAtOnceIT extends HourFixture {
  private static final String RETRY =
      """
      {"command": "retry", "from": "%1$s", "to": "%1$s", "organization": "late", "by": "ann"}
      """;
  private static final String CORRECT =
      """
      {"command": "correct", "hour": "%1$s", "organization": "late", "meter": "active_sensors",
       "value": 8, "reason": "miscounted", "by": "ann"}
      """;
  private static final String ACKNOWLEDGE =
      """
      {"command": "acknowledge", "from": "%1$s", "to": "%1$s", "code": "absent", "note": "seen",
       "by": "ann"}
      """;

  private final LocalDatabase database = ownSource();

  @ParameterizedTest
  @CsvSource({
    "sum, retry, true, 5",
    "sum, retry, false, 5",
    "sum, acknowledge, true, 5",
    "sum, acknowledge, false, 5",
    "sum-hourly, correct, true, 8",
    "sum-hourly, correct, false, 8"
  })
  void hourIsBilledOnceWhicheverIsFirst(
      String kind, String command, boolean commandFirst, long billed) {
    meter(MeterKind.parse(kind));
    for (String organization : new String[] {"late", "well"}) {
      stripe.addCustomer("cus_" + organization);
      reading(database, organization, "cus_" + organization, Pipeline.METER, "5");
    }
    Pipeline pipeline =
        pipeline(
            database,
            Map.of(
                "SOURCE", "own", "VERIFY_EVERY_HOURS", "2", "METERS", Pipeline.METER + ":" + kind));
    // Stripe counts it, and does not show it until a person and a look come at once.
    stripe.summariesLagBehind("cus_late", Duration.ofHours(15));
    int hours = kind.equals("sum") ? 16 : 2;
    Warm warm = Warm.of(pipeline);
    for (int i = 0; i < hours; i++) {
      hour(warm, i);
    }
    if (kind.equals("sum")) {
      assertThat(statuses()).isEqualTo("0 discrepancy");
    }
    stripe.summariesLagBehind("cus_late", Duration.ZERO);
    toHour(HOUR.plusHours(hours));
    warm.tick(HOUR.plusHours(hours));
    warm.drain();
    warm.verifier().drain(ROUNDS);
    String json =
        switch (command) {
          case "retry" -> RETRY;
          case "correct" -> CORRECT;
          default -> ACKNOWLEDGE;
        };

    atOnce(
        () -> pipeline.invoke(warm.scheduler(), json.formatted(HOUR)),
        () -> warm.recorder().drain(ROUNDS),
        commandFirst);
    for (int i = hours + 1; i < hours + 13; i++) {
      hour(warm, i);
    }

    assertThat(statuses()).matches("0 verified|0 replaced, 1 verified");
    assertThat(
            stripe.aggregatedValue(
                Pipeline.METER, "cus_late", HOUR.start(), HOUR.plusHours(1).start()))
        .isEqualByComparingTo(String.valueOf(billed));
  }

  private void hour(Warm warm, int i) {
    toHour(HOUR.plusHours(i));
    warm.tick(HOUR.plusHours(i));
    warm.drain();
    warm.verify();
  }

  /** Both wait for the report, one behind the other. */
  private void atOnce(Runnable command, Runnable sighting, boolean commandFirst) {
    try (ExecutorService threads = Executors.newFixedThreadPool(2);
        Connection holder = database.connectAsOwner();
        Statement statement = holder.createStatement()) {
      holder.setAutoCommit(false);
      statement.execute(
          "select from metering.meter_report where organization_id = 'late' and hour = '%s' for update"
              .formatted(HOUR.start()));
      Future<?> first = threads.submit(commandFirst ? command : sighting);
      awaitWaiting(1, first);
      Future<?> second = threads.submit(commandFirst ? sighting : command);
      awaitWaiting(2, second);
      holder.commit();
      first.get();
      second.get();
    } catch (SQLException | InterruptedException e) {
      throw new IllegalStateException(e);
    } catch (ExecutionException e) {
      // After the sighting there may be nothing left to do for the person.
      assertThat(commandFirst).as(String.valueOf(e.getCause())).isFalse();
      assertThat(e).hasCauseInstanceOf(IllegalArgumentException.class);
    }
  }

  /** What ends instead of waiting fails the test, and does not hang it. */
  private void awaitWaiting(int sessions, Future<?> newest)
      throws InterruptedException, ExecutionException {
    while (database.queryLong(
            "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and usename = ?",
            database.user())
        < sessions) {
      try {
        newest.get(10, TimeUnit.MILLISECONDS);
        throw new AssertionError("it did not wait for the report");
      } catch (TimeoutException e) {
        // It is still on its way there.
      }
    }
  }

  private String statuses() {
    return String.join(
        ", ",
        database.queryTexts(
            """
            select revision || ' ' || status from metering.meter_report
            where organization_id = 'late' and hour = ?::timestamptz order by revision
            """,
            HOUR.start().toString()));
  }
}
