package io.sensormeter.ledger;

import io.sensormeter.database.Database;
import io.sensormeter.database.ReadOnly;
import io.sensormeter.meter.Hour;
import io.sensormeter.meter.ReportKey;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Another value for what Stripe holds, where a later event of the hour replaces the earlier. */
public final class Corrections {

  private final Database database;
  private final Duration lateAfter;

  /**
   * @param lateAfter a revision made later than this after its event time is late
   */
  public Corrections(Database database, Duration lateAfter) {
    this.database = database;
    this.lateAfter = lateAfter;
  }

  /**
   * The last revision of a report.
   *
   * @param kind null for a meter that METERS did not name
   * @param replaceable whether a later event replaces it
   * @param sendBefore null if no copy left
   * @param live whether its event hour is not before the first one billed of its meter
   * @param acknowledged by whom, and with what note; null if it is not
   */
  public record Standing(
      ReportKey key,
      String status,
      @Nullable String kind,
      boolean replaceable,
      Hour eventHour,
      @Nullable Long value,
      @Nullable Instant sendBefore,
      boolean live,
      @Nullable String acknowledged) {}

  /** The report as it stands; empty if there is none. */
  public static Optional<Standing> find(
      ReadOnly reads, Hour hour, String meter, String organization) {
    return reads.one(
        "reading a report of " + hour,
        row ->
            new Standing(
                new ReportKey(
                    row.hour("hour"),
                    row.text("meter"),
                    row.text("organization_id"),
                    row.integer("revision")),
                row.text("status"),
                row.textOrNull("kind"),
                row.flag("replaceable"),
                row.hour("event_time"),
                row.numberOrNull("value"),
                row.instantOrNull("send_before"),
                row.flag("live"),
                row.textOrNull("acknowledged")),
        """
        select report.hour, report.meter, report.organization_id, report.revision, report.status,
          report.kind, coalesce(report.kind, '') = 'sum-hourly' and noted.raw is not true
            as replaceable,
          %1$s as event_time, report.value, report.send_before,
          coalesce(%1$s >= coalesce(noted.live_from, stack.live_from), false) as live,
          %2$s as acknowledged
        from metering.meter_report as report cross join metering.stack as stack
        left join metering.meter as noted on noted.meter = report.meter
        where report.hour = ? and report.meter = ? and report.organization_id = ?
        order by report.revision desc limit 1
        """
            .formatted(CopyExpiry.EVENT_TIME, Acknowledgements.said("report")),
        hour,
        meter,
        organization);
  }

  /**
   * accepted, verified, discrepancy → replaced, and a pending revision of {@code value}.
   *
   * @return false if the report has moved meanwhile
   */
  public boolean correct(ReportKey key, long value, String reason, Instant now) {
    return database.transaction(
        "correcting " + key,
        transaction -> {
          boolean stands =
              transaction
                  .one(
                      _ -> true,
                      """
                      select from metering.meter_report
                      where hour = ? and meter = ? and organization_id = ? and revision = ?
                        and status in ('accepted', 'verified', 'discrepancy')
                      for update
                      """,
                      key.hour(),
                      key.meter(),
                      key.organizationId(),
                      key.revision())
                  .isPresent();
          return stands
              && !Revisions.make(
                      transaction, List.of(RevisionRow.with(key, value)), reason, now, lateAfter)
                  .isEmpty();
        });
  }
}
