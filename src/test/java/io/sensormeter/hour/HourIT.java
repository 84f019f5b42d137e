package io.sensormeter.hour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatRuntimeException;

import io.sensormeter.local.Pipeline;
import io.sensormeter.local.Services;
import io.sensormeter.local.aws.EventSource;
import io.sensormeter.local.postgres.ApplicationData;
import io.sensormeter.local.postgres.LocalDatabase;
import io.sensormeter.local.stripe.ReceivedEvent;
import io.sensormeter.meter.Hour;
import io.sensormeter.meter.MeterKind;
import io.sensormeter.scheduler.SchedulerHandler;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** An hour of billing from the application's tables to Stripe and back into the ledger. */
@Tag("postgres")
final class HourIT extends HourFixture {
  private static final int ORGANIZATIONS = 60;
  private static final String SIGNATURE =
      "metering.billable_readings(at timestamptz) returns table (organization_id text,"
          + " stripe_customer_id text, meter text, value numeric)";
  private static final String DEPLOYED =
      """
      {"source": "aws.cloudformation", "detail-type": "CloudFormation Stack Status Change",
       "detail": {"status-details": {"status": "UPDATE_COMPLETE"}}}
      """;

  @ParameterizedTest
  @EnumSource
  void anHourReachesStripeUnitForUnitAndEverythingDeliveredTwiceChangesNothing(MeterKind kind) {
    meter(kind);
    Pipeline pipeline =
        pipeline(application(ORGANIZATIONS), Map.of("METERS", "active_sensors:" + kind.label()));
    SchedulerHandler scheduler = pipeline.newScheduler();
    EventSource reporter = pipeline.newReporter();
    EventSource recorder = pipeline.newRecorder();

    Map<String, Object> summary = tick(pipeline, scheduler, HOUR);
    List<String> copies = Services.sqs().bodies(pipeline.reportsUrl());
    reporter.drain(ROUNDS);
    List<String> outcomes = Services.sqs().bodies(pipeline.outcomesUrl());
    recorder.drain(ROUNDS);

    assertThat(summary).containsEntry("published", ORGANIZATIONS).containsEntry("complete", true);
    assertThat(copies).hasSize(ORGANIZATIONS).doesNotHaveDuplicates();
    assertThat(reports(pipeline, "accepted")).isEqualTo(ORGANIZATIONS);
    assertThat(stripe.total(Pipeline.METER).longValue())
        .isEqualTo(pipeline.database().queryLong("select count(*) from devices where is_active"));
    assertAgreement(pipeline);

    List<String> ledger = ledger(pipeline);
    List<ReceivedEvent> billed = stripe.acceptedEvents();
    send(pipeline.reportsUrl(), copies);
    send(pipeline.reportsUrl(), copies);
    send(pipeline.outcomesUrl(), outcomes);
    tick(pipeline, scheduler, HOUR);
    reporter.drain(ROUNDS);
    recorder.drain(ROUNDS);
    tick(pipeline);

    assertThat(ledger(pipeline)).isEqualTo(ledger);
    assertThat(stripe.acceptedEvents()).isEqualTo(billed);
    assertThat(reporter.lastFailure()).isEmpty();
    assertThat(recorder.lastFailure()).isEmpty();
  }

  @Test
  void databaseMadeByOtherMigrationsIsBilledAsAnyOther() {
    meter(MeterKind.SUM_HOURLY);
    LocalDatabase database = Services.postgres().newDatabaseMadeByOtherMigrations();
    Pipeline pipeline = pipeline(filled(database, ORGANIZATIONS), Map.of());

    tick(pipeline);
    drain(pipeline);

    assertThat(reports(pipeline, "accepted")).isEqualTo(ORGANIZATIONS);
    assertThat(stripe.total(Pipeline.METER).longValue())
        .isEqualTo(database.queryLong("select count(*) from devices where is_active"));
    assertAgreement(pipeline);
  }

  @Test
  void shadowIsCapturedButNothingIsSentUntilTheDeploymentThatSetsBillFrom() {
    meter(MeterKind.SUM_HOURLY);
    LocalDatabase database = application(ORGANIZATIONS);
    Pipeline shadow = pipeline(database, Map.of("BILL_FROM", ""));
    SchedulerHandler scheduler = shadow.newScheduler();
    for (Hour hour : List.of(HOUR, HOUR.plusHours(1))) {
      toHour(hour);
      assertThat(tick(shadow, scheduler, hour))
          .containsEntry("shadow", true)
          .containsEntry("published", 0);
    }
    assertThat(shadow.depth()).isZero();
    assertThat(reports(shadow, "shadow")).isEqualTo(2 * ORGANIZATIONS);

    Hour first = HOUR.plusHours(3);
    Pipeline live = pipeline(database, Map.of("BILL_FROM", first.toString()));
    clock.set(HOUR.plusHours(2).start().plus(Duration.ofMinutes(40)));
    live.invoke(live.newScheduler(), DEPLOYED);
    assertThat(live.depth()).isZero();
    assertThat(reports(live, "shadow")).isEqualTo(3 * ORGANIZATIONS);

    toHour(first);
    tick(live);
    drain(live);

    assertThat(reports(live, "shadow")).isEqualTo(3 * ORGANIZATIONS);
    assertThat(reports(live, "accepted")).isEqualTo(ORGANIZATIONS);
    assertThat(stripe.acceptedEvents())
        .hasSize(ORGANIZATIONS)
        .allMatch(event -> event.timestamp().equals(first.start()));
  }

  @Test
  void tickAfterThreeDaysOfSilenceBillsEveryHourOfThem() {
    meter(MeterKind.SUM_HOURLY);
    int organizations = 10;
    Pipeline pipeline =
        pipeline(application(organizations), Map.of("BILL_FROM", HOUR.minusHours(72).toString()));
    toHour(HOUR.minusHours(72));
    tick(pipeline);
    drain(pipeline);

    toHour(HOUR);
    Map<String, Object> summary = tick(pipeline);
    drain(pipeline);

    assertThat(summary).containsEntry("published", 72 * organizations);
    assertThat(pipeline.database().queryLong("select count(*) from metering.tick")).isEqualTo(73);
    assertThat(reports(pipeline, "accepted")).isEqualTo(73L * organizations);
    assertAgreement(pipeline);
  }

  @Test
  void tickDeliveredThreeDaysLateBillsWhatWasOwedThen() {
    meter(MeterKind.SUM_HOURLY);
    Pipeline pipeline = pipeline(application(10), Map.of());

    toHour(HOUR.plusHours(72));
    tick(pipeline, pipeline.newScheduler(), HOUR);
    drain(pipeline);

    assertThat(reports(pipeline, "accepted")).isEqualTo(10);
    assertThat(stripe.acceptedEvents()).allMatch(event -> event.timestamp().equals(HOUR.start()));
    assertAgreement(pipeline);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 24})
  void tickDatedAheadOfTheClockIsRefused(int hoursAhead) {
    meter(MeterKind.SUM_HOURLY);
    Pipeline pipeline = pipeline(application(10), Map.of());
    SchedulerHandler scheduler = pipeline.newScheduler();

    assertThatIllegalArgumentException()
        .isThrownBy(() -> tick(pipeline, scheduler, HOUR.plusHours(hoursAhead)))
        .withMessageContaining(
            "tick " + HOUR.plusHours(hoursAhead) + " lies more than five minutes")
        .withMessageContaining("nothing was done");

    assertThat(ledger(pipeline)).isEmpty();
    assertThat(pipeline.depth()).isZero();
  }

  @Test
  void ownSourceBillsTwoMeters() {
    meter(MeterKind.SUM_HOURLY);
    meter("cold_rooms", MeterKind.SUM_HOURLY);
    LocalDatabase database = ownSource();
    for (int n = 1; n <= ORGANIZATIONS; n++) {
      stripe.addCustomer("cus_" + n);
      reading(database, "organization " + n, "cus_" + n, Pipeline.METER, String.valueOf(n));
      if (n % 2 == 0) {
        reading(database, "organization " + n, "cus_" + n, "cold_rooms", String.valueOf(1000 + n));
      }
    }
    Pipeline pipeline =
        pipeline(
            database,
            Map.of("SOURCE", "own", "METERS", "active_sensors:sum-hourly, cold_rooms:sum-hourly"));

    tick(pipeline);
    drain(pipeline);

    assertThat(reports(pipeline, "accepted")).isEqualTo(ORGANIZATIONS * 3 / 2);
    assertThat(stripe.total(Pipeline.METER)).isEqualByComparingTo("1830");
    assertThat(stripe.total("cold_rooms")).isEqualByComparingTo("30930");
    assertAgreement(pipeline);
  }

  @Test
  void whatCannotBeBilledIsRejectedByItsCodeAndTheOthersAreBilled() {
    meter(MeterKind.SUM_HOURLY);
    LocalDatabase database = ownSource();
    for (String good : List.of("a", "b", "shared 1", "zero")) {
      stripe.addCustomer("cus_" + good.substring(0, 1));
    }
    String meter = Pipeline.METER;
    reading(database, "a", "cus_a", meter, "999999999999999");
    reading(database, "b", "cus_b", meter, "7.000");
    reading(database, "zero", "cus_z", meter, "0");
    reading(database, "negative", "cus_1", meter, "-1");
    reading(database, "fractional", "cus_2", meter, "1.5");
    reading(database, "null", "cus_3", meter, null);
    reading(database, "nan", "cus_4", meter, "NaN");
    reading(database, "large", "cus_5", meter, "1000000000000000");
    reading(database, "blank", "  ", meter, "5");
    reading(database, "no customer", null, meter, "5");
    reading(database, "doubled", "cus_6", meter, "5");
    reading(database, "doubled", "cus_6", meter, "6");
    reading(database, "shared 1", "cus_s", meter, "5");
    reading(database, "shared 2", "cus_s", meter, "6");
    reading(database, "unknown to Stripe", "cus_7", meter, "5");
    Pipeline pipeline = pipeline(database, Map.of("SOURCE", "own"));

    tick(pipeline);
    drain(pipeline);

    assertThat(
            database.queryTexts(
                """
                select organization_id || ': ' || failure_code || ' ' || coalesce(value::text, '-')
                from metering.meter_report where status = 'rejected' order by 1
                """))
        .containsExactlyInAnyOrder(
            "blank: customer_blank 5",
            "doubled: reading_doubled -",
            "fractional: value_fractional -",
            "large: value_too_large -",
            "nan: value_not_finite -",
            "negative: value_negative -",
            "no customer: customer_blank 5",
            "null: value_null -",
            "shared 2: customer_shared 6",
            "unknown to Stripe: invalid_request_error 5");
    assertThat(
            database.queryTexts(
                "select organization_id from metering.meter_report where status = 'accepted' order"
                    + " by 1"))
        .containsExactly("a", "b", "shared 1", "zero");
    assertAgreement(pipeline);
  }

  @Test
  void ownSourceThatIsMissingIsNamedWithTheSignatureItNeeds() {
    Pipeline pipeline = pipeline(Services.postgres().newDatabase(), Map.of("SOURCE", "own"));

    assertThatRuntimeException()
        .isThrownBy(() -> tick(pipeline))
        .withMessageContaining(SIGNATURE)
        .withMessageContaining("found: none of that name")
        .withMessageContaining("'Adapting the source'")
        .withMessageContaining("stays owed");
    assertThat(pipeline.invoke(pipeline.newScheduler(), "{\"command\":\"tick\",\"dryRun\":true}"))
        .extractingByKey("wouldFail")
        .asString()
        .contains(SIGNATURE);
    assertThat(ledger(pipeline)).isEmpty();
  }

  @Test
  void ownSourceWithOtherColumnsIsNamedUntilItIsMended() {
    meter(MeterKind.SUM_HOURLY);
    LocalDatabase database = Services.postgres().newDatabase();
    database.execute(
        """
        create function metering.billable_readings(at timestamptz)
        returns table (organization uuid, meter text, value numeric) language sql
        as $$ select gen_random_uuid(), 'active_sensors', 5::numeric $$
        """);
    Pipeline pipeline = pipeline(database, Map.of("SOURCE", "own"));
    SchedulerHandler scheduler = pipeline.newScheduler();

    assertThatRuntimeException()
        .isThrownBy(() -> tick(pipeline, scheduler, HOUR))
        .withMessageContaining(SIGNATURE)
        .withMessageContaining(
            "found: (timestamp with time zone) returns"
                + " TABLE(organization uuid, meter text, value numeric)");

    database.execute("drop function metering.billable_readings");
    stripe.addCustomer(ApplicationData.customerId(1));
    database.createSource(
        "language sql as $$ select 'a', '%s', 'active_sensors', 5::numeric $$"
            .formatted(ApplicationData.customerId(1)));
    tick(pipeline, scheduler, HOUR);
    drain(pipeline);
    assertThat(stripe.total(Pipeline.METER)).isEqualByComparingTo("5");
    assertAgreement(pipeline);
  }

  @Test
  void ownSourceThatFailsByItselfIsNotBlamedForItsSignature() {
    LocalDatabase database = Services.postgres().newDatabase();
    database.createSource(
        "language sql as $$ select 'a', 'cus_a', 'active_sensors', 1 / (random() * 0) $$");
    Pipeline pipeline = pipeline(database, Map.of("SOURCE", "own"));

    assertThatRuntimeException()
        .isThrownBy(() -> tick(pipeline))
        .withMessageContaining("division by zero")
        .withMessageNotContaining("Adapting");
  }
}
