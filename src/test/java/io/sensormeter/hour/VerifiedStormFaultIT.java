package io.sensormeter.hour;

import static org.assertj.core.api.Assertions.assertThat;

import io.sensormeter.local.Pipeline;
import io.sensormeter.local.aws.EventSource;
import io.sensormeter.local.aws.SqsWire;
import io.sensormeter.local.postgres.LocalDatabase;
import io.sensormeter.local.stripe.ErrorReport;
import io.sensormeter.local.stripe.Fault;
import io.sensormeter.local.stripe.MeterEventCall;
import io.sensormeter.meter.Hour;
import io.sensormeter.meter.MeterKind;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Three days in which Stripe refuses afterwards, loses events and answers, queues lose, double and
 * reorder, and functions die; all the while Stripe is read back.
 */
final class VerifiedStormFaultIT extends HourFixture {
  private static final int ORGANIZATIONS = 6;
  private static final int STORM_HOURS = 72;

  /** Additive meters wait a day for an outcome, then six hours before the looks that count. */
  private static final int CALM_HOURS = 48;

  private static final Map<String, MeterKind> METERS =
      Map.of("hourly", MeterKind.SUM_HOURLY, "raw", MeterKind.SUM, "final", MeterKind.LAST);

  private final Storm storm = new Storm(VerifiedStormFaultIT.class);
  private final LocalDatabase database = ownSource();
  private int reportsTold;
  private long truth;

  @Test
  void everyReportIsVerifiedOrANamedExceptionAndTheseAreExactlyWhatTheInvoiceLacks() {
    SqsWire sqsWire = sqsWire();
    Pipeline pipeline = started(sqsWire);
    letTimePass(pipeline);
    Warm stormy = Warm.of(pipeline);
    List.of(stormy.reporter(), stormy.recorder(), stormy.verifier())
        .forEach(one -> one.kills(kill -> storm.oneIn(8)).contexts(storm::perhapsLittleTime));
    stripe.script(this::stripeFault);
    for (int i = 0; i < STORM_HOURS; i++) {
      // What waits until the AWS client tries again does so in real time.
      sqsWire.script(i % 6 == 0 ? storm::ofQueues : call -> null);
      hour(pipeline, stormy, i, true);
    }
    assertThat(stripe.answers()).as("answers of the storm").containsKeys(200, 429, 500);
    assertThat(count("revision > 0")).as("what was lost is sent again").isPositive();
    assertThat(count("rejected_by = 'report'")).as("refused afterwards").isPositive();
    stripe.script(call -> null);
    sqsWire.calm();
    Warm calm = Warm.of(pipeline);
    for (int i = STORM_HOURS; i < STORM_HOURS + CALM_HOURS; i++) {
      hour(pipeline, calm, i, false);
    }

    assertThat(count("status in ('pending', 'unresolved')")).isZero();
    assertThat(count("status = 'accepted' and hour < '%s'".formatted(young())))
        .as("accepted, and never seen")
        .isZero();
    assertThat(count("status in ('rejected', 'discrepancy', 'superseded') and shown_at is null"))
        .as("exceptions that nobody was told of")
        .isZero();
    for (String meter : List.of("hourly", "raw")) {
      long billed = stripe.total(meter).longValueExact();
      assertThat(billed)
          .as("the invoice of " + meter)
          .isEqualTo(units(meter, "status in ('verified', 'accepted')"));
      assertThat(truth - billed)
          .as("what the invoice of %s lacks", meter)
          .isEqualTo(units(meter, "status in ('rejected', 'discrepancy')"));
    }
    assertThat(lastAtStripe()).as("the invoice of final").isEqualTo(lastInLedger());
  }

  private void hour(Pipeline pipeline, Warm functions, int i, boolean stormy) {
    Hour hour = HOUR.plusHours(i);
    long value = 10L + i % 7;
    database.execute("update readings set value = ?", value);
    truth += ORGANIZATIONS * value;
    toHour(hour);
    // The tick, and the two times it is tried again.
    for (int attempt = 1; attempt <= 3; attempt++) {
      if (failureOfTick(pipeline, functions.scheduler(), hour).isEmpty()) {
        break;
      }
      clock.advance(Duration.ofMinutes(attempt));
    }
    arrive(pipeline.reportsUrl(), functions.reporter(), stormy);
    arrive(pipeline.outcomesUrl(), functions.recorder(), stormy);
    send(pipeline.verificationsUrl(), newErrorReports());
    arrive(pipeline.verificationsUrl(), functions.verifier(), stormy);
    arrive(pipeline.outcomesUrl(), functions.recorder(), stormy);
  }

  private void arrive(String queueUrl, EventSource function, boolean stormy) {
    if (stormy) {
      storm.deliverUnreliably(queueUrl);
    }
    function.drain(ROUNDS);
  }

  private List<String> newErrorReports() {
    List<ErrorReport> reports = stripe.errorReports();
    List<ErrorReport> anew = reports.subList(reportsTold, reports.size());
    reportsTold = reports.size();
    return anew.stream().map(ErrorReport::envelope).toList();
  }

  /**
   * 1 in 10 answers lost, 1 in 10 throttled, 1 in 20 a 500, 1 in 50 refused later, 1 in 100 lost.
   */
  private @Nullable Fault stripeFault(MeterEventCall call) {
    int chance = storm.chance(String.valueOf(call.identifier()), 100);
    if (chance < 10) {
      return new Fault.ResetAfterProcessing();
    }
    if (chance < 20) {
      return new Fault.RateLimited("global-rate");
    }
    if (chance < 25) {
      return new Fault.ServerError();
    }
    if (chance < 27) {
      return new Fault.RejectedLater("meter_event_customer_not_found");
    }
    return chance < 28 ? new Fault.Swallowed() : null;
  }

  private Pipeline started(SqsWire sqsWire) {
    METERS.forEach(this::meter);
    for (int n = 1; n <= ORGANIZATIONS; n++) {
      stripe.addCustomer("cus_" + n);
      for (String meter : METERS.keySet()) {
        reading(database, "org_" + n, "cus_" + n, meter, "0");
      }
    }
    return pipeline(
        database,
        Map.of(
            "SOURCE", "own",
            "VERIFY_EVERY_HOURS", "2",
            "METERS", "hourly:sum-hourly,raw:sum,final:last",
            "SQS_ENDPOINT", sqsWire.endpoint().toString()));
  }

  private long count(String condition) {
    return database.queryLong("select count(*) from metering.meter_report where " + condition);
  }

  private long units(String meter, String condition) {
    return database.queryLong(
        "select coalesce(sum(value), 0) from metering.meter_report where meter = ? and "
            + condition,
        meter);
  }

  /** Of a last meter each customer is billed the newest hour that Stripe took. */
  private Map<String, Long> lastAtStripe() {
    return IntStream.rangeClosed(1, ORGANIZATIONS)
        .mapToObj(n -> "cus_" + n)
        .collect(
            Collectors.toMap(
                Function.identity(),
                customer ->
                    stripe
                        .aggregatedValue(
                            "final", customer, HOUR.start(), clock.instant().plusSeconds(1))
                        .longValueExact()));
  }

  private Map<String, Long> lastInLedger() {
    return database
        .queryTexts(
            """
            select distinct on (stripe_customer_id) stripe_customer_id || ' ' || value
            from metering.meter_report
            where meter = 'final' and status in ('verified', 'accepted')
            order by stripe_customer_id, hour desc
            """)
        .stream()
        .map(row -> row.split(" "))
        .collect(Collectors.toMap(row -> row[0], row -> Long.valueOf(row[1])));
  }

  /** What Stripe took since then, it need not have shown yet. */
  private static String young() {
    return HOUR.plusHours(STORM_HOURS + CALM_HOURS - 6).start().toString();
  }
}
