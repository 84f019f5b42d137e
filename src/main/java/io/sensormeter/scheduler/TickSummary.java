package io.sensormeter.scheduler;

import io.sensormeter.ledger.Captures.Captured;
import io.sensormeter.ledger.Gauges.Measured;
import io.sensormeter.ledger.Publications.Settled;
import io.sensormeter.ledger.ReportStatus;
import io.sensormeter.meter.Hour;
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
 * @param swept copies sent again because every earlier one had expired without an outcome
 * @param left what was not done, why, and what happens next; empty if the tick is complete
 */
public record TickSummary(
    Hour tick,
    boolean shadow,
    List<Captured> captured,
    List<Hour> skipped,
    int published,
    int swept,
    Settled settled,
    Measured measured,
    List<String> left) {

  /** Whether everything owed was captured and published. */
  boolean complete() {
    return left.isEmpty();
  }

  private int reports() {
    return captured.stream().mapToInt(Captured::reports).sum();
  }

  private int rejected() {
    return captured.stream().mapToInt(Captured::rejected).sum();
  }

  private int estimated() {
    return captured.stream().filter(Captured::estimated).mapToInt(Captured::reports).sum();
  }

  Map<String, Object> fields() {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("tick", tick.toString());
    fields.put("complete", complete());
    fields.put("shadow", shadow);
    fields.put("captured", captured.stream().map(Captured::fields).toList());
    fields.put("skipped", skipped.stream().map(Hour::toString).toList());
    fields.put("published", published);
    fields.put("publishedAgain", swept);
    fields.put("expired", settled.expired());
    fields.put("unresolved", settled.unresolved());
    hour(fields, "oldestUncaptured", measured.oldestUncaptured());
    hour(fields, "oldestPending", measured.oldestPending());
    hour(fields, "oldestUnverified", measured.oldestUnverified());
    if (!complete()) {
      fields.put("left", left);
    }
    return fields;
  }

  /**
   * Names are part of the product: the template's alarms read them. Ages are in seconds, 0 = none.
   */
  Map<String, Number> metrics(Instant now) {
    Map<String, Number> metrics = new LinkedHashMap<>();
    metrics.put("TickCompleted", complete() ? 1 : 0);
    metrics.put("HoursCaptured", captured.size());
    metrics.put("HoursSkipped", skipped.size());
    metrics.put("ReportsCaptured", reports());
    metrics.put("ReadingsRejected", rejected());
    metrics.put("ReportsEstimated", estimated());
    metrics.put("ReportsPublished", published);
    metrics.put("ReportsPublishedAgain", swept);
    metrics.put("OldestUncapturedAge", age(measured.oldestUncaptured(), now));
    metrics.put("OldestPendingAge", age(measured.oldestPending(), now));
    metrics.put("OldestUnverifiedAge", age(measured.oldestUnverified(), now));
    metrics.put("OpenRejected", open(ReportStatus.REJECTED));
    metrics.put("OpenUnresolved", open(ReportStatus.UNRESOLVED));
    metrics.put("OpenDiscrepancies", open(ReportStatus.DISCREPANCY));
    metrics.put("OpenExpired", open(ReportStatus.EXPIRED));
    metrics.put("OrganizationsNewlyRejected", measured.newlyRejected());
    metrics.put("ReportsNewlyUnresolved", measured.newlyUnresolved());
    metrics.put("ReportsNewlyExpired", measured.newlyExpired());
    metrics.put("BillableReports", measured.billable());
    metrics.put("BillableTotal", measured.total());
    metrics.put("CaptureDropped", measured.captureDropped() ? 1 : 0);
    return metrics;
  }

  private long open(ReportStatus status) {
    return measured.open().getOrDefault(status, 0L);
  }

  private static void hour(Map<String, Object> fields, String name, Optional<Hour> hour) {
    hour.ifPresent(h -> fields.put(name, h.toString()));
  }

  private static long age(Optional<Hour> hour, Instant now) {
    return hour.map(h -> Math.max(0, Duration.between(h.start(), now).toSeconds())).orElse(0L);
  }
}
