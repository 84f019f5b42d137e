package io.sensormeter.hour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.sensormeter.local.Pipeline;
import io.sensormeter.local.Printed;
import io.sensormeter.local.postgres.LocalDatabase;
import io.sensormeter.meter.MeterKind;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * BILL_FROM as people set it: too early, too late, mistyped, left out, on a ledger that has billed
 * nothing yet and on one that is live. No hour is billed twice, and none is lost unseen.
 */
@Tag("postgres")
final class BillFromIT extends HourFixture {
  private final LocalDatabase database = ownSource();

  /**
   * The hours are counted from HOUR, at which the first tick comes; the one at HOUR + 3 does not.
   */
  @ParameterizedTest
  @CsvSource({
    // Going live answers for 23 hours before the first tick; that there are others rings.
    "2020-01-01T00:00:00Z, -23, 60399",
    "2026-11-22T09:00:00Z, -5, 0",
    "2026-11-22T14:00:00Z, 0, 0",
    "2026-11-22T16:00:00Z, 2, 0",
    "2026-11-22T17:00:00Z, 3, 0",
    "2062-11-22T14:00:00Z, 99, 0",
    "'', 99, 0"
  })
  void newLedgerBillsFromThereOnAndRingsForWhatIsOlder(String billFrom, int first, int ringing) {
    fill(MeterKind.SUM_HOURLY);
    Pipeline pipeline = pipeline(database, settings(MeterKind.SUM_HOURLY, billFrom));

    for (int i : List.of(0, 1, 2, 4, 5)) {
      assertThat(shadowedAtTick(pipeline, i)).as("tick %d", i).isEqualTo(ringing);
      drain(pipeline);
    }

    assertThat(billedHours()).isEqualTo(hours(first, 5));
    assertAgreement(pipeline);
  }

  @ParameterizedTest
  @CsvSource({
    // What is captured under the wrong setting at HOUR + 3 and HOUR + 4: hours 2, 3 and 4.
    // An earlier one bills nothing by itself, and rings.
    "2020-01-01T00:00:00Z, 60422, 60422, 0",
    "2026-11-22T09:00:00Z, 5, 5, 0",
    "2026-11-22T18:00:00Z, 2, 2, 2",
    "2026-11-24T00:00:00Z, 2, 3, 3",
    "2062-11-22T14:00:00Z, 2, 3, 3",
    "'', 2, 3, 3"
  })
  void liveLedgerOwesItsHoursWhateverIsSetLaterAndRingsUntilTheyAreReleased(
      String billFrom, int ringingAtFirst, int ringing, int shadow) {
    fill(MeterKind.SUM_HOURLY);
    Pipeline right = pipeline(database, settings(MeterKind.SUM_HOURLY, HOUR.start().toString()));
    for (int i = 0; i <= 1; i++) {
      shadowedAtTick(right, i);
      drain(right);
    }

    Pipeline wrong = pipeline(database, settings(MeterKind.SUM_HOURLY, billFrom));
    assertThat(shadowedAtTick(wrong, 3)).isEqualTo(ringingAtFirst);
    assertThat(shadowedAtTick(wrong, 4)).isEqualTo(ringing);
    drain(wrong);
    assertThat(billedHours()).hasSize(5 - shadow);

    // Released is what was captured, not what the source says by then.
    database.execute("update readings set value = value + 100");
    assertThat(shadowedAtTick(right, 5)).isEqualTo(shadow);
    Map<String, Object> answer = release(right, 0, 5, "");
    assertThat(String.valueOf(answer.get("released")).split("hour=", -1)).hasSize(shadow + 1);
    drain(right);
    assertThat(shadowedAtTick(right, 6)).isZero();
    drain(right);

    assertThat(billedHours()).isEqualTo(hours(0, 6));
    assertThat(
            database.queryTexts(
                "select distinct value::text from metering.meter_report"
                    + " where hour < ?::timestamptz order by 1",
                HOUR.plusHours(5).start().toString()))
        .containsExactly("5", "7");
    assertAgreement(right);
  }

  /** What a backfill leaves out was never owed: another system may have billed it. */
  @Test
  void backfillOwesNoHourThatItDoesNotCapture() {
    fill(MeterKind.SUM_HOURLY);
    Pipeline right = pipeline(database, settings(MeterKind.SUM_HOURLY, HOUR.start().toString()));
    shadowedAtTick(right, 0);
    drain(right);
    Pipeline earlier =
        pipeline(database, settings(MeterKind.SUM_HOURLY, HOUR.minusHours(10).start().toString()));

    backfill(earlier, -8, -8, ",\"organization\":\"a\"");
    assertThat(shadowedAtTick(earlier, 1)).isEqualTo(10);
    backfill(earlier, -6, -5, "");
    // Of ten hours two are captured; one organization of a third is.
    assertThat(shadowedAtTick(earlier, 2)).isEqualTo(8);
    drain(earlier);
    assertThat(reports(earlier, "accepted")).isEqualTo(1 + 2 * 2 + 3 * 2);

    backfill(earlier, -4, -1, "");
    backfill(earlier, -10, -7, "");
    assertThat(shadowedAtTick(earlier, 3)).isZero();
    drain(earlier);
    assertThat(billedHours()).isEqualTo(hours(-10, 3));
  }

  @Test
  void stackWhoseReadingsAreAllRejectedIsLiveAndRings() {
    meter(MeterKind.SUM_HOURLY);
    reading(database, "a", "cus_a ", Pipeline.METER, "5");
    Pipeline pipeline = pipeline(database, settings(MeterKind.SUM_HOURLY, HOUR.start().toString()));
    toHour(HOUR);

    Printed printed = Printed.by(() -> tick(pipeline));

    assertThat(printed.metric("OrganizationsNewlyRejected")).isEqualTo(1);
    assertThat(printed.metric("OpenRejected")).isEqualTo(1);
  }

  @Test
  void releaseIsRefusedWithoutAPersonsNameAndBeforeTheFirstHourBilledUnlessAskedFor() {
    fill(MeterKind.SUM_HOURLY);
    Pipeline shadow = pipeline(database, settings(MeterKind.SUM_HOURLY, ""));
    shadowedAtTick(shadow, 0);
    Pipeline live =
        pipeline(database, settings(MeterKind.SUM_HOURLY, HOUR.plusHours(1).start().toString()));
    assertThat(shadowedAtTick(live, 1)).isZero();
    drain(live);
    List<String> before = ledger(live);

    String range = "{\"command\":\"release\",\"from\":\"%1$s\",\"to\":\"%1$s\"%2$s}";
    assertThatIllegalArgumentException()
        .isThrownBy(() -> command(live, range.formatted(HOUR, ",\"beforeBillFrom\":true")))
        .withMessageContaining("\"by\"");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> command(live, range.formatted(HOUR, ",\"by\":\"ann\"")))
        .withMessageContaining("lies before " + HOUR.plusHours(1))
        .withMessageContaining("\"beforeBillFrom\": true");
    assertThat(
            command(live, range.formatted(HOUR, ",\"beforeBillFrom\":true,\"dryRun\":true"))
                .get("released"))
        .asString()
        .contains("reports=2");
    assertThat(ledger(live)).isEqualTo(before);
    assertThat(live.depth()).isZero();

    assertThat(release(live, 0, 0, ",\"beforeBillFrom\":true")).containsEntry("published", 2);
    drain(live);
    assertThat(release(live, 0, 0, ",\"beforeBillFrom\":true")).containsEntry("published", 0);

    assertThat(billedHours()).isEqualTo(hours(0, 1));
    assertThat(
            database.queryTexts(
                "select concat_ws(' ', by, command, rows, input ->> 'from') from metering.journal"
                    + " where rows is not null order by id"))
        .as("what was refused is there, too")
        .containsExactly(
            "release 0 " + HOUR,
            "ann release 0 " + HOUR,
            "ann release 2 " + HOUR,
            "ann release 0 " + HOUR);
    assertAgreement(live);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void ofALastMeterOnlyTheNewestHourIsReleasedAndTheDryRunSaysTheSame(boolean dryRun) {
    fill(MeterKind.LAST);
    Pipeline live = pipeline(database, settings(MeterKind.LAST, HOUR.start().toString()));
    shadowedAtTick(live, 0);
    drain(live);
    Pipeline wrong = pipeline(database, settings(MeterKind.LAST, ""));
    for (int i = 1; i <= 3; i++) {
      shadowedAtTick(wrong, i);
    }

    Map<String, Object> answer = release(live, 1, 3, ",\"dryRun\":" + dryRun);

    assertThat(answer.get("released")).asString().contains(HOUR.plusHours(3).toString());
    assertThat(String.valueOf(answer.get("released")).split("hour=", -1)).hasSize(2);
    assertThat(String.valueOf(answer.get("stayInShadow")).split("hour=", -1)).hasSize(3);
    drain(live);
    assertThat(billedHours()).isEqualTo(dryRun ? hours(0, 0) : List.of(hour(0), hour(3)));
  }

  @Test
  void whatIsOlderThanStripeTakesStaysInShadow() {
    fill(MeterKind.SUM_HOURLY);
    Pipeline live = pipeline(database, settings(MeterKind.SUM_HOURLY, HOUR.start().toString()));
    shadowedAtTick(live, 0);
    drain(live);
    shadowedAtTick(pipeline(database, settings(MeterKind.SUM_HOURLY, "")), 1);
    toHour(HOUR.plusHours(34L * 24));

    Map<String, Object> answer = release(live, 1, 1, "");

    assertThat(answer.get("released")).asString().isEqualTo("[]");
    assertThat(answer.get("stayInShadow")).asString().contains("reports=2");
    assertThat(billedHours()).isEqualTo(hours(0, 0));
  }

  private void fill(MeterKind kind) {
    meter(kind);
    stripe.addCustomer("cus_a");
    stripe.addCustomer("cus_b");
    reading(database, "a", "cus_a", Pipeline.METER, "5");
    reading(database, "b", "cus_b", Pipeline.METER, "7");
  }

  private static Map<String, String> settings(MeterKind kind, String billFrom) {
    return Map.of(
        "SOURCE", "own", "METERS", "active_sensors:" + kind.label(), "BILL_FROM", billFrom);
  }

  private double shadowedAtTick(Pipeline pipeline, int hour) {
    toHour(HOUR.plusHours(hour));
    var scheduler = pipeline.newScheduler();
    return Printed.by(() -> tick(pipeline, scheduler, HOUR.plusHours(hour)))
        .metric("HoursShadowedAfterLive");
  }

  private static void backfill(Pipeline pipeline, int from, int to, String more) {
    command(
        pipeline,
        "{\"command\":\"backfill\",\"from\":\"%s\",\"to\":\"%s\"%s}"
            .formatted(HOUR.plusHours(from), HOUR.plusHours(to), more));
  }

  private static Map<String, Object> release(Pipeline pipeline, int from, int to, String more) {
    return command(
        pipeline,
        "{\"command\":\"release\",\"by\":\"ann\",\"from\":\"%s\",\"to\":\"%s\"%s}"
            .formatted(HOUR.plusHours(from), HOUR.plusHours(to), more));
  }

  private static Map<String, Object> command(Pipeline pipeline, String json) {
    return pipeline.invoke(pipeline.newScheduler(), json);
  }

  /** The hours of which Stripe holds both organizations' events, each once. */
  private List<String> billedHours() {
    List<String> stamps =
        stripe.acceptedEvents().stream()
            .map(event -> event.timestamp().toString())
            .sorted()
            .toList();
    List<String> hours = stamps.stream().distinct().toList();
    assertThat(stamps)
        .isEqualTo(hours.stream().flatMap(h -> IntStream.range(0, 2).mapToObj(_ -> h)).toList());
    return hours;
  }

  private static List<String> hours(int from, int to) {
    return IntStream.rangeClosed(from, to).mapToObj(BillFromIT::hour).toList();
  }

  private static String hour(int i) {
    return HOUR.plusHours(i).start().toString();
  }
}
