package io.sensormeter.inspection;

import io.sensormeter.database.Row;
import io.sensormeter.ledger.Captures;
import io.sensormeter.ledger.ReportStatus;
import io.sensormeter.meter.Hour;
import io.sensormeter.meter.MeterKind;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A report as the ledger holds it: one revision.
 *
 * @param hour of the tick that captured it, the ledger's key
 * @param kind null for a reading of a meter that METERS did not name
 * @param eventHour what Stripe counts the value for
 * @param value null where the source's could not be billed
 * @param readAt when the source gave the value, which a revision keeps
 * @param held how often Stripe must be seen not to hold the hour before a copy leaves; null = not
 *     held
 * @param reason why a person made this revision
 */
public record ReportRow(
    Hour hour,
    String organization,
    String meter,
    int revision,
    @Nullable String kind,
    Hour eventHour,
    @Nullable Long value,
    @Nullable String customer,
    String identifier,
    ReportStatus status,
    Instant readAt,
    Instant capturedAt,
    @Nullable Instant firstPublishedAt,
    @Nullable Instant sendBefore,
    @Nullable Long held,
    boolean late,
    @Nullable String reason,
    Answer answer,
    Seen seen,
    Optional<Acknowledged> acknowledged) {

  /** Of {@code metering.meter_report as r}. */
  static final String COLUMNS =
      """
      r.hour, r.organization_id, r.meter, r.revision, r.kind,
      coalesce(r.event_time, r.hour) as event_hour, r.value, r.stripe_customer_id, r.identifier,
      r.status, coalesce(r.read_at, r.captured_at) as read_at, r.captured_at, r.first_published_at, r.send_before, r.held,
      coalesce(r.late, false) as late, r.reason, r.settled_at,
      coalesce(r.duplicate, false) as duplicate, r.stripe_request_id, r.failure_code,
      r.failure_message,
      coalesce(r.rejected_by, case when r.status = 'rejected'
        then case when r.send_before is null then 'capture' else 'answer' end end) as rejected_by,
      r.observed_value, coalesce(r.observed_at, r.absent_at) as observed_at, r.absent_at,
      coalesce(r.sightings, 0) as sightings, r.suspect_at, r.acknowledged_at, r.acknowledged_by,
      r.acknowledged_note
      """;

  /**
   * How it ended, so far.
   *
   * @param at when Stripe answered, or the ledger itself ended it
   * @param by who refused it: capture, Stripe's answer, or Stripe afterwards (report)
   */
  public record Answer(
      @Nullable Instant at,
      boolean duplicate,
      @Nullable String requestId,
      @Nullable String code,
      @Nullable String message,
      @Nullable String by) {}

  /**
   * What Stripe's summaries showed.
   *
   * @param at of the last look; null = none yet
   * @param absentAt of the first look that showed nothing
   * @param looks since its status is what it is
   * @param suspectAt when Stripe said that it refused events it had taken about then
   */
  public record Seen(
      @Nullable BigDecimal value,
      @Nullable Instant at,
      @Nullable Instant absentAt,
      long looks,
      @Nullable Instant suspectAt) {

    /** Empty if nobody looked; no row there, or no customer, is 0. */
    public Optional<BigDecimal> shown() {
      return at == null
          ? Optional.empty()
          : Optional.of(Objects.requireNonNullElse(value, BigDecimal.ZERO));
    }
  }

  /** By whom an exception was settled outside of the ledger. */
  public record Acknowledged(Instant at, String by, @Nullable String note) {}

  static ReportRow read(Row row) {
    return new ReportRow(
        row.hour("hour"),
        row.text("organization_id"),
        row.text("meter"),
        row.integer("revision"),
        row.textOrNull("kind"),
        row.hour("event_hour"),
        row.numberOrNull("value"),
        row.textOrNull("stripe_customer_id"),
        row.text("identifier"),
        ReportStatus.valueOf(row.text("status").toUpperCase(Locale.ROOT)),
        row.instant("read_at"),
        row.instant("captured_at"),
        row.instantOrNull("first_published_at"),
        row.instantOrNull("send_before"),
        row.numberOrNull("held"),
        row.flag("late"),
        row.textOrNull("reason"),
        new Answer(
            row.instantOrNull("settled_at"),
            row.flag("duplicate"),
            row.textOrNull("stripe_request_id"),
            row.textOrNull("failure_code"),
            row.textOrNull("failure_message"),
            row.textOrNull("rejected_by")),
        new Seen(
            row.decimalOrNull("observed_value"),
            row.instantOrNull("observed_at"),
            row.instantOrNull("absent_at"),
            row.number("sightings"),
            row.instantOrNull("suspect_at")),
        acknowledged(row));
  }

  private static Optional<Acknowledged> acknowledged(Row row) {
    Instant at = row.instantOrNull("acknowledged_at");
    return at == null
        ? Optional.empty()
        : Optional.of(
            new Acknowledged(at, row.text("acknowledged_by"), row.textOrNull("acknowledged_note")));
  }

  /** Another of the same reading. */
  boolean isRevisionOf(ReportRow other) {
    return hour.equals(other.hour)
        && organization.equals(other.organization)
        && meter.equals(other.meter);
  }

  /** A flow's event hour lies before its tick's. */
  boolean isFlow() {
    return eventHour.isBefore(hour);
  }

  /** Stripe took it though another stands in its place. */
  public boolean isBesideLive() {
    return ReportStatus.ACCEPTED_BESIDE_LIVE.equals(answer.code())
        && (status == ReportStatus.REJECTED || status == ReportStatus.SUPERSEDED);
  }

  /**
   * Of what kind of exception it is: a row that Stripe took beside the live one is no rejection.
   */
  public ReportStatus exception() {
    return isBesideLive() ? ReportStatus.DISCREPANCY : status;
  }

  /** A second event counts again there, or may stand last. */
  public boolean isAdditive() {
    return !MeterKind.SUM_HOURLY.label().equals(kind);
  }

  /** Only the billing period's last value counts. */
  public boolean isLast() {
    return MeterKind.LAST.label().equals(kind);
  }

  /** Whether the value was read too long after its hour; a flow's is exact whenever it is read. */
  public boolean isEstimated() {
    return value != null && !isFlow() && readAt.isAfter(hour.start().plus(Captures.EXACT));
  }
}
