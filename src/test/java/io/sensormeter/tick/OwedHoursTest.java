package io.sensormeter.tick;

import static org.assertj.core.api.Assertions.assertThat;

import io.sensormeter.config.SchedulerSettings;
import io.sensormeter.meter.Hour;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class OwedHoursTest {
  private static final Hour NOW = Hour.parse("2026-11-22T14Z");

  @Test
  void catchUpReachesBackAsFarAsItSays() {
    assertThat(live(NOW.minusHours(24), "24"))
        .isEqualTo(new OwedHours(NOW.minusHours(24), NOW, Optional.empty()));
  }

  @Test
  void hoursBeforeTheCatchUpAreSkippedFromTheFirstOwedOn() {
    Hour first = NOW.minusHours(25);

    assertThat(live(first, "24"))
        .isEqualTo(new OwedHours(NOW.minusHours(24), NOW, Optional.of(first)));
  }

  @Test
  void lateTickIsMeasuredByTheClockAndEndsAtItsOwnHour() {
    Hour tick = NOW.minusHours(3);
    Hour first = NOW.minusHours(100);

    assertThat(OwedHours.of(tick, NOW, settings("2026-11-01T00Z", "24"), Optional.of(first)))
        .isEqualTo(new OwedHours(NOW.minusHours(24), tick, Optional.of(first)));
  }

  /** Its copies would expire before Stripe can have answered, a flow's first of all. */
  @Test
  void hourThatWouldExpireInTheSameTickIsSkipped() {
    Hour first = NOW.minusHours(816);

    assertThat(live(first, "816"))
        .isEqualTo(new OwedHours(NOW.minusHours(813), NOW, Optional.of(first)));
  }

  @Test
  void firstTickThatBillsAnswersForADayBeforeIt() {
    assertThat(OwedHours.of(NOW, NOW, settings("2026-11-01T00Z", "816"), Optional.empty()))
        .isEqualTo(new OwedHours(NOW.minusHours(23), NOW, Optional.empty()));
    assertThat(OwedHours.of(NOW, NOW, settings("2026-11-22T12Z", "816"), Optional.empty()))
        .isEqualTo(new OwedHours(NOW.minusHours(2), NOW, Optional.empty()));
  }

  @Test
  void beforeItBillsATickAnswersForItsOwnHour() {
    OwedHours own = new OwedHours(NOW, NOW, Optional.empty());

    assertThat(OwedHours.of(NOW, NOW, settings("", "816"), Optional.empty())).isEqualTo(own);
    assertThat(OwedHours.of(NOW, NOW, settings("2026-11-22T15Z", "816"), Optional.empty()))
        .isEqualTo(own);
  }

  /** Blank, later, mistyped, earlier: what was owed stays owed. */
  @Test
  void whatBillFromSaysLaterMovesNothing() {
    Hour first = NOW.minusHours(5);
    OwedHours owed = new OwedHours(first, NOW, Optional.empty());

    for (String billFrom :
        new String[] {"", "2027-11-22T09Z", "2026-11-22T09Z", "2025-01-01T00Z"}) {
      assertThat(OwedHours.of(NOW, NOW, settings(billFrom, "816"), Optional.of(first)))
          .as(billFrom)
          .isEqualTo(owed);
    }
  }

  private static OwedHours live(Hour first, String catchUpHours) {
    return OwedHours.of(NOW, NOW, settings("2026-01-01T00Z", catchUpHours), Optional.of(first));
  }

  private static SchedulerSettings settings(String billFrom, String catchUpHours) {
    Map<String, String> environment = new HashMap<>();
    environment.put("DATABASE_SECRET_ARN", "arn:aws:secretsmanager:us-east-1:1:secret:x");
    environment.put("STACK", "aws:us-east-1:1:sensor-meter");
    environment.put("SOURCE", "shipped");
    environment.put("METERS", "active_sensors:sum-hourly");
    environment.put("STRIPE_MODE", "test");
    environment.put("REPORTS_QUEUE_URL", "https://sqs.us-east-1.amazonaws.com/1/reports");
    environment.put("VERIFICATIONS_QUEUE_URL", "https://sqs.us-east-1.amazonaws.com/1/questions");
    environment.put("BILL_FROM", billFrom);
    environment.put("CATCH_UP_HOURS", catchUpHours);
    return SchedulerSettings.read(environment);
  }
}
