package io.sensormeter.hour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.sensormeter.local.Pipeline;
import io.sensormeter.local.Printed;
import io.sensormeter.local.Services;
import io.sensormeter.local.postgres.LocalDatabase;
import io.sensormeter.meter.Hour;
import io.sensormeter.meter.MeterKind;
import io.sensormeter.meter.Sighting;
import io.sensormeter.meter.StripeMeter;
import io.sensormeter.queue.SightingFormat;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code retry}: what was refused goes out anew, once, and nothing that Stripe may hold does. */
@Tag("postgres")
final class RetryIT extends HourFixture {
  private static final String STRIPE_ID = "mtr_1";

  private LocalDatabase database = ownSource();

  /** Three customers were deleted in Stripe, and are there again six hours later. */
  @ParameterizedTest
  @EnumSource(names = {"SUM_HOURLY", "SUM"})
  void sixHoursOfRestoredCustomersAreBilledExactlyByOneCommand(MeterKind kind) {
    Pipeline pipeline = live(kind, "well", "a", "b", "c");
    List.of("cus_a", "cus_b", "cus_c").forEach(stripe::deleteCustomer);
    for (int hour = 0; hour < 6; hour++) {
      toHour(HOUR.plusHours(hour));
      tick(pipeline);
      drain(pipeline);
    }
    assertThat(reports(pipeline, "rejected")).isEqualTo(18);
    List.of("cus_a", "cus_b", "cus_c").forEach(stripe::addCustomer);
    List<String> before = ledger(pipeline);

    Map<String, Object> shown = retry(pipeline, 0, 5, ",\"dryRun\":true");
    assertThat(ledger(pipeline)).isEqualTo(before);
    Map<String, Object> answer = retry(pipeline, 0, 5, "");

    boolean additive = kind == MeterKind.SUM;
    assertThat(answer.get("reports")).isEqualTo(shown.get("reports"));
    assertThat(answer)
        .containsEntry("retried", 18)
        .containsEntry("refused", 0)
        .containsEntry("held", additive ? 18 : 0)
        // The copies of the last hour may still arrive.
        .containsEntry("published", additive ? 0 : 15);
    assertThat(List.of(shown.get("retried"), shown.get("held"), shown.get("published")))
        .isEqualTo(List.of(18, additive ? 18 : 0, 0));
    drain(pipeline);
    nextHour(pipeline);
    if (additive) {
      assertThat(reports(pipeline, "accepted")).isEqualTo(6 + 4);
      toHour(HOUR.plusHours(12));
      look(pipeline, usage("a"), usage("b"), usage("c"));
      tick(pipeline);
      drain(pipeline);
    }

    assertThat(reports(pipeline, "pending")).isZero();
    assertThat(
            database.queryLong(
                "select count(*) from metering.meter_report"
                    + " where hour < ?::timestamptz and status in ('accepted', 'verified')",
                HOUR.plusHours(6).start().toString()))
        .isEqualTo(24);
    assertAgreement(pipeline);
    assertThat(retry(pipeline, 0, 5, "")).containsEntry("retried", 0);
  }

  @Test
  void ofALastMeterTheNewestHourIsRetriedAndTheNextOneOvertakesIt() {
    Pipeline pipeline = live(MeterKind.LAST, "a");
    stripe.deleteCustomer("cus_a");
    tick(pipeline);
    drain(pipeline);
    nextHour(pipeline);
    stripe.addCustomer("cus_a");

    Map<String, Object> shown = retry(pipeline, 0, 1, ",\"dryRun\":true");
    Map<String, Object> answer = retry(pipeline, 0, 1, "");

    assertThat(answer).containsEntry("retried", 1).containsEntry("refused", 1);
    assertThat(answer.get("reports")).isEqualTo(shown.get("reports"));
    assertThat(answer.get("reports"))
        .asString()
        .contains("asked; goes by itself after Stripe has shown the hour absent under cus_a")
        .contains("a later hour of this organization or customer is live");
    nextHour(pipeline);
    assertThat(statuses())
        .containsExactly("a 0 rejected", "a 0 replaced", "a 0 accepted", "a 1 superseded");
    assertAgreement(pipeline);
  }

  /** The hour was refused, or so it seemed: Stripe shows a value, so that nothing is sent. */
  @ParameterizedTest
  @CsvSource({"5, accepted", "6, discrepancy"})
  void heldRevisionOfWhatStripeHoldsAfterAllIsNotSent(int shown, String status) {
    Pipeline pipeline = live(MeterKind.SUM, "a");
    stripe.deleteCustomer("cus_a");
    tick(pipeline);
    drain(pipeline);
    stripe.addCustomer("cus_a");
    toHour(HOUR.plusHours(3));
    retry(pipeline, 0, 0, "");
    // Late from its birth: it has rung, and rings anew for what it becomes.
    ticked(pipeline);
    toHour(HOUR.plusHours(4));

    look(pipeline, usage("a", Map.of(HOUR, BigDecimal.valueOf(shown))));

    assertThat(statuses()).contains("a 0 replaced", "a 1 " + status);
    assertThat(eventsOfHour()).isZero();
    assertThat(ticked(pipeline).metric("Discrepancies"))
        .isEqualTo(status.equals("discrepancy") ? 1 : 0);
    drain(pipeline);
  }

  private Printed ticked(Pipeline pipeline) {
    var scheduler = pipeline.newScheduler();
    return Printed.by(() -> tick(pipeline, scheduler, Hour.floor(clock.instant())));
  }

  /**
   * Summaries that are late show nothing of what Stripe took, and a resend would count beside it.
   */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void heldRevisionWaitsUntilTheSummariesCanBeBelieved(boolean tooManyAbsent) {
    Pipeline pipeline = live(MeterKind.SUM, "a");
    stripe.deleteCustomer("cus_a");
    tick(pipeline);
    drain(pipeline);
    stripe.addCustomer("cus_a");
    retry(pipeline, 0, 0, "");
    toHour(HOUR.plusHours(7));
    tick(pipeline);
    drain(pipeline);

    if (tooManyAbsent) {
      alive();
      database.execute("update metering.tick set compared = 100, absent = 50");
    }
    lookInTheDark(pipeline, usage("a"));
    toHour(HOUR.plusHours(8));
    tick(pipeline);
    drain(pipeline);
    assertThat(eventsOfHour()).isZero();
    database.execute("update metering.tick set compared = 100, absent = 0");
    look(pipeline, usage("a"));
    tick(pipeline);
    drain(pipeline);

    assertThat(eventsOfHour()).isEqualTo(1);
  }

  /**
   * One customer's summaries are late by as much as is covered: the event that seemed refused is to
   * be seen only then, and is not sent again before.
   */
  @ParameterizedTest
  @CsvSource({"SUM, ''", "SUM_HOURLY, ',\"customer\":\"cus_b\",\"organization\":\"a\"'"})
  void whatIsAbsentIsBelievedOnlySixHoursAfterTheLastCopyExpired(MeterKind kind, String more) {
    Pipeline pipeline = live(kind, "a");
    stripe.addCustomer("cus_b");
    stripe.deleteCustomer("cus_a");
    tick(pipeline);
    drain(pipeline);
    stripe.addCustomer("cus_a");
    assertThat(retry(pipeline, 0, 0, more + ",\"dryRun\":true").get("reports"))
        .isEqualTo(retry(pipeline, 0, 0, more).get("reports"))
        .asString()
        .contains("absent under cus_a at 2026-11-22T20:55:00Z or later, or no such customer");

    for (String time : List.of("17:30:00", "20:54:59")) {
      clock.set(Instant.parse("2026-11-22T" + time + "Z"));
      look(pipeline, usage("a"));
      assertThat(held()).as(time).isEqualTo(1);
    }
    clock.set(Instant.parse("2026-11-22T20:55:00Z"));
    look(pipeline, usage("a"));

    assertThat(held()).isZero();
    tick(pipeline);
    drain(pipeline);
    assertThat(eventsOfHour()).isEqualTo(1);
  }

  /** Whom Stripe does not know it bills nothing: there is nothing to be late. */
  @Test
  void deletedCustomersHourIsAbsentAsSoonAsNoCopyCanArrive() {
    Pipeline pipeline = live(MeterKind.SUM, "a");
    stripe.deleteCustomer("cus_a");
    tick(pipeline);
    drain(pipeline);
    stripe.addCustomer("cus_new");
    retry(pipeline, 0, 0, ",\"customer\":\"cus_new\",\"organization\":\"a\"");
    clock.set(Instant.parse("2026-11-22T17:00:00Z"));
    database.execute("update metering.meter set seen_at = ?::timestamptz", HOUR.start().toString());

    look(
        pipeline,
        new Sighting.NoCustomer(
            Pipeline.METER,
            STRIPE_ID,
            "a",
            "cus_a",
            HOUR,
            HOUR.plusHours(1),
            "No such customer: 'cus_a'",
            clock.instant()));

    assertThat(held()).isZero();
    tick(pipeline);
    drain(pipeline);
    assertThat(eventsOfHour()).isEqualTo(1);
  }

  private long held() {
    return database.queryLong(
        "select count(*) from metering.meter_report where held is not null and status = 'pending'");
  }

  private long eventsOfHour() {
    return stripe.acceptedEvents().stream()
        .filter(event -> event.timestamp().equals(HOUR.start()))
        .count();
  }

  /**
   * A ledger from before the first retry: Stripe has billed it, under an identifier that it has
   * forgotten.
   */
  @Test
  void retryOfARestoredLedgerBillsNothingThatStripeHolds() {
    Pipeline before = live(MeterKind.SUM, "well");
    reading(database, "a", " ", Pipeline.METER, "5");
    tick(before);
    drain(before);
    final LocalDatabase backup = Services.postgres().copy(database);
    stripe.addCustomer("cus_a");
    database.execute("update readings set customer = 'cus_a' where organization = 'a'");
    assertThat(retry(before, 0, 0, "")).containsEntry("retried", 1);
    drain(before);
    assertThat(eventsOfHour()).isEqualTo(2);
    database = backup;
    database.execute("update readings set customer = 'cus_a' where organization = 'a'");
    Pipeline after = pipeline(database, settings("active_sensors:sum"));
    toHour(HOUR.plusHours(30));
    tick(after);
    drain(after);

    Map<String, Object> shown = retry(after, 0, 0, ",\"dryRun\":true");
    Map<String, Object> answer = retry(after, 0, 0, "");

    assertThat(shown).containsEntry("held", 1);
    assertThat(answer).containsEntry("retried", 1).containsEntry("held", 1);
    toHour(HOUR.plusHours(33));
    tick(after);
    drain(after);
    look(after, usage("a", Map.of(HOUR, BigDecimal.valueOf(5))));
    tick(after);
    drain(after);
    assertThat(eventsOfHour()).isEqualTo(2);
    assertThat(statuses()).contains("a 0 replaced", "a 1 accepted");
  }

  /** By default the source's, where the refusal is about the customer. */
  @ParameterizedTest
  @CsvSource({
    "'', cus_a → cus_new, 1",
    "',\"customer\":\"source\"', cus_a → cus_new, 1",
    "',\"customer\":\"cus_other\",\"organization\":\"a\"', cus_a → cus_other, 1",
    "',\"customer\":\"frozen\"', cus_a, 0"
  })
  void refusedCustomerIsReplacedByTheSourcesOrByOneThatIsNamed(
      String more, String customer, int held) {
    Pipeline pipeline = live(MeterKind.SUM_HOURLY, "a");
    stripe.deleteCustomer("cus_a");
    tick(pipeline);
    drain(pipeline);
    database.execute("update readings set customer = 'cus_new', value = 9");

    Map<String, Object> answer = retry(pipeline, 0, 0, more);

    assertThat(answer).containsEntry("retried", 1).containsEntry("held", held);
    assertThat(answer.get("reports"))
        .asString()
        .contains("customer=" + customer + ",")
        .contains("value=5");
    assertThat(
            database.queryTexts(
                """
                select concat_ws(' ', revision, status, value, stripe_customer_id, identifier)
                from metering.meter_report order by revision
                """))
        .containsExactly(
            "0 replaced 5 cus_a active_sensors:a:2026-11-22T14Z",
            "1 pending 5 "
                + customer.replaceFirst(".* ", "")
                + " active_sensors:a:2026-11-22T14Z:r1");
  }

  /** No copy of it ever left: mended in the source, it goes at once, with what can be billed. */
  @ParameterizedTest
  @CsvSource({
    "' ', 5, cus_a, 5, value=5 estimated=false",
    "cus_a, -1, cus_a, 8, value=8 estimated=true",
    "cus_a, null, cus_a, 8, value=8 estimated=true"
  })
  void whatCaptureRefusedIsRetriedOnceTheSourceIsMended(
      String customer, String value, String mendedCustomer, String mendedValue, String shows) {
    Pipeline pipeline = live(MeterKind.SUM);
    stripe.addCustomer("cus_a");
    reading(database, "a", customer, Pipeline.METER, value);
    tick(pipeline);
    assertThat(retry(pipeline, 0, 0, "")).containsEntry("retried", 0).containsEntry("refused", 1);
    database.execute("delete from readings");
    reading(database, "a", mendedCustomer, Pipeline.METER, mendedValue);
    clock.advance(Duration.ofMinutes(20));

    Map<String, Object> answer = retry(pipeline, 0, 0, "");

    assertThat(answer)
        .containsEntry("retried", 1)
        .containsEntry("held", 0)
        .containsEntry("published", 1);
    String reports = String.valueOf(answer.get("reports"));
    assertThat(List.of(shows.split(" "))).allMatch(reports::contains);
    drain(pipeline);
    assertThat(statuses()).containsExactly("a 0 replaced", "a 1 accepted");
    assertThat(
            String.valueOf(
                pipeline.invoke(pipeline.newScheduler(), "{\"command\":\"status\"}").get("hours")))
        .contains("estimated=" + (shows.endsWith("true") ? 1 : 0));
    assertAgreement(pipeline);
  }

  @Test
  void readingsOfAMistypedMeterKeepTheirValueUntilMetersIsMended() {
    meter(MeterKind.SUM_HOURLY);
    meter("another", MeterKind.SUM);
    stripe.addCustomer("cus_a");
    reading(database, "a", "cus_a", Pipeline.METER, "5");
    reading(database, "b", "cus_b", "another", "5");
    stripe.addCustomer("cus_b");
    Pipeline mistyped = pipeline(database, settings("activ_sensors:sum-hourly,another:sum"));
    tick(mistyped);
    drain(mistyped);
    assertThat(retry(mistyped, 0, 0, "").get("reports"))
        .asString()
        .contains("METERS does not name");
    Pipeline mended = pipeline(database, settings("active_sensors:sum-hourly,another:sum"));
    toHour(HOUR.plusHours(1));
    tick(mended);
    drain(mended);
    database.execute("update readings set value = 9");

    assertThat(retry(mended, 0, 0, ",\"code\":\"meter_unknown\""))
        .containsEntry("retried", 1)
        .containsEntry("published", 1);

    drain(mended);
    assertThat(stripe.acceptedEvents().stream().filter(e -> e.eventName().equals(Pipeline.METER)))
        .extracting(event -> event.timestamp() + " " + event.value())
        .containsExactlyInAnyOrder(HOUR.start() + " 5", HOUR.plusHours(1).start() + " 5");
  }

  @Test
  void takenCustomerIsRefusedByNameAndTheOthersGoOn() {
    Pipeline pipeline = live(MeterKind.SUM_HOURLY, "a");
    reading(database, "b", "cus_a", Pipeline.METER, "6");
    reading(database, "c", " ", Pipeline.METER, "7");
    reading(database, "d", " ", Pipeline.METER, "8");
    tick(pipeline);
    database.execute("update readings set customer = 'cus_c' where organization in ('c', 'd')");
    stripe.addCustomer("cus_c");

    Map<String, Object> answer = retry(pipeline, 0, 0, "");

    assertThat(answer).containsEntry("retried", 1).containsEntry("refused", 2);
    assertThat(answer.get("reports"))
        .asString()
        .contains("cus_a is live for organization a in this hour")
        .contains("cus_c is live for organization c in this hour");
    drain(pipeline);
    assertThat(statuses())
        .containsExactly(
            "a 0 accepted", "b 0 rejected", "c 0 replaced", "c 1 accepted", "d 0 rejected");
    assertAgreement(pipeline);
  }

  /** Else whoever is handed the invoice item and the retry pays twice. */
  @Test
  void whatAPersonHasAcknowledgedIsBilledOnlyIfAsked() {
    Pipeline pipeline = live(MeterKind.SUM_HOURLY, "a", "b");
    stripe.deleteCustomer("cus_a");
    stripe.deleteCustomer("cus_b");
    tick(pipeline);
    drain(pipeline);
    stripe.addCustomer("cus_a");
    stripe.addCustomer("cus_b");
    pipeline.invoke(
        pipeline.newScheduler(),
        "{\"command\":\"acknowledge\",\"from\":\"%1$s\",\"to\":\"%1$s\",\"organization\":\"a\",\"note\":\"invoice item ii_77\",\"by\":\"bob\"}"
            .formatted(HOUR));

    Map<String, Object> shown = retry(pipeline, 0, 0, ",\"dryRun\":true");
    Map<String, Object> answer = retry(pipeline, 0, 0, "");

    assertThat(answer).containsEntry("retried", 1).containsEntry("refused", 1);
    assertThat(answer.get("reports"))
        .isEqualTo(shown.get("reports"))
        .asString()
        .containsPattern("acknowledged by bob at 2026-11-22T14:[0-9:]+Z: invoice item ii_77")
        .contains("\"acknowledged\": true");
    assertThat(retry(pipeline, 0, 0, ",\"acknowledged\":true")).containsEntry("retried", 1);
    nextHour(pipeline);
    assertThat(eventsOfHour()).isEqualTo(2);
    assertAgreement(pipeline);
  }

  /** A slip of the hand must not bill one customer for another, whose own hour waits beside it. */
  @Test
  void customerOfAnotherOrganizationIsRefused() {
    Pipeline pipeline = live(MeterKind.SUM_HOURLY, "a", "b");
    stripe.deleteCustomer("cus_a");
    stripe.deleteCustomer("cus_b");
    tick(pipeline);
    drain(pipeline);
    stripe.addCustomer("cus_b");
    String slip = ",\"organization\":\"a\",\"customer\":\"cus_b\"";

    Map<String, Object> answer = retry(pipeline, 0, 0, slip);

    assertThat(answer).containsEntry("retried", 0).containsEntry("refused", 1);
    assertThat(answer.get("reports"))
        .asString()
        .contains("the source gives cus_b to organization b in this hour");
    refused(pipeline, retryJson(0, 0, slip.replace("cus_b", "cus_")), "or a Stripe customer");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void whatIsOlderThanStripeTakesIsRefusedWithWhatWorks(int hoursYounger) {
    Pipeline pipeline = live(MeterKind.SUM_HOURLY);
    reading(database, "a", " ", Pipeline.METER, "5");
    tick(pipeline);
    database.execute("update readings set customer = 'cus_a'");
    clock.set(HOUR.plusHours(814 - hoursYounger).start());

    Map<String, Object> answer = retry(pipeline, 0, 0, ",\"dryRun\":true");

    assertThat(answer).containsEntry("retried", hoursYounger);
    if (hoursYounger == 0) {
      assertThat(answer.get("reports")).asString().contains("explain").contains("invoice item");
    }
  }

  @Test
  void rejectionInShadowStaysInShadowUntilItIsReleased() {
    Pipeline pipeline = live(MeterKind.SUM_HOURLY, "well");
    tick(pipeline);
    drain(pipeline);
    reading(database, "a", " ", Pipeline.METER, "5");
    Pipeline shadow =
        pipeline(
            database,
            Map.of("SOURCE", "own", "METERS", "active_sensors:sum-hourly", "BILL_FROM", ""));
    toHour(HOUR.plusHours(1));
    tick(shadow);
    stripe.addCustomer("cus_a");
    database.execute("update readings set customer = 'cus_a' where organization = 'a'");

    assertThat(retry(pipeline, 1, 1, "").get("reports")).asString().contains("release bills it");
    drain(pipeline);
    assertThat(stripe.acceptedEvents()).hasSize(1);
    pipeline.invoke(
        pipeline.newScheduler(),
        "{\"command\":\"release\",\"by\":\"ann\",\"from\":\"%1$s\",\"to\":\"%1$s\"}"
            .formatted(HOUR.plusHours(1)));
    drain(pipeline);

    assertThat(stripe.acceptedEvents()).hasSize(3);
    assertAgreement(pipeline);
  }

  @Test
  void verifyAsksStripeNowWhoseverTurnItIs() {
    Pipeline pipeline = live(MeterKind.SUM_HOURLY, "a", "b");
    tick(pipeline);
    drain(pipeline);
    look(pipeline);
    toHour(HOUR.plusHours(3));
    take(pipeline.verificationsUrl());
    String verify =
        "{\"command\":\"verify\",\"from\":\"%1$s\",\"to\":\"%1$s\",\"organization\":\"%2$s\"}";
    List<String> before = ledger(pipeline);

    assertThat(pipeline.invoke(pipeline.newScheduler(), verify.formatted(HOUR, "a")))
        .containsEntry("asked", 1);

    assertThat(take(pipeline.verificationsUrl())).singleElement().asString().contains("cus_a");
    refused(
        pipeline, verify.formatted(HOUR, "nobody"), "the ledger knows no organization \"nobody\"");
    assertThat(ledger(pipeline)).isEqualTo(before);
  }

  @Test
  void retryIsRefusedWithoutANameBeforeGoingLiveAndToManyForOneCustomer() {
    Pipeline pipeline = live(MeterKind.SUM_HOURLY, "a");
    tick(pipeline);
    drain(pipeline);
    List<String> before = ledger(pipeline);

    refused(pipeline, retryJson(0, 0, "").replace("\"by\":\"ann\",", ""), "\"by\"");
    refused(pipeline, retryJson(-1, 0, ""), "lies before " + HOUR + ", the first hour billed");
    refused(pipeline, retryJson(0, 0, ",\"customer\":\"cus_x\""), "one organization's");
    refused(
        pipeline, retryJson(0, 0, ",\"customer\":\"x\""), "frozen, source, or a Stripe customer");

    assertThat(ledger(pipeline)).isEqualTo(before);
  }

  private static void refused(Pipeline pipeline, String json, String because) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> pipeline.invoke(pipeline.newScheduler(), json))
        .withMessageContaining(because);
  }

  /** Live at HOUR with these organizations, whose customers Stripe knows. */
  private Pipeline live(MeterKind kind, String... organizations) {
    meter(kind);
    for (String organization : organizations) {
      stripe.addCustomer("cus_" + organization);
      reading(database, organization, "cus_" + organization, Pipeline.METER, "5");
    }
    Pipeline pipeline = pipeline(database, settings("active_sensors:" + kind.label()));
    if (organizations.length == 0) {
      stripe.addCustomer("cus_well");
    }
    return pipeline;
  }

  private static Map<String, String> settings(String meters) {
    return Map.of("SOURCE", "own", "METERS", meters);
  }

  private static Map<String, Object> retry(Pipeline pipeline, int from, int to, String more) {
    return pipeline.invoke(pipeline.newScheduler(), retryJson(from, to, more));
  }

  private static String retryJson(int from, int to, String more) {
    return "{\"command\":\"retry\",\"by\":\"ann\",\"from\":\"%s\",\"to\":\"%s\"%s}"
        .formatted(HOUR.plusHours(from), HOUR.plusHours(to), more);
  }

  /** What Stripe took last is to be seen, and so would be what it took before. */
  private void alive() {
    database.execute(
        "update metering.tick_meter set alive_settled_at = ?::timestamptz",
        clock.instant().toString());
    // As a look a while ago has shown it: its clock may be another.
    database.execute(
        "update metering.tick_meter set alive_at = alive_settled_at - interval '5 minutes'");
  }

  private void look(Pipeline pipeline, Sighting... sightings) {
    alive();
    lookInTheDark(pipeline, sightings);
  }

  /** The recorder learns what Stripe shows now, first of all of the meter. */
  private void lookInTheDark(Pipeline pipeline, Sighting... sightings) {
    Sighting meter =
        new Sighting.OfMeter(
            Pipeline.METER,
            List.of(
                new StripeMeter(
                    STRIPE_ID, "active", "sum", null, "stripe_customer_id", "value", false)),
            HOUR.start());
    Stream.concat(Stream.of(meter), Stream.of(sightings))
        .forEach(
            one -> {
              send(pipeline.outcomesUrl(), List.of(SightingFormat.encode(List.of(one))));
              pipeline.newRecorder().drain(ROUNDS);
            });
  }

  private Sighting usage(String organization) {
    return usage(organization, Map.of());
  }

  private Sighting usage(String organization, Map<Hour, BigDecimal> values) {
    Instant now = clock.instant();
    return new Sighting.Usage(
        Pipeline.METER,
        STRIPE_ID,
        organization,
        "cus_" + organization,
        HOUR,
        HOUR.plusHours(6),
        values,
        now);
  }

  private List<String> statuses() {
    return database.queryTexts(
        """
        select concat_ws(' ', organization_id, revision, status) from metering.meter_report
        order by organization_id, revision, hour
        """);
  }
}
