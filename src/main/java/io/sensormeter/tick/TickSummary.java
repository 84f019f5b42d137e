package io.sensormeter.tick;

import io.sensormeter.lambda.Fields;
import io.sensormeter.lambda.Release;
import io.sensormeter.ledger.Captured;
import io.sensormeter.ledger.Exceptions;
import io.sensormeter.ledger.GivingUp.GivenUp;
import io.sensormeter.ledger.ReportStatus;
import io.sensormeter.meter.Hour;
import io.sensormeter.tick.Gauges.Measured;
import io.sensormeter.tick.Gauges.OfMeter;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a tick did, and what the ledger shows after it.
 *
 * @param customerless active subscriptions without a Stripe customer, where that can be known
 */
public record TickSummary(Done done, Measured measured, Optional<Long> customerless) {

  /**
   * What it did.
   *
   * @param shadow nothing of the tick's hour is ever sent
   * @param skipped hours newly given up as too old
   * @param published copies sent to the reports queue for the first time
   * @param publishedAgain copies sent because no earlier one can be any more
   * @param asked questions to Stripe, what is due and what the meters are
   * @param left what was not done, why, and what happens next; empty if the tick is complete
   */
  record Done(
      Hour tick,
      boolean shadow,
      List<Captured> captured,
      List<Hour> skipped,
      int published,
      int publishedAgain,
      int asked,
      GivenUp givenUp,
      List<String> left) {}

  private record Line(
      Hour tick,
      boolean complete,
      boolean shadow,
      List<Captured> captured,
      List<Hour> skipped,
      int published,
      int publishedAgain,
      int asked,
      int expired,
      int unresolved,
      List<OfMeter> meters,
      Optional<Hour> oldestUncaptured,
      Optional<Hour> oldestPending,
      Optional<Hour> oldestUnverified,
      Optional<List<String>> left) {}

  /** Whether everything owed was captured and published. */
  public boolean complete() {
    return done.left().isEmpty();
  }

  /** How many reports were captured. */
  public int reports() {
    return done.captured().stream().mapToInt(Captured::reports).sum();
  }

  /** The answer: in the log, each line says the version anyway. */
  public Map<String, Object> answer() {
    Map<String, Object> answer = fields();
    answer.put("version", Release.version());
    return answer;
  }

  /** The log line. */
  Map<String, Object> fields() {
    return Fields.of(
        new Line(
            done.tick(),
            complete(),
            done.shadow(),
            done.captured(),
            done.skipped(),
            done.published(),
            done.publishedAgain(),
            done.asked(),
            done.givenUp().expired(),
            done.givenUp().unresolved(),
            measured.meters(),
            measured.oldestUncaptured(),
            measured.oldestPending(),
            measured.oldestUnverified(),
            Optional.of(done.left()).filter(reasons -> !reasons.isEmpty())));
  }

  /**
   * Names are part of the product: the template's alarms read them. Ages are in seconds, 0 = none.
   */
  public Map<String, Number> metrics(Instant now) {
    Map<String, Number> metrics = new LinkedHashMap<>();
    metrics.put("TickCompleted", complete() ? 1 : 0);
    metrics.put("HoursCaptured", done.captured().size());
    metrics.put("ReportsCaptured", reports());
    metrics.put("ReadingsRejected", done.captured().stream().mapToInt(Captured::rejected).sum());
    metrics.put("ReportsPublished", done.published());
    metrics.put("ReportsPublishedAgain", done.publishedAgain());
    metrics.put("QuestionsAsked", done.asked());
    metrics.put("OldestUncapturedAge", age(measured.oldestUncaptured(), now));
    metrics.put("OldestPendingAge", age(measured.oldestPending(), now));
    metrics.put("OldestUnverifiedAge", age(measured.oldestUnverified(), now));
    metrics.put("OpenRejected", measured.count(ReportStatus.REJECTED));
    metrics.put("OpenUnresolved", measured.count(ReportStatus.UNRESOLVED));
    metrics.put("OpenDiscrepancies", measured.count(ReportStatus.DISCREPANCY));
    metrics.put("OpenExpired", measured.count(ReportStatus.EXPIRED));
    shown(metrics, measured.shown());
    metrics.put("MeterProblems", measured.meterProblems());
    metrics.put("SummariesAbsent", measured.summariesAbsent() ? 1 : 0);
    metrics.put(
        "ReportsUnsettledAtClose",
        measured.closing().map(UnsettledOfMonth.Closing::reports).orElse(0L));
    metrics.put("HoursShadowedAfterLive", measured.hoursShadowedAfterLive());
    customerless.ifPresent(count -> metrics.put("SubscriptionsWithoutCustomer", count));
    List<OfMeter> meters = measured.meters();
    metrics.put("BillableReports", meters.stream().mapToLong(OfMeter::billable).sum());
    metrics.put(
        "BillableTotal",
        meters.stream().map(OfMeter::total).reduce(BigDecimal.ZERO, BigDecimal::add));
    metrics.put("CaptureDropped", meters.stream().filter(OfMeter::dropped).count());
    return metrics;
  }

  private static void shown(Map<String, Number> metrics, Exceptions.Shown shown) {
    metrics.put("OrganizationsNewlyRejected", shown.rejected());
    metrics.put("ReportsNewlyUnresolved", shown.unresolved());
    metrics.put("ReportsNewlyExpired", shown.expired());
    metrics.put("SupersededUnsent", shown.supersededUnsent());
    metrics.put("Discrepancies", shown.discrepancies());
    metrics.put("ReportsLate", shown.late());
    metrics.put("HoursSkipped", shown.skipped());
    metrics.put("ReportsEstimated", shown.estimated());
  }

  private static long age(Optional<Hour> hour, Instant now) {
    return hour.map(h -> Math.max(0, Duration.between(h.start(), now).toSeconds())).orElse(0L);
  }
}
