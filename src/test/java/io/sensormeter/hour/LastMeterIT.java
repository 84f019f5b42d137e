package io.sensormeter.hour;

import static org.assertj.core.api.Assertions.assertThat;

import io.sensormeter.local.Pipeline;
import io.sensormeter.local.Printed;
import io.sensormeter.local.postgres.LocalDatabase;
import io.sensormeter.local.stripe.Fault;
import io.sensormeter.local.stripe.ReceivedEvent;
import io.sensormeter.meter.Hour;
import io.sensormeter.meter.MeterKind;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Of a period's events the final one counts: none of an earlier hour may come after it. */
@Tag("postgres")
final class LastMeterIT extends HourFixture {
  private final LocalDatabase database = ownSource();
  private Pipeline pipeline;

  @BeforeEach
  void fill() {
    meter(MeterKind.LAST);
    stripe.lastFollowsReceipt(true);
    stripe.addCustomer("cus_1");
    stripe.addCustomer("cus_2");
    reading(database, "a", "cus_1", Pipeline.METER, "5");
    pipeline = pipeline(database, Map.of("SOURCE", "own", "METERS", "active_sensors:last"));
  }

  @Test
  void hourOfAnOrganizationThatHandedItsCustomerOnIsSupersededAndRingsOnce() {
    assertThat(supersededAtTick(0)).isZero();
    List<String> lost = take(pipeline.reportsUrl());
    database.execute("update readings set organization = 'b', value = 7");

    assertThat(supersededAtTick(1)).isEqualTo(1);
    drain(pipeline);
    send(pipeline.reportsUrl(), lost);
    drain(pipeline);
    assertThat(supersededAtTick(2)).isZero();
    drain(pipeline);

    assertThat(statuses()).containsExactly("a superseded", "b accepted", "b accepted");
    assertThat(stamps()).containsExactly(HOUR.plusHours(1), HOUR.plusHours(2));
  }

  @Test
  void organizationWithAnotherCustomerSinceLeavesNoOlderHourBehindEither() {
    assertThat(supersededAtTick(0)).isZero();
    take(pipeline.reportsUrl());
    database.execute("update readings set customer = 'cus_2'");

    assertThat(supersededAtTick(1)).isEqualTo(1);
    drain(pipeline);

    assertThat(statuses()).containsExactly("a superseded", "a accepted");
    assertThat(stamps()).containsExactly(HOUR.plusHours(1));
  }

  @Test
  void ofTheHoursThatAreCaughtUpOnlyTheNewestLeaves() {
    supersededAtTick(0);
    drain(pipeline);

    // Two ticks did not come.
    assertThat(supersededAtTick(3)).isEqualTo(2);
    drain(pipeline);
    assertThat(supersededAtTick(4)).isZero();
    drain(pipeline);

    assertThat(statuses())
        .containsExactly("a accepted", "a superseded", "a superseded", "a accepted", "a accepted");
    assertThat(stamps()).containsExactly(HOUR, HOUR.plusHours(3), HOUR.plusHours(4));
  }

  /**
   * Found by the simulation: in the clock hour in which the later one may be captured at any
   * moment, copies of both would lie beside each other.
   */
  @Test
  void hourWhoseSuccessorIsNotCapturedYetHasNoCopy() {
    tick(pipeline);
    drain(pipeline);
    failsFor(HOUR.plusHours(2));
    toHour(HOUR.plusHours(2));

    assertThat(failureOfTick(pipeline, pipeline.newScheduler(), HOUR.plusHours(2))).isPresent();
    assertThat(statuses()).containsExactly("a accepted", "a pending");
    assertThat(take(pipeline.reportsUrl())).isEmpty();

    failsForNone();
    assertThat(supersededAtTick(2)).isEqualTo(1);
    drain(pipeline);
    assertThat(statuses()).containsExactly("a accepted", "a superseded", "a accepted");
    assertThat(stamps()).containsExactly(HOUR, HOUR.plusHours(2));
  }

  /**
   * Found by the simulation: the later one was refused, and another copy of it may still be taken.
   */
  @Test
  void hourCapturedLateDoesNotLeaveBesideARefusedLaterOnesCopy() {
    supersededAtTick(0);
    drain(pipeline);
    failsFor(HOUR.plusHours(1));
    toHour(HOUR.plusHours(2));
    assertThat(failureOfTick(pipeline, pipeline.newScheduler(), HOUR.plusHours(2))).isPresent();
    List<String> later = take(pipeline.reportsUrl());
    stripe.script(_ -> new Fault.Refused("parameter_invalid", "Value is no number."));
    send(pipeline.reportsUrl(), later);
    drain(pipeline);
    stripe.script(_ -> null);
    assertThat(statuses()).containsExactly("a accepted", "a rejected");

    failsForNone();
    assertThat(supersededAtTick(2)).isZero();

    assertThat(statuses()).containsExactly("a accepted", "a pending", "a rejected");
    assertThat(take(pipeline.reportsUrl())).isEmpty();
    send(pipeline.reportsUrl(), later);
    drain(pipeline);
    assertThat(supersededAtTick(3)).isEqualTo(1);
    drain(pipeline);
    assertThat(stamps()).containsExactly(HOUR, HOUR.plusHours(2), HOUR.plusHours(3));
  }

  /** Found by the simulation: the earlier one's copy may be sent after the later one's. */
  @Test
  void retriedHourDoesNotLeaveBesideAnEarlierOnesCopy() {
    supersededAtTick(0);
    take(pipeline.reportsUrl());
    database.execute("update readings set value = -1");
    supersededAtTick(1);
    List<String> earlier = take(pipeline.reportsUrl());
    database.execute("update readings set value = 9");

    pipeline.invoke(
        pipeline.newScheduler(),
        """
        {"command": "retry", "from": "%1$s", "to": "%1$s", "by": "ann"}
        """
            .formatted(HOUR.plusHours(1)));

    assertThat(earlier).hasSize(1);
    assertThat(take(pipeline.reportsUrl())).isEmpty();
    send(pipeline.reportsUrl(), earlier);
    drain(pipeline);
    assertThat(statuses()).containsExactly("a accepted", "a replaced", "a pending");
    supersededAtTick(2);
    drain(pipeline);
    assertThat(stamps()).containsExactly(HOUR, HOUR.plusHours(2));
  }

  private void failsFor(Hour hour) {
    database.createSource(
        """
        language plpgsql stable as $$ begin
          if at = timestamptz '%s' then raise 'not this hour'; end if;
          return query select * from public.readings;
        end $$
        """
            .formatted(hour.start()));
  }

  private void failsForNone() {
    database.createSource("language sql stable as 'select * from public.readings'");
  }

  private double supersededAtTick(int hour) {
    toHour(HOUR.plusHours(hour));
    var scheduler = pipeline.newScheduler();
    return Printed.by(() -> tick(pipeline, scheduler, HOUR.plusHours(hour)))
        .metric("SupersededUnsent");
  }

  private List<String> statuses() {
    return database.queryTexts(
        "select organization_id || ' ' || status from metering.meter_report order by hour");
  }

  /** In the order of receipt. */
  private List<Hour> stamps() {
    return stripe.acceptedEvents().stream().map(ReceivedEvent::timestamp).map(Hour::floor).toList();
  }
}
