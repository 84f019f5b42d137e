package io.sensormeter.tick;

import io.sensormeter.lambda.Fields;
import io.sensormeter.lambda.Release;
import io.sensormeter.ledger.Captures.Captured;
import io.sensormeter.ledger.ReportStatus;
import io.sensormeter.ledger.Settlements.GivenUp;
import io.sensormeter.meter.Hour;
import io.sensormeter.tick.Gauges.Measured;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a tick did.
 *
 * @param shadow nothing of the captured hours is ever sent
 * @param skipped hours newly given up as too old
 * @param published copies sent to the reports queue for the first time
 * @param publishedAgain copies sent again because every earlier one had expired without an outcome
 * @param left what was not done, why, and what happens next; empty if the tick is complete
 */
public record TickSummary(
    Hour tick,
    boolean shadow,
    List<Captured> captured,
    List<Hour> skipped,
    int published,
    int publishedAgain,
    GivenUp givenUp,
    Measured measured,
    List<String> left) {

  private record Line(
      Hour tick,
      boolean complete,
      boolean shadow,
      List<Captured> captured,
      List<Hour> skipped,
      int published,
      int publishedAgain,
      int expired,
      int unresolved,
      Optional<Hour> oldestUncaptured,
      Optional<Hour> oldestPending,
      Optional<Hour> oldestUnverified,
      Optional<List<String>> left) {}

  /** Whether everything owed was captured and published. */
  public boolean complete() {
    return left.isEmpty();
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
            tick,
            complete(),
            shadow,
            captured,
            skipped,
            published,
            publishedAgain,
            givenUp.expired(),
            givenUp.unresolved(),
            measured.oldestUncaptured(),
            measured.oldestPending(),
            measured.oldestUnverified(),
            Optional.of(left).filter(reasons -> !reasons.isEmpty())));
  }

  /**
   * Names are part of the product: the template's alarms read them. Ages are in seconds, 0 = none.
   */
  public Map<String, Number> metrics(Instant now) {
    Map<String, Number> metrics = new LinkedHashMap<>();
    metrics.put("TickCompleted", complete() ? 1 : 0);
    metrics.put("HoursCaptured", captured.size());
    metrics.put("HoursSkipped", skipped.size());
    metrics.put("ReportsCaptured", captured.stream().mapToInt(Captured::reports).sum());
    metrics.put("ReadingsRejected", captured.stream().mapToInt(Captured::rejected).sum());
    metrics.put(
        "ReportsEstimated",
        captured.stream().filter(Captured::estimated).mapToInt(Captured::reports).sum());
    metrics.put("ReportsPublished", published);
    metrics.put("ReportsPublishedAgain", publishedAgain);
    metrics.put("OldestUncapturedAge", age(measured.oldestUncaptured(), now));
    metrics.put("OldestPendingAge", age(measured.oldestPending(), now));
    metrics.put("OldestUnverifiedAge", age(measured.oldestUnverified(), now));
    metrics.put("OpenRejected", measured.count(ReportStatus.REJECTED));
    metrics.put("OpenUnresolved", measured.count(ReportStatus.UNRESOLVED));
    metrics.put("OpenDiscrepancies", measured.count(ReportStatus.DISCREPANCY));
    metrics.put("OpenExpired", measured.count(ReportStatus.EXPIRED));
    metrics.put("OrganizationsNewlyRejected", measured.newlyRejected());
    metrics.put("ReportsNewlyUnresolved", measured.newlyUnresolved());
    metrics.put("ReportsNewlyExpired", measured.newlyExpired());
    metrics.put("BillableReports", measured.billable());
    metrics.put("BillableTotal", measured.total());
    metrics.put("CaptureDropped", measured.captureDropped() ? 1 : 0);
    return metrics;
  }

  private static long age(Optional<Hour> hour, Instant now) {
    return hour.map(h -> Math.max(0, Duration.between(h.start(), now).toSeconds())).orElse(0L);
  }
}
