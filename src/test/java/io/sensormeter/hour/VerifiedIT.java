package io.sensormeter.hour;

import static org.assertj.core.api.Assertions.assertThat;

import io.sensormeter.local.Pipeline;
import io.sensormeter.local.Printed;
import io.sensormeter.local.postgres.LocalDatabase;
import io.sensormeter.local.stripe.FakeMeter;
import io.sensormeter.local.stripe.FakeStripe;
import io.sensormeter.local.stripe.Fault;
import io.sensormeter.local.stripe.Formula;
import io.sensormeter.local.stripe.Permission;
import io.sensormeter.meter.Hour;
import io.sensormeter.meter.MeterKind;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** From the tick to what Stripe is seen to hold, through all four functions. */
@Tag("postgres")
final class VerifiedIT extends HourFixture {
  private static final List<String> ORGANIZATIONS = List.of("a", "b", "c");

  private final LocalDatabase database = ownSource();
  private final Map<Pipeline, Warm> functions = new HashMap<>();

  @Test
  void everyReportOfEveryKindIsSeenInStripe() {
    Pipeline pipeline =
        pipeline(
            Map.of("hourly", "sum-hourly", "raw", "sum", "final", "last", "flow", "sum:past-hour"));

    hours(pipeline, 7);

    assertThat(unverified(pipeline, HOUR.plusHours(6).minusHours(5))).isZero();
    assertThat(reports(pipeline, "verified")).isGreaterThanOrEqualTo(4 * 3 * 2);
    assertThat(reports(pipeline))
        .as("of the flow the first hour lies before BILL_FROM")
        .isEqualTo(reports(pipeline, "verified") + reports(pipeline, "accepted") + 3);
    assertThat(pipeline.questions()).isZero();
    assertAgreement(pipeline);
  }

  @Test
  void whatStripeLosesIsSentAgainAndSeen() {
    Pipeline pipeline = pipeline(Map.of("hourly", "sum-hourly"));
    stripe.onMeterEvent(new Fault.Swallowed(), 1);

    hours(pipeline, 9);

    assertThat(revisions(pipeline, HOUR)).contains("0 replaced", "1 verified").hasSize(4);
    assertThat(reports(pipeline, "discrepancy")).isZero();
    assertThat(stripe.total("hourly")).isEqualByComparingTo(BigDecimal.valueOf(9 * 18));
  }

  @Test
  void stripeThatLosesOneCustomersEventsForEverIsSentNoFourth() {
    Pipeline pipeline = pipeline(Map.of("hourly", "sum-hourly"));
    stripe.script(
        call ->
            "cus_a".equals(call.customer())
                    && String.valueOf(HOUR.start().getEpochSecond()).equals(call.timestamp())
                ? new Fault.Swallowed()
                : null);

    double told = 0;
    for (int i = 0; i < 30; i++) {
      told += hour(pipeline, HOUR.plusHours(i)).metric("Discrepancies");
    }

    assertThat(revisions(pipeline, HOUR))
        .containsExactly("0 replaced", "0 verified", "0 verified", "1 replaced", "2 discrepancy");
    assertThat(told).isEqualTo(1);
  }

  @Test
  void summariesThatAreADayLateWhileAnswersAreLostMakeNoRevision() {
    Pipeline pipeline = pipeline(Map.of("hourly", "sum-hourly", "raw", "sum"));
    stripe.summariesLagBehind(Duration.ofHours(26));
    stripe.onMeterEvent(new Fault.ResetAfterProcessing(), 4);

    hours(pipeline, 26);
    assertThat(reports(pipeline, "replaced")).isZero();
    assertThat(reports(pipeline, "discrepancy")).isZero();
    for (int i = 26; i < 56; i++) {
      hour(pipeline, HOUR.plusHours(i));
    }

    assertThat(reports(pipeline, "replaced")).isZero();
    assertThat(reports(pipeline, "verified")).isGreaterThan(26L * 6);
    assertThat(reports(pipeline, "discrepancy")).isZero();
    assertAgreement(pipeline);
  }

  /** Found by the simulation: it stayed accepted for ever, whatever the later looks showed. */
  @Test
  void whatWasFirstAbsentAmongTooManyIsRepairedOnceTheOthersAreSeen() {
    Pipeline pipeline = pipeline(Map.of("hourly", "sum-hourly"));
    stripe.onMeterEvent(new Fault.Swallowed(), 1);
    stripe.summariesLagBehind(Duration.ofHours(30));
    hour(pipeline, HOUR);
    for (int i = 1; i < 16; i++) {
      billed(pipeline, HOUR.plusHours(i));
    }
    hour(pipeline, HOUR.plusHours(16));
    double absent = billed(pipeline, HOUR.plusHours(17)).metric("SummariesAbsent");
    stripe.summariesLagBehind(Duration.ZERO);

    for (int i = 18; i < 25; i++) {
      hour(pipeline, HOUR.plusHours(i));
    }

    assertThat(absent).isEqualTo(1);
    assertThat(revisions(pipeline, HOUR)).contains("0 replaced", "1 verified").hasSize(4);
  }

  /** Found by the simulation: Stripe had taken it an hour before it said so. */
  @Test
  void eventWhoseAnswerCameLateIsNoSignThatSummariesAreAlive() {
    Pipeline pipeline = pipeline(Map.of("hourly", "sum-hourly"));
    stripe.summariesLagBehind(Duration.ofMinutes(270));
    String unanswered = "hourly:a:" + HOUR;
    AtomicBoolean lost = whileSet(unanswered, new Fault.ResetAfterProcessing());
    hour(pipeline, HOUR);
    lost.set(false);

    for (int i = 1; i < 7; i++) {
      hour(pipeline, HOUR.plusHours(i));
    }

    assertThat(revisions(pipeline, HOUR)).containsOnly("0 verified");
    assertThat(reports(pipeline, "replaced")).as("Stripe holds each").isZero();
    assertAgreement(pipeline);
  }

  /** Found by the simulation: what Stripe showed it had taken a day before. */
  @Test
  void eventThatStripeTookAgainAfterItsIdentifierWasForgottenIsNoSignThatSummariesAreAlive() {
    Pipeline pipeline = pipeline(Map.of("hourly", "sum-hourly"));
    for (int i = 0; i < 25; i++) {
      toHour(HOUR.plusHours(i));
      functions(pipeline).tick(HOUR.plusHours(i));
      functions(pipeline).reporter().drain(ROUNDS);
      take(pipeline.outcomesUrl());
    }
    stripe.summariesLagBehind(Duration.ofHours(6));
    String takenAgain = "hourly:a:" + HOUR.plusHours(1);
    AtomicBoolean unreachable = whileSet(takenAgain, new Fault.ResetBeforeProcessing());
    hour(pipeline, HOUR.plusHours(25));
    unreachable.set(false);

    for (int i = 26; i < 33; i++) {
      hour(pipeline, HOUR.plusHours(i));
    }

    assertThat(stripe.acceptedEvents())
        .filteredOn(event -> takenAgain.equals(event.identifier()))
        .hasSize(2);
    assertThat(reports(pipeline, "replaced")).as("Stripe holds each").isZero();
    assertThat(stripe.total("hourly")).isEqualByComparingTo(BigDecimal.valueOf(33 * 18));
  }

  @Test
  void meterMadeAgainUnderItsNameIsHeldAndRingsAndNothingIsSentTwice() {
    FakeMeter hourly = stripe.addMeter("hourly", Formula.SUM, "hour");
    Pipeline pipeline = started(Map.of("hourly", "sum-hourly"));
    hours(pipeline, 5);
    hourly.deactivate();
    stripe.addMeter("hourly", Formula.SUM, "hour");

    Printed first = hour(pipeline, HOUR.plusHours(5));
    Printed second = hour(pipeline, HOUR.plusHours(6));

    assertThat(first.metric("MeterProblems")).isZero();
    assertThat(second.metric("MeterProblems")).isEqualTo(1);
    assertThat(reports(pipeline, "pending")).isEqualTo(3);
    assertThat(reports(pipeline, "replaced")).isZero();
    assertThat(database.queryTexts("select problem from metering.meter").getFirst())
        .contains("made again under its name");
  }

  @Test
  void meterThatIsRawInStripeFollowsTheAdditiveRulesAndRings() {
    stripe.addMeter("hourly", Formula.SUM, null);
    Pipeline pipeline = started(Map.of("hourly", "sum-hourly"));
    stripe.onMeterEvent(new Fault.Swallowed(), 1);

    double problems = 0;
    for (int i = 0; i < 12; i++) {
      problems = hour(pipeline, HOUR.plusHours(i)).metric("MeterProblems");
    }

    assertThat(problems).isEqualTo(1);
    assertThat(reports(pipeline, "replaced")).isZero();
    assertThat(reports(pipeline, "discrepancy")).isEqualTo(1);
    assertThat(reports(pipeline, "verified")).isPositive();
  }

  @Test
  void readKeyOfAnotherAccountMakesNoExceptionAndRings() {
    try (FakeStripe other = FakeStripe.start(clock)) {
      Pipeline pipeline = pipeline(Map.of("hourly", "sum-hourly"));
      Pipeline elsewhere =
          pipeline(
              database,
              settings(
                  Map.of("hourly", "sum-hourly"),
                  Map.of(
                      "STRIPE_API_BASE", other.base().toString(),
                      "OUTCOMES_QUEUE_URL", pipeline.outcomesUrl(),
                      "VERIFICATIONS_QUEUE_URL", pipeline.verificationsUrl())));
      other.addKey(
          elsewhere.stripeReadKey(),
          Permission.BILLING_METER_READ,
          Permission.BILLING_METER_EVENT_READ,
          Permission.EVENT_READ);
      double problems = 0;
      for (int i = 0; i < 6; i++) {
        problems = billed(pipeline, HOUR.plusHours(i)).metric("MeterProblems");
        functions(elsewhere).verifier().drain(ROUNDS);
        functions(pipeline).recorder().drain(ROUNDS);
      }

      assertThat(problems).isEqualTo(1);
      assertThat(reports(pipeline, "accepted")).as("billing goes on").isEqualTo(18);
    }
  }

  @Test
  void threeDaysWithoutAVerifierCostOnlyTime() {
    Pipeline pipeline = pipeline(Map.of("hourly", "sum-hourly"));
    hour(pipeline, HOUR);
    double age = 0;
    for (int i = 1; i <= 72; i++) {
      age = billed(pipeline, HOUR.plusHours(i)).metric("OldestUnverifiedAge");
    }
    assertThat(age).isEqualTo(72 * 3600 + 3);
    long reads = stripe.reads();

    toHour(HOUR.plusHours(73));
    functions(pipeline).verifier().drain(ROUNDS);
    assertThat(stripe.reads()).as("nobody waits for those any more").isEqualTo(reads);
    hour(pipeline, HOUR.plusHours(73));

    assertThat(unverified(pipeline, HOUR.plusHours(73 - 5))).isZero();
    assertThat(stripe.reads() - reads).isLessThan(10);
  }

  @Test
  void whatStripeRefusesAfterItTookItIsANamedException() {
    Pipeline pipeline = pipeline(Map.of("hourly", "sum-hourly"));
    stripe.onMeterEvent(new Fault.RejectedLater("meter_event_customer_not_found"), 1);
    hour(pipeline, HOUR);
    send(pipeline.verificationsUrl(), List.of(stripe.errorReports().getFirst().envelope()));

    functions(pipeline).verify();
    Printed tick = hour(pipeline, HOUR.plusHours(1));

    assertThat(
            database.queryTexts(
                "select failure_code || ' ' || rejected_by from metering.meter_report"
                    + " where status = 'rejected'"))
        .containsExactly("meter_event_customer_not_found report");
    assertThat(tick.metric("OrganizationsNewlyRejected")).isEqualTo(1);
    for (int i = 2; i < 6; i++) {
      hour(pipeline, HOUR.plusHours(i));
    }
    assertThat(reports(pipeline, "rejected")).isEqualTo(1);
    assertThat(reports(pipeline, "discrepancy")).isZero();
  }

  /** Every call with this identifier fails, until what is returned is false. */
  private AtomicBoolean whileSet(String identifier, Fault fault) {
    AtomicBoolean fails = new AtomicBoolean(true);
    stripe.script(call -> fails.get() && identifier.equals(call.identifier()) ? fault : null);
    return fails;
  }

  /** The meters as METERS declares them, and as Stripe has them. */
  private Pipeline pipeline(Map<String, String> kinds) {
    kinds.forEach((name, kind) -> meter(name, MeterKind.parse(kind.replace(":past-hour", ""))));
    return started(kinds);
  }

  private Pipeline started(Map<String, String> kinds) {
    for (String organization : ORGANIZATIONS) {
      stripe.addCustomer("cus_" + organization);
      kinds
          .keySet()
          .forEach(meter -> reading(database, organization, "cus_" + organization, meter, "6"));
    }
    return pipeline(database, settings(kinds, Map.of()));
  }

  private static Map<String, String> settings(
      Map<String, String> kinds, Map<String, String> others) {
    Map<String, String> settings = new HashMap<>(others);
    settings.put("SOURCE", "own");
    settings.put("VERIFY_EVERY_HOURS", "2");
    settings.put(
        "METERS",
        String.join(
            ",", kinds.entrySet().stream().map(e -> e.getKey() + ":" + e.getValue()).toList()));
    return settings;
  }

  private void hours(Pipeline pipeline, int hours) {
    for (int i = 0; i < hours; i++) {
      hour(pipeline, HOUR.plusHours(i));
    }
  }

  /** A tick, and all that it sets off. */
  private Printed hour(Pipeline pipeline, Hour hour) {
    Printed tick = billed(pipeline, hour);
    functions(pipeline).verify();
    return tick;
  }

  /** A tick, and what it sets off but for the verifier. */
  private Printed billed(Pipeline pipeline, Hour hour) {
    toHour(hour);
    Printed tick = Printed.by(() -> functions(pipeline).tick(hour));
    functions(pipeline).drain();
    return tick;
  }

  private Warm functions(Pipeline pipeline) {
    return functions.computeIfAbsent(pipeline, Warm::of);
  }

  /** Of the hours before. */
  private long unverified(Pipeline pipeline, Hour hour) {
    return pipeline
        .database()
        .queryLong(
            "select count(*) from metering.meter_report"
                + " where hour < ?::timestamptz and status = 'accepted'",
            hour.start().toString());
  }

  private List<String> revisions(Pipeline pipeline, Hour hour) {
    return pipeline
        .database()
        .queryTexts(
            "select revision || ' ' || status from metering.meter_report"
                + " where hour = ?::timestamptz order by 1",
            hour.start().toString());
  }
}
