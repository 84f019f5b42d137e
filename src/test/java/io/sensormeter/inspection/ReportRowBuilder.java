package io.sensormeter.inspection;

import io.sensormeter.ledger.ReportStatus;
import io.sensormeter.meter.Hour;
import io.sensormeter.meter.MeterKind;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A report that Stripe accepted, and what a test says of it otherwise. */
public final class ReportRowBuilder {
  public static final Hour HOUR = Hour.parse("2026-11-14T13Z");

  private Hour hour = HOUR;
  private Hour eventHour = HOUR;
  private String meter = "active_sensors";
  private int revision;
  private String kind = MeterKind.SUM_HOURLY.label();
  private @Nullable Long value = 17L;
  private String customer = "cus_1";
  private ReportStatus status = ReportStatus.ACCEPTED;
  private Instant readAt = HOUR.start().plusSeconds(4);
  private @Nullable Instant sendBefore = Instant.parse("2026-11-14T13:55:00Z");
  private @Nullable Long held;
  private boolean late;
  private @Nullable String reason;
  private ReportRow.Answer answer =
      new ReportRow.Answer(HOUR.start().plusSeconds(9), false, "req_1", null, null, null);
  private ReportRow.Seen seen = new ReportRow.Seen(null, null, null, 0, null);
  private Optional<ReportRow.Acknowledged> acknowledged = Optional.empty();

  public ReportRowBuilder status(ReportStatus its) {
    status = its;
    return this;
  }

  public ReportRowBuilder at(Hour tick, Hour event) {
    hour = tick;
    eventHour = event;
    readAt = tick.start().plusSeconds(4);
    return this;
  }

  public ReportRowBuilder meter(String its, MeterKind of) {
    meter = its;
    kind = of.label();
    return this;
  }

  public ReportRowBuilder kind(MeterKind its) {
    kind = its.label();
    return this;
  }

  public ReportRowBuilder value(@Nullable Long its) {
    value = its;
    return this;
  }

  public ReportRowBuilder customer(String its) {
    customer = its;
    return this;
  }

  public ReportRowBuilder revision(int its, String why) {
    revision = its;
    reason = why;
    return this;
  }

  public ReportRowBuilder readAt(Instant its) {
    readAt = its;
    return this;
  }

  public ReportRowBuilder neverSent() {
    sendBefore = null;
    answer = new ReportRow.Answer(null, false, null, null, null, null);
    return this;
  }

  public ReportRowBuilder sendBefore(Instant its) {
    sendBefore = its;
    answer = new ReportRow.Answer(null, false, null, null, null, null);
    return this;
  }

  public ReportRowBuilder held(long looks) {
    held = looks;
    return this;
  }

  public ReportRowBuilder late() {
    late = true;
    return this;
  }

  public ReportRowBuilder duplicate() {
    answer = new ReportRow.Answer(answer.at(), true, "req_2", null, null, null);
    return this;
  }

  public ReportRowBuilder ended(Instant at) {
    answer = new ReportRow.Answer(at, false, null, null, null, null);
    return this;
  }

  public ReportRowBuilder failed(@Nullable String by, String code, @Nullable String message) {
    answer = new ReportRow.Answer(answer.at(), false, answer.requestId(), code, message, by);
    return this;
  }

  public ReportRowBuilder seen(@Nullable String shown, long looks) {
    seen =
        new ReportRow.Seen(
            shown == null ? null : new BigDecimal(shown),
            Instant.parse("2026-11-15T16:00:30Z"),
            null,
            looks,
            null);
    return this;
  }

  public ReportRowBuilder suspect() {
    seen = new ReportRow.Seen(null, null, null, 0, Instant.parse("2026-11-14T14:00:00Z"));
    return this;
  }

  public ReportRowBuilder acknowledged(String by, String note) {
    acknowledged =
        Optional.of(new ReportRow.Acknowledged(Instant.parse("2026-11-16T09:00:00Z"), by, note));
    return this;
  }

  public ReportRow row() {
    return new ReportRow(
        hour,
        "o-1",
        meter,
        revision,
        kind,
        eventHour,
        value,
        customer,
        meter + ":o-1:" + hour + (revision == 0 ? "" : ":r" + revision),
        status,
        readAt,
        revision == 0 ? readAt : Instant.parse("2026-11-15T08:00:00Z"),
        sendBefore == null ? null : readAt,
        sendBefore,
        held,
        late,
        reason,
        answer,
        seen,
        acknowledged);
  }
}
