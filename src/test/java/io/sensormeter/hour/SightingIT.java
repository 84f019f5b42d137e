package io.sensormeter.hour;

import static org.assertj.core.api.Assertions.assertThat;

import io.sensormeter.local.Pipeline;
import io.sensormeter.local.Printed;
import io.sensormeter.local.postgres.LocalDatabase;
import io.sensormeter.meter.Hour;
import io.sensormeter.meter.MeterKind;
import io.sensormeter.meter.Sighting;
import io.sensormeter.meter.StripeMeter;
import io.sensormeter.queue.SightingFormat;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What the ledger makes of a sighting, whenever it comes: the sightings are written here, so that
 * they say what no verifier would say in time.
 */
@Tag("postgres")
final class SightingIT extends HourFixture {
  private static final String ID = "mtr_1";

  private final LocalDatabase database = ownSource();

  @Test
  void whatStripeShowsAsItWasSentIsVerified() {
    Pipeline pipeline = accepted("sum-hourly");

    look(pipeline, 4, shown("a", 0, 5));
    look(pipeline, 4, shown("b", 0, 7));

    assertThat(statuses(pipeline)).containsExactly("a 0 verified", "b 0 verified");
    assertThat(exceptions(pipeline)).isZero();
  }

  @Test
  void readThatBeganTooEarlyCountsForNothing() {
    Pipeline pipeline = accepted("sum-hourly");

    // Less than two hours after Stripe took it; and none of its customer or meter.
    look(pipeline, 1, shown("a", 0, 99));
    look(pipeline, 4, usage("mtr_2", "a", "cus_a", 0, Map.of(HOUR, BigDecimal.valueOf(99)), at(4)));
    look(pipeline, 4, usage(ID, "a", "cus_b", 0, Map.of(HOUR, BigDecimal.valueOf(99)), at(4)));
    look(pipeline, 4, usage(ID, "b", "cus_a", 0, Map.of(HOUR, BigDecimal.valueOf(99)), at(4)));

    assertThat(statuses(pipeline)).containsExactly("a 0 accepted", "b 0 accepted");
  }

  @Test
  void anotherValueIsADiscrepancyThatRingsOnceAndEndsWhenItIsMended() {
    Pipeline pipeline = accepted("sum-hourly");

    look(pipeline, 4, shown("a", 0, 6));

    assertThat(statuses(pipeline)).containsExactly("a 0 discrepancy differs 6", "b 0 accepted");
    assertThat(exceptions(pipeline)).isEqualTo(1);
    assertThat(exceptions(pipeline)).isZero();
    look(pipeline, 5, shown("a", 0, 6));
    assertThat(exceptions(pipeline)).isZero();
    look(pipeline, 6, shown("a", 0, 8));
    assertThat(exceptions(pipeline)).as("another value rings anew").isEqualTo(1);
    look(pipeline, 7, shown("a", 0, 5));
    assertThat(statuses(pipeline)).containsExactly("a 0 verified", "b 0 accepted");
  }

  @Test
  void twoHoursWrongInOppositeDirectionsAreTwoDiscrepancies() {
    Pipeline pipeline = accepted("sum-hourly");
    nextHour(pipeline);

    look(
        pipeline,
        6,
        usage(
            ID,
            "a",
            "cus_a",
            0,
            Map.of(HOUR, BigDecimal.valueOf(4), HOUR.plusHours(1), BigDecimal.valueOf(6)),
            at(6)));

    assertThat(reports(pipeline, "discrepancy")).isEqualTo(2);
  }

  @Test
  void absentTwiceIsSentAgainAsANewRevisionOnlyWhileTheSummariesAreAlive() {
    Pipeline pipeline = accepted("sum-hourly");

    look(pipeline, 4, shown("a", 0, 0));
    look(pipeline, 5, shown("a", 0, 0));
    assertThat(statuses(pipeline)).containsExactly("a 0 accepted", "b 0 accepted");

    look(pipeline, 5, shown("b", 0, 7));
    look(pipeline, 6, shown("a", 0, 0));

    assertThat(statuses(pipeline)).containsExactly("a 0 replaced", "a 1 pending", "b 0 verified");
    assertThat(exceptions(pipeline)).isZero();
  }

  @Test
  void signOfLifeThatWasReadLaterProvesNothing() {
    Pipeline pipeline = accepted("sum-hourly");

    look(pipeline, 4, shown("a", 0, 0));
    look(pipeline, 9, shown("b", 0, 7));
    look(pipeline, 8, shown("a", 0, 0));

    assertThat(statuses(pipeline)).containsExactly("a 0 accepted", "b 0 verified");
  }

  @Test
  void sightingThatComesTwiceOrOutOfOrderIsNoSecondLook() {
    Pipeline pipeline = accepted("sum-hourly");
    look(pipeline, 4, shown("b", 0, 7));

    Sighting first = usage(ID, "a", "cus_a", 0, Map.of(), at(5));
    record(pipeline, List.of(first, first));
    record(pipeline, List.of(usage(ID, "a", "cus_a", 0, Map.of(), at(5).plusSeconds(600)), first));
    record(pipeline, List.of(usage(ID, "a", "cus_a", 0, Map.of(), at(4))));

    assertThat(statuses(pipeline)).containsExactly("a 0 accepted", "b 0 verified");
  }

  @Test
  void whatComesBackAbsentAfterTwoRevisionsIsADiscrepancy() {
    Pipeline pipeline = accepted("sum-hourly");
    look(pipeline, 4, shown("b", 0, 7));
    int hour = 5;
    for (int revision = 0; revision < 3; revision++) {
      look(pipeline, hour, shown("a", 0, 0));
      look(pipeline, hour + 1, shown("a", 0, 0));
      // The hours that are captured meanwhile are alive.
      toHour(HOUR.plusHours(hour + 2));
      tick(pipeline);
      drain(pipeline);
      look(pipeline, hour + 6, shown("b", hour + 2, 7));
      hour += 7;
    }

    assertThat(statuses(pipeline, HOUR))
        .containsExactly(
            "a 0 replaced", "a 1 replaced", "a 2 discrepancy absent 0", "b 0 verified");
    assertThat(stripe.acceptedEvents())
        .filteredOn(event -> event.timestamp().equals(HOUR.start()))
        .as("a three times, b once")
        .hasSize(4);
  }

  @Test
  void additiveReportThatIsAbsentIsNeverSentAgain() {
    Pipeline pipeline = accepted("sum");
    look(pipeline, 4, shown("b", 0, 7));

    // Nothing is absent sooner than six hours after the last copy could leave.
    look(pipeline, 5, shown("a", 0, 0));
    look(pipeline, 8, shown("a", 0, 0));
    assertThat(statuses(pipeline)).contains("a 0 accepted");
    look(pipeline, 9, shown("a", 0, 0));

    assertThat(statuses(pipeline)).containsExactly("a 0 discrepancy absent 0", "b 0 verified");
    assertThat(exceptions(pipeline)).isEqualTo(1);
  }

  /** But not what a person has billed by other means. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void additiveReportOfWhichNothingIsKnownIsSentAgainOnceItIsAbsentTwice(boolean acknowledged) {
    Pipeline pipeline = pipeline("sum");
    take(pipeline.reportsUrl());
    toHour(HOUR.plusHours(24));
    tick(pipeline);
    drain(pipeline);
    assertThat(statuses(pipeline, HOUR)).containsExactly("a 0 unresolved", "b 0 unresolved");
    if (acknowledged) {
      database.execute(
          """
          update metering.meter_report
          set acknowledged_at = now(), acknowledged_by = 'ann', acknowledged_note = 'ii_77'
          where organization_id = 'a' and status = 'unresolved'
          """);
    }

    look(pipeline, 28, shown("b", 24, 7));
    look(pipeline, 31, shown("a", 0, 0), shown("b", 0, 7));
    look(pipeline, 32, shown("a", 0, 0));

    List<String> sentAgain = List.of("a 0 replaced", "a 1 pending", "b 0 verified");
    assertThat(statuses(pipeline, HOUR))
        .isEqualTo(acknowledged ? List.of("a 0 unresolved", "b 0 verified") : sentAgain);
  }

  /** Which of two functions was later their clocks do not say within minutes. */
  @Test
  void signOfLifeWithinClocksDifferenceOfTheLastCopyIsNoneWhereAResendBillsTwice() {
    Pipeline pipeline = pipeline("sum");
    take(pipeline.reportsUrl());
    Instant lastCopyEnds = clock.instant().plus(Duration.ofHours(23));
    clock.set(lastCopyEnds.minus(Duration.ofMinutes(15)));
    tick(pipeline);
    take(pipeline.reportsUrl());
    clock.set(lastCopyEnds.plus(Duration.ofMinutes(3)));
    tick(pipeline);
    drain(pipeline);
    toHour(HOUR.plusHours(24));
    tick(pipeline);
    drain(pipeline);

    look(pipeline, 28, shown("b", 23, 7));
    look(pipeline, 31, shown("a", 0, 0));
    look(pipeline, 32, shown("a", 0, 0));
    assertThat(statuses(pipeline, HOUR)).contains("a 0 unresolved");
    look(pipeline, 33, shown("b", 24, 7));
    look(pipeline, 33, shown("a", 0, 0));
    assertThat(statuses(pipeline, HOUR)).contains("a 0 unresolved");
    look(pipeline, 34, shown("a", 0, 0));

    assertThat(statuses(pipeline, HOUR)).contains("a 0 replaced", "a 1 pending");
  }

  @Test
  void verifiedReportThatIsAbsentLaterIsADiscrepancyAndStaysUnsent() {
    Pipeline pipeline = accepted("sum-hourly");
    look(pipeline, 4, shown("a", 0, 5), shown("b", 0, 7));

    look(pipeline, 5, shown("a", 0, 0));
    assertThat(statuses(pipeline)).contains("a 0 verified");
    look(pipeline, 6, shown("a", 0, 0));

    assertThat(statuses(pipeline)).containsExactly("a 0 discrepancy absent 0", "b 0 verified");
  }

  @Test
  void customerWhomStripeDoesNotKnowIsADiscrepancyOnceTheMeterWasSeen() {
    Pipeline pipeline = accepted("sum-hourly");
    Sighting gone =
        new Sighting.NoCustomer(
            Pipeline.METER, ID, "a", "cus_a", HOUR, HOUR.plusHours(1), "No such customer", at(5));

    record(pipeline, List.of(gone));
    assertThat(statuses(pipeline)).as("a key of another account").contains("a 0 accepted");
    look(pipeline, 4, shown("b", 0, 7));
    look(pipeline, 6, withReadAt(gone, 6));

    assertThat(statuses(pipeline))
        .containsExactly("a 0 discrepancy customer_gone null", "b 0 verified");
  }

  @Test
  void whatStripeRefusesAfterwardsIsRejectedWhateverTheAnswerWas() {
    Pipeline pipeline = accepted("sum-hourly");

    record(
        pipeline,
        List.of(
            new Sighting.Refused(
                "active_sensors:a:" + HOUR, "archived_meter", "It is archived.", at(1)),
            new Sighting.Refused("another:project", "archived_meter", "It is archived.", at(1)),
            new Sighting.Doubted(ID, HOUR.start(), at(1))));

    assertThat(statuses(pipeline)).containsExactly("a 0 rejected archived_meter", "b 0 accepted");
    assertThat(
            database.queryTexts(
                "select organization_id from metering.meter_report where suspect_at is not null"))
        .containsExactly("b");
    assertThat(exceptions(pipeline)).isZero();
    look(pipeline, 4, shown("a", 0, 5), shown("b", 0, 7));
    assertThat(statuses(pipeline))
        .as("seen there all the same")
        .containsExactly("a 0 verified", "b 0 verified");
  }

  @Test
  void refusalOfWhatWasSeenOnlyAsksAgain() {
    Pipeline pipeline = accepted("sum-hourly");
    look(pipeline, 4, shown("a", 0, 5));

    record(
        pipeline,
        List.of(new Sighting.Refused("active_sensors:a:" + HOUR, "archived_meter", "No.", at(1))));

    assertThat(statuses(pipeline)).contains("a 0 verified");
    assertThat(reports(pipeline, "rejected")).isZero();
    assertThat(
            database.queryLong(
                "select count(*) from metering.meter_report where suspect_at is not null"))
        .isEqualTo(1);
  }

  @Test
  void moreThanATwentiethAbsentIsTheSummariesFaultAndRings() {
    for (int i = 0; i < 40; i++) {
      stripe.addCustomer("cus_" + i);
      reading(database, "many" + i, "cus_" + i, Pipeline.METER, "3");
    }
    Pipeline pipeline = accepted("sum-hourly");
    look(pipeline, 3, shown("b", 0, 7));
    toHour(HOUR.plusHours(4));
    tick(pipeline);
    drain(pipeline);
    List<Sighting> nothing = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      nothing.add(usage(ID, "many" + i, "cus_" + i, 0, Map.of(), at(4)));
    }
    record(pipeline, nothing);
    assertThat(gauge(pipeline, 5, "SummariesAbsent")).isEqualTo(1);
    record(pipeline, nothing.stream().map(seen -> withReadAt(seen, 5)).toList());

    assertThat(reports(pipeline, "replaced")).isZero();
    assertThat(gauge(pipeline, 8, "SummariesAbsent")).isZero();
    // Two looks after that hour count, and it was Stripe that had lost them.
    record(pipeline, nothing.stream().map(seen -> withReadAt(seen, 9)).toList());
    assertThat(reports(pipeline, "replaced")).isEqualTo(40);
    drain(pipeline);
  }

  /** Two organizations, an hour accepted by Stripe, on a meter that was read. */
  private Pipeline accepted(String kind) {
    Pipeline pipeline = pipeline(kind);
    drain(pipeline);
    return pipeline;
  }

  private Pipeline pipeline(String kind) {
    meter(MeterKind.parse(kind));
    stripe.addCustomer("cus_a");
    stripe.addCustomer("cus_b");
    reading(database, "a", "cus_a", Pipeline.METER, "5");
    reading(database, "b", "cus_b", Pipeline.METER, "7");
    Pipeline pipeline =
        pipeline(database, Map.of("SOURCE", "own", "METERS", Pipeline.METER + ":" + kind));
    tick(pipeline);
    record(
        pipeline,
        List.of(
            new Sighting.OfMeter(
                Pipeline.METER,
                List.of(
                    new StripeMeter(
                        ID,
                        "active",
                        "sum",
                        kind.equals("sum-hourly") ? "hour" : null,
                        "stripe_customer_id",
                        "value",
                        false)),
                HOUR.start())));
    return pipeline;
  }

  private static Instant at(int hour) {
    return HOUR.plusHours(hour).start().plus(Duration.ofMinutes(1));
  }

  /** What a read of one hour's one row shows; 0 = no row. */
  private static Sighting.Usage shown(String organization, int hour, int value) {
    return usage(
        ID,
        organization,
        "cus_" + organization,
        hour,
        value == 0 ? Map.of() : Map.of(HOUR.plusHours(hour), BigDecimal.valueOf(value)),
        at(hour));
  }

  private static Sighting.Usage usage(
      String meterId,
      String organization,
      String customer,
      int hour,
      Map<Hour, BigDecimal> values,
      Instant readAt) {
    Hour from = HOUR.plusHours(hour);
    int hours = Math.max(1, values.size());
    return new Sighting.Usage(
        Pipeline.METER,
        meterId,
        organization,
        customer,
        from,
        from.plusHours(hours),
        values,
        readAt);
  }

  private static Sighting withReadAt(Sighting sighting, int hour) {
    return switch (sighting) {
      case Sighting.Usage one ->
          new Sighting.Usage(
              one.meter(),
              one.stripeMeterId(),
              one.organizationId(),
              one.stripeCustomerId(),
              one.from(),
              one.to(),
              one.values(),
              at(hour));
      case Sighting.NoCustomer one ->
          new Sighting.NoCustomer(
              one.meter(),
              one.stripeMeterId(),
              one.organizationId(),
              one.stripeCustomerId(),
              one.from(),
              one.to(),
              one.message(),
              at(hour));
      default -> throw new IllegalArgumentException("it has no time of reading");
    };
  }

  /** The recorder learns what was read so many hours after the first one. */
  private void look(Pipeline pipeline, int hour, Sighting... sightings) {
    record(pipeline, List.of(sightings).stream().map(one -> withReadAt(one, hour)).toList());
  }

  private void record(Pipeline pipeline, List<Sighting> sightings) {
    send(pipeline.outcomesUrl(), List.of(SightingFormat.encode(sightings)));
    pipeline.newRecorder().drain(ROUNDS);
  }

  private static List<String> statuses(Pipeline pipeline) {
    return statuses(pipeline, HOUR);
  }

  private static List<String> statuses(Pipeline pipeline, Hour hour) {
    return pipeline
        .database()
        .queryTexts(
            """
            select organization_id || ' ' || revision || ' ' || status
              || case status when 'discrepancy'
                then ' ' || failure_code || ' ' || coalesce(observed_value::text, 'null')
                when 'rejected' then ' ' || failure_code else '' end
            from metering.meter_report where hour = ?::timestamptz
            order by organization_id, revision
            """,
            hour.start().toString());
  }

  /** What a tick would show a person as new discrepancies. */
  private double exceptions(Pipeline pipeline) {
    return metric(pipeline, "Discrepancies");
  }

  private double gauge(Pipeline pipeline, int hour, String metric) {
    toHour(HOUR.plusHours(hour));
    double value = metric(pipeline, metric);
    drain(pipeline);
    return value;
  }

  private double metric(Pipeline pipeline, String metric) {
    var scheduler = pipeline.newScheduler();
    return Printed.by(() -> tick(pipeline, scheduler, Hour.floor(clock.instant()))).metric(metric);
  }
}
