package io.sensormeter.verifier;

import static org.assertj.core.api.Assertions.assertThat;

import io.sensormeter.local.stripe.ErrorReport;
import io.sensormeter.local.stripe.Fault;
import io.sensormeter.local.stripe.Formula;
import io.sensormeter.local.stripe.SampleShape;
import io.sensormeter.meter.Sighting;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What Stripe refused after it had taken it, told through the account's partner event bus. */
final class NotificationIT extends VerifierFixture {
  private static final String CODE = "meter_event_customer_not_found";

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void bothShapesNameTheRefusedEventAndDoubtItsTime(boolean inEnvelope) {
    stripe.onMeterEvent(new Fault.RejectedLater(CODE), 1);
    report("a", HOUR, 25);
    ErrorReport report = stripe.errorReports().getFirst();
    send(inEnvelope ? report.envelope() : report.notification());
    clock.advance(Duration.ofHours(20));

    source.pollOnce();

    assertThat(sightings())
        .containsExactlyInAnyOrder(
            new Sighting.Refused(identifier("a", HOUR), CODE, "Rejected: " + CODE, NOW),
            new Sighting.Doubted(meter.id(), NOW, NOW.plusSeconds(10)));
    assertThat(left()).isZero();
    assertThat(parts())
        .isEqualTo(
            Map.of(Count.RECEIVED, 1, Count.ANSWERED, 1, Count.READS, 1, Count.SIGHTINGS_SENT, 2));
  }

  @ParameterizedTest
  @EnumSource
  void samplesAreReadHoweverTheyNameTheirEvent(SampleShape shape) {
    stripe.samplesAreNamedBy(shape);
    stripe.onMeterEvent(new Fault.RejectedLater(CODE), 1);
    report("a", HOUR, 25);
    send(stripe.errorReports().getFirst().notification());

    source.pollOnce();

    assertThat(sightings())
        .contains(new Sighting.Refused(identifier("a", HOUR), CODE, "Rejected: " + CODE, NOW));
  }

  @Test
  void onlyTheSamplesAreNamed() {
    stripe.errorReportsGather(2);
    stripe.onMeterEvent(new Fault.RejectedLater(CODE), 5);
    for (int i = 0; i < 5; i++) {
      report("a", HOUR.plusHours(i), 25);
    }
    send(stripe.errorReports().getFirst().envelope());

    source.pollOnce();

    assertThat(stripe.errorReports()).hasSize(1);
    assertThat(sightings())
        .filteredOn(Sighting.Refused.class::isInstance)
        .extracting(sighting -> ((Sighting.Refused) sighting).identifier())
        .containsExactly(identifier("a", HOUR), identifier("a", HOUR.plusHours(1)));
    assertThat(sightings()).filteredOn(Sighting.Doubted.class::isInstance).hasSize(1);
  }

  @Test
  void notificationThatComesTwiceIsFetchedOnceInABatch() {
    stripe.onMeterEvent(new Fault.RejectedLater(CODE), 1);
    report("a", HOUR, 25);
    ErrorReport report = stripe.errorReports().getFirst();
    send(report.envelope());
    send(report.notification());

    source.pollOnce();

    assertThat(stripe.reads()).isOne();
    assertThat(sightings()).hasSize(2);
    assertThat(left()).isZero();
  }

  @Test
  void noMeterFoundIsAboutNoMeter() {
    stripe.onMeterEvent(new Fault.RejectedLater("no_meter"), 1);
    report("a", HOUR, 25);
    ErrorReport report = stripe.errorReports().getFirst();
    assertThat(report.notification()).contains("no_meter_found").doesNotContain("related_object");
    send(report.envelope());

    source.pollOnce();

    assertThat(sightings())
        .isEqualTo(
            List.of(
                new Sighting.Refused(
                    identifier("a", HOUR), "no_meter", "Rejected: no_meter", NOW)));
  }

  @Test
  void reportOfAnotherProjectsMeterIsASightingToo() {
    String other = stripe.addMeter("other", Formula.SUM, null).id();
    stripe.onMeterEvent(new Fault.RejectedLater(CODE), 1);
    report("other", "a", HOUR, 25);
    send(stripe.errorReports().getFirst().envelope());

    source.pollOnce();

    assertThat(sightings()).contains(new Sighting.Doubted(other, NOW, NOW.plusSeconds(10)));
  }

  @Test
  void notificationWhoseEventIsGoneIsDeleted() {
    stripe.onMeterEvent(new Fault.RejectedLater(CODE), 1);
    report("a", HOUR, 25);
    send(stripe.errorReports().getFirst().envelope());
    clock.advance(Duration.ofDays(30));

    source.pollOnce();

    assertThat(left()).isZero();
    assertThat(sightings()).isEmpty();
    assertThat(parts()).isEqualTo(Map.of(Count.RECEIVED, 1, Count.GONE, 1, Count.READS, 1));
  }

  @Test
  void notificationOutlivesAnyQuestion() {
    stripe.onMeterEvent(new Fault.RejectedLater(CODE), 1);
    report("a", HOUR, 25);
    send(stripe.errorReports().getFirst().envelope());
    ask("a");
    clock.advance(Duration.ofDays(3));

    source.pollOnce();

    assertThat(sightings()).hasSize(2);
    assertThat(parts()).containsEntry(Count.EXPIRED, 1).containsEntry(Count.ANSWERED, 1);
  }
}
