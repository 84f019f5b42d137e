package io.sensormeter.hour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.sensormeter.local.Pipeline;
import io.sensormeter.local.Services;
import io.sensormeter.local.postgres.ApplicationData;
import io.sensormeter.local.postgres.LocalDatabase;
import io.sensormeter.meter.Hour;
import io.sensormeter.meter.MeterKind;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What a person asks of SchedulerFunction. */
@Tag("postgres")
final class CommandIT extends HourFixture {
  private static final int ORGANIZATIONS = 12;
  private static final Hour FROM = HOUR.minusHours(5);
  private static final String FIRST = ApplicationData.organizationId(1);

  @Test
  void reportCapturesOneOrganizationOnceAndTheTickPassesOverIt() {
    meter(MeterKind.SUM_HOURLY);
    Pipeline pipeline = pipeline(application(ORGANIZATIONS), Map.of());

    assertThat(report(pipeline, pipeline.newScheduler(), FIRST))
        .containsEntry("captured", 1)
        .containsEntry("published", 1);
    List<String> once = ledger(pipeline);
    assertThat(report(pipeline, pipeline.newScheduler(), FIRST))
        .containsEntry("captured", 0)
        .containsEntry("published", 0)
        .extractingByKey("standing")
        .asString()
        .contains("pending", FIRST);
    assertThat(ledger(pipeline)).isEqualTo(once);
    assertThat(Services.sqs().depth(pipeline.reportsUrl())).isEqualTo(1);

    clock.advance(Duration.ofSeconds(1));
    assertThat(tick(pipeline)).containsEntry("published", ORGANIZATIONS - 1);
    drain(pipeline);
    assertThat(reports(pipeline, "accepted")).isEqualTo(ORGANIZATIONS);
    assertAgreement(pipeline);
  }

  @Test
  void reportOfAnOrganizationWithoutAReadingIsRefused() {
    Pipeline pipeline = pipeline(application(1), Map.of());

    assertThatIllegalArgumentException()
        .isThrownBy(() -> report(pipeline, pipeline.newScheduler(), "nobody"))
        .withMessageContaining("organization 'nobody' has no reading at " + HOUR)
        .withMessageContaining("nothing was captured or sent");

    assertThat(ledger(pipeline)).isEmpty();
  }

  private static final List<String> DRY_RUNS =
      List.of(
          "{\"command\":\"tick\",\"dryRun\":true}",
          "{\"command\":\"report\",\"organization\":\"ONE\",\"dryRun\":true}",
          "{\"command\":\"backfill\",\"from\":\"HOUR\",\"to\":\"HOUR\",\"dryRun\":true}",
          "{\"command\":\"backfill\",\"from\":\"HOUR\",\"to\":\"HOUR\","
              + "\"organization\":\"ONE\",\"dryRun\":true}");

  static Stream<String> dryRuns() {
    return DRY_RUNS.stream();
  }

  static Stream<String> commandsThatOnlyRead() {
    return Stream.concat(dryRuns(), Stream.of("{\"command\":\"status\"}"));
  }

  @ParameterizedTest
  @MethodSource("dryRuns")
  void dryRunSaysWhatItWouldCaptureAndWritesAndSendsNothing(String command) {
    Pipeline pipeline = pipeline(application(ORGANIZATIONS), Map.of());
    migrated(pipeline);
    List<String> before = ledger(pipeline);

    Map<String, Object> answer = pipeline.invoke(pipeline.newScheduler(), filled(command));

    assertThat(answer)
        .containsEntry("dryRun", true)
        .extractingByKey("wouldCapture")
        .asString()
        .contains("reports=" + (command.contains("ONE") ? 1 : ORGANIZATIONS));
    assertThat(ledger(pipeline)).isEqualTo(before);
    assertThat(pipeline.depth()).isZero();
  }

  @ParameterizedTest
  @MethodSource("commandsThatOnlyRead")
  void whatOnlyReadsMigratesNothingNamesBothVersionsAndStops(String command) {
    Pipeline pipeline = pipeline(application(1), Map.of());

    assertThatIllegalStateException()
        .isThrownBy(() -> pipeline.invoke(pipeline.newScheduler(), filled(command)))
        .withMessageContaining("the ledger is at version 0 (not made yet), this release needs ")
        .withMessageContaining("pending: V1__ledger.sql")
        .withMessageContaining("R__billable_readings.sql")
        .withMessageContaining("{\"command\":\"tick\"} migrates it");

    assertThat(
            pipeline
                .database()
                .queryTexts(
                    "select relname from pg_class where relnamespace = 'metering'::regnamespace"))
        .isEmpty();
  }

  private static String filled(String command) {
    return command.replace("HOUR", HOUR.start().toString()).replace("ONE", FIRST);
  }

  /** The tick of the hour before migrates, and captures that one in shadow. */
  private void migrated(Pipeline pipeline) {
    toHour(HOUR.minusHours(1));
    tick(pipeline);
    toHour(HOUR);
  }

  @Test
  void backfillBillsWhatWasNeverCapturedAndNothingTwice() {
    meter(MeterKind.SUM_HOURLY);
    Pipeline pipeline = pipeline(application(ORGANIZATIONS), Map.of("CATCH_UP_HOURS", "1"));
    tick(pipeline);
    toHour(HOUR.plusHours(4));
    tick(pipeline);
    // Between the two ticks four hours have become too old to be captured by themselves.
    assertThat(pipeline.database().queryTexts("select status from metering.tick order by hour"))
        .startsWith("captured", "skipped", "skipped")
        .endsWith("captured");

    String range =
        "{\"command\":\"backfill\",\"from\":\"%s\",\"to\":\"%s\"}"
            .formatted(HOUR.start(), HOUR.plusHours(4).start());
    Map<String, Object> first = pipeline.invoke(pipeline.newScheduler(), range);
    Map<String, Object> second = pipeline.invoke(pipeline.newScheduler(), range);

    assertThat(second).containsEntry("published", 0).containsEntry("hoursUnchanged", 5L);
    assertThat(first.get("hoursUnchanged")).isNotEqualTo(5L);
    drain(pipeline);
    assertThat(reports(pipeline, "accepted")).isEqualTo(5L * ORGANIZATIONS);
    assertAgreement(pipeline);
  }

  @Test
  void backfillOfOneOrganizationBeforeBillFromNeedsToBeSaid() {
    meter(MeterKind.SUM_HOURLY);
    Pipeline pipeline = pipeline(application(ORGANIZATIONS), Map.of());
    String before =
        "{\"command\":\"backfill\",\"from\":\"%s\",\"to\":\"%s\",\"organization\":\"%s\"}"
            .formatted(HOUR.minusHours(2).start(), HOUR.minusHours(1).start(), FIRST);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> pipeline.invoke(pipeline.newScheduler(), before))
        .withMessageContaining("lies before BILL_FROM " + HOUR)
        .withMessageContaining("\"beforeBillFrom\": true");
    assertThat(ledger(pipeline)).isEmpty();

    assertThat(
            pipeline.invoke(
                pipeline.newScheduler(), before.replace("}", ",\"beforeBillFrom\":true}")))
        .containsEntry("published", 2)
        .containsEntry("hoursUnchanged", 0L);
    drain(pipeline);
    assertThat(reports(pipeline, "accepted")).isEqualTo(2);
    assertAgreement(pipeline);
  }

  @Test
  void backfillOfAnUnknownOrganizationIsRefused() {
    Pipeline pipeline = pipeline(application(1), Map.of("BILL_FROM", FROM.toString()));
    tick(pipeline);
    List<String> before = ledger(pipeline);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> backfill(pipeline, "nobody"))
        .withMessageContaining("organization 'nobody' has neither a reading nor a report")
        .withMessageContaining("nothing was captured or sent");

    assertThat(ledger(pipeline)).isEqualTo(before);
    take(pipeline.reportsUrl());
  }

  @Test
  void backfillThatHadTooLittleTimeSaysWhereToGoOnAndDoesWhenRepeated() {
    meter(MeterKind.SUM_HOURLY);
    Pipeline pipeline = pipeline(application(1), Map.of("BILL_FROM", FROM.toString()));
    toHour(HOUR);
    AtomicInteger looks = new AtomicInteger();
    pipeline
        .context()
        .onRemaining(
            () -> {
              if (looks.incrementAndGet() > 12) {
                pipeline.context().setRemaining(Duration.ofSeconds(25));
              }
            });

    Map<String, Object> first = backfill(pipeline, FIRST);
    long captured = reports(pipeline);
    assertThat(captured).isBetween(1L, 5L);
    assertThat(first)
        .extractingByKey("left")
        .asString()
        .contains("run the same command with \"to\": \"" + HOUR.minusHours(captured) + "\"");

    pipeline.context().onRemaining(() -> {});
    pipeline.context().setRemaining(Duration.ofMinutes(5));
    assertThat(backfill(pipeline, FIRST))
        .doesNotContainKey("left")
        .containsEntry("hoursUnchanged", captured);
    drain(pipeline);
    assertThat(reports(pipeline, "accepted")).isEqualTo(6);
  }

  private Map<String, Object> backfill(Pipeline pipeline, String organization) {
    return pipeline.invoke(
        pipeline.newScheduler(),
        """
        {"command": "backfill", "from": "%s", "to": "%s", "organization": "%s"}
        """
            .formatted(FROM.start(), HOUR.start(), organization));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          2026-11-22T14:00:00Z | 2026-11-22T13:00:00Z | lies after to
          2026-11-22T14:00:00Z | 2026-11-22T15:00:00Z | has not come
          2026-10-01T14:00:00Z | 2026-10-01T15:00:00Z | Stripe takes events up to 35 days old
          2026-09-01T14:00:00Z | 2026-11-22T14:00:00Z | at most 816 at once
          """)
  void backfillOfARangeThatCannotBeBilledIsRefused(String from, String to, String because) {
    Pipeline pipeline = pipeline(application(1), Map.of());

    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                pipeline.invoke(
                    pipeline.newScheduler(),
                    "{\"command\":\"backfill\",\"from\":\"%s\",\"to\":\"%s\"}".formatted(from, to)))
        .withMessageContaining(because);

    assertThat(ledger(pipeline)).isEmpty();
  }

  @Test
  void statusCountsEveryOrganizationOnceAndMarksWhatWasEstimatedAndLate() {
    meter(MeterKind.SUM_HOURLY);
    LocalDatabase database = application(ORGANIZATIONS);
    database.execute(
        "update subscriptions set stripe_customer_id = 'cus_stranger' where organization_id ="
            + " ?::uuid",
        FIRST);
    Pipeline pipeline = pipeline(database, Map.of());
    // Captured an hour late, and so estimated; accepted after the hour, one more, and the grace.
    clock.advance(Duration.ofMinutes(100));
    tick(pipeline);
    clock.advance(Duration.ofMinutes(21));
    drain(pipeline);

    Map<?, ?> line = hour(pipeline, HOUR);

    assertThat(line.get("tick")).isEqualTo("captured");
    Map<?, ?> meter = first(line.get("meters"));
    assertThat(meter.get("organizations")).isEqualTo((long) ORGANIZATIONS);
    assertThat(meter.get("accepted")).isEqualTo(ORGANIZATIONS - 1L);
    assertThat(meter.get("rejected")).isEqualTo(1L);
    assertThat(meter.get("estimated")).isEqualTo((long) ORGANIZATIONS);
    assertThat(meter.get("late")).isEqualTo(ORGANIZATIONS - 1L);
    assertThat(hour(pipeline, HOUR.plusHours(2)).get("tick")).as("a minute old").isEqualTo("none");
    clock.advance(Duration.ofMinutes(9));
    assertThat(hour(pipeline, HOUR.plusHours(2)).get("tick")).isEqualTo("owed");
    assertThat(hour(pipeline, HOUR.minusHours(1)).get("tick")).isEqualTo("none");
  }

  private static Map<?, ?> hour(Pipeline pipeline, Hour hour) {
    Map<String, Object> answer =
        pipeline.invoke(
            pipeline.newScheduler(),
            "{\"command\":\"status\",\"from\":\"%1$s\",\"to\":\"%1$s\"}".formatted(hour.start()));
    return first(answer.get("hours"));
  }

  private static Map<?, ?> first(@Nullable Object list) {
    return (Map<?, ?>) ((List<?>) Objects.requireNonNull(list)).getFirst();
  }
}
