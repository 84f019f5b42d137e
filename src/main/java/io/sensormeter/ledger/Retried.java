package io.sensormeter.ledger;

import io.sensormeter.database.Row;
import io.sensormeter.meter.Hour;
import io.sensormeter.meter.ReportKey;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A report, and the revision that stands in its place.
 *
 * @param revision the report's own
 * @param frozenCustomer null if capture could not use it
 * @param read the value is read from the source only now
 * @param last a {@code last} meter's, of which an earlier hour must not follow
 * @param held after how many absent sightings it is sent; null = at once
 * @param absentFrom when Stripe's showing nothing begins to count; null = now
 * @param shadow its hour and meter are in shadow, and so is the revision
 * @param refusal null if it is made
 * @param holder of the customer in this hour, or who acknowledged it and with what note, if that is
 *     why
 */
public record Retried(
    Hour hour,
    String organization,
    String meter,
    int revision,
    String status,
    @Nullable String code,
    @Nullable Long value,
    @Nullable String frozenCustomer,
    @Nullable String customer,
    @Nullable String kind,
    @Nullable Boolean pastHour,
    boolean read,
    boolean last,
    @Nullable Integer held,
    @Nullable Instant absentFrom,
    boolean shadow,
    @Nullable Refusal refusal,
    @Nullable String holder) {

  /** Why a report is left as it is. */
  public enum Refusal {
    TOO_OLD,
    NO_NAME,
    NOT_DECLARED,
    BEFORE_LIVE,
    NO_VALUE,
    NO_CUSTOMER,
    SENT_ELSEWHERE,
    TAKEN,
    ANOTHERS,
    ACKNOWLEDGED,
    OVERTAKEN,
    CHANGED
  }

  static Retried of(Row row) {
    String refusal = row.textOrNull("refusal");
    Long held = row.numberOrNull("held");
    return new Retried(
        row.hour("hour"),
        row.text("organization_id"),
        row.text("meter"),
        row.integer("revision"),
        row.text("status"),
        row.textOrNull("failure_code"),
        row.numberOrNull("new_value"),
        row.textOrNull("stripe_customer_id"),
        row.textOrNull("new_customer"),
        row.textOrNull("new_kind"),
        row.flagOrNull("new_past_hour"),
        row.flag("read"),
        Boolean.TRUE.equals(row.flagOrNull("last")),
        held == null ? null : Math.toIntExact(held),
        row.instantOrNull("absent_from"),
        row.flag("shadow"),
        refusal == null ? null : Refusal.valueOf(refusal.toUpperCase(Locale.ROOT)),
        row.textOrNull("holder"));
  }

  Retried refused(Refusal why, @Nullable String whose) {
    return new Retried(
        hour,
        organization,
        meter,
        revision,
        status,
        code,
        value,
        frozenCustomer,
        customer,
        kind,
        pastHour,
        read,
        last,
        held,
        absentFrom,
        shadow,
        why,
        whose);
  }

  private ReportKey key() {
    return new ReportKey(hour, meter, organization, revision);
  }

  RevisionRow row() {
    return new RevisionRow(
        hour.start().toString(),
        organization,
        meter,
        revision,
        RevisionRow.identifier(key()).value(),
        value,
        customer,
        kind,
        pastHour,
        read,
        shadow,
        held);
  }
}
