package io.sensormeter.ledger;

import io.sensormeter.database.Row;
import io.sensormeter.meter.Copy;
import io.sensormeter.meter.Hour;
import io.sensormeter.meter.Identifier;
import io.sensormeter.meter.MeterKind;
import io.sensormeter.meter.ReportKey;

/** A copy, of the columns of a {@code report}. */
final class CopyRow {

  static final String COLUMNS =
      """
      report.meter, report.organization_id, report.revision, report.kind, report.value,
      report.stripe_customer_id, report.identifier, report.captured_at, report.send_before,
      coalesce(report.event_time, report.hour) as event_time
      """;

  private CopyRow() {}

  static Copy read(Row row, Hour hour) {
    return new Copy(
        new ReportKey(
            hour, row.text("meter"), row.text("organization_id"), row.integer("revision")),
        MeterKind.parse(row.text("kind")),
        row.hour("event_time"),
        row.number("value"),
        row.text("stripe_customer_id"),
        new Identifier(row.text("identifier")),
        row.instant("captured_at"),
        row.instant("send_before"));
  }
}
