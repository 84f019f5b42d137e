package io.sensormeter.ledger;

import io.sensormeter.meter.Hour;
import java.math.BigDecimal;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What stands in the ledger, for a person. Reads only. */
public final class Hours {

  /** A report captured later than this after its hour was read from the present state. */
  private static final String ESTIMATED = "captured_at > hour + interval '15 minutes'";

  private final Database database;
  private final int invoiceGraceHours;

  public Hours(Database database, int invoiceGraceHours) {
    this.database = database;
    this.invoiceGraceHours = invoiceGraceHours;
  }

  /**
   * An hour of one meter.
   *
   * @param byStatus every status, zero included; the sum of all is the number of organizations
   * @param total the sum of the values that are not rejected
   * @param estimated captured more than 15 minutes after the hour
   * @param late accepted after the hour + 1 h + the invoice grace: perhaps on no invoice
   */
  public record Status(
      Hour hour,
      String meter,
      Map<ReportStatus, Long> byStatus,
      BigDecimal total,
      long estimated,
      long late) {

    public long organizations() {
      return byStatus.values().stream().mapToLong(Long::longValue).sum();
    }
  }

  /** A tick row. */
  public record Tick(Hour hour, String status, Instant capturedAt, @Nullable Instant publishedAt) {}

  /** One report, as a person would ask for it. */
  public record Standing(
      String identifier,
      String status,
      @Nullable Long value,
      @Nullable Instant sendBefore,
      @Nullable String failureCode) {

    public Map<String, Object> fields() {
      Map<String, Object> fields = new LinkedHashMap<>();
      fields.put("identifier", identifier);
      fields.put("status", status);
      if (value != null) {
        fields.put("value", value);
      }
      if (sendBefore != null) {
        fields.put("sendBefore", sendBefore.toString());
      }
      if (failureCode != null) {
        fields.put("failureCode", failureCode);
      }
      return fields;
    }
  }

  /** The hours of the range that have reports, newest first; of each report the last revision. */
  public List<Status> status(Hour first, Hour last) {
    String counts =
        Arrays.stream(ReportStatus.values())
            .map(s -> "count(*) filter (where status = '%1$s') as %1$s".formatted(s.label()))
            .collect(Collectors.joining(",\n  "));
    return database.transaction(
        "reading the status of hours",
        connection ->
            Sql.list(
                connection,
                Hours::status,
                """
                select hour, meter, %s,
                  coalesce(sum(value) filter (where status <> 'rejected'), 0) as total,
                  count(*) filter (where %s) as estimated,
                  count(*) filter (where status in ('accepted', 'verified')
                    and settled_at > hour + interval '1 hour' * ?) as late
                from metering.meter_report as report
                where hour between ? and ?
                  and not (status = 'superseded' and exists (
                    select from metering.meter_report as later
                    where later.hour = report.hour
                      and later.organization_id = report.organization_id
                      and later.meter = report.meter and later.revision > report.revision))
                group by hour, meter
                order by hour desc, meter
                """
                    .formatted(counts, ESTIMATED),
                1 + invoiceGraceHours,
                first.start(),
                last.start()));
  }

  public List<Tick> ticks(Hour first, Hour last) {
    return database.transaction(
        "reading tick rows",
        connection ->
            Sql.list(
                connection,
                row ->
                    new Tick(
                        new Hour(Sql.presentInstant(row, "hour")),
                        row.getString("status"),
                        Sql.presentInstant(row, "captured_at"),
                        Sql.instant(row, "published_at")),
                """
                select hour, status, captured_at, published_at
                from metering.tick where hour between ? and ? order by hour desc
                """,
                first.start(),
                last.start()));
  }

  /** Every revision of an organization's reports of an hour. */
  public List<Standing> standing(Hour hour, String organizationId) {
    return database.transaction(
        "reading the reports of " + organizationId,
        connection ->
            Sql.list(
                connection,
                row ->
                    new Standing(
                        row.getString("identifier"),
                        row.getString("status"),
                        (Long) row.getObject("value"),
                        Sql.instant(row, "send_before"),
                        row.getString("failure_code")),
                """
                select identifier, status, value, send_before, failure_code
                from metering.meter_report where hour = ? and organization_id = ?
                order by meter, revision
                """,
                hour.start(),
                organizationId));
  }

  private static Status status(ResultSet row) throws SQLException {
    Map<ReportStatus, Long> byStatus = new EnumMap<>(ReportStatus.class);
    for (ReportStatus status : ReportStatus.values()) {
      byStatus.put(status, row.getLong(status.label()));
    }
    return new Status(
        new Hour(Sql.presentInstant(row, "hour")),
        row.getString("meter"),
        byStatus,
        row.getBigDecimal("total"),
        row.getLong("estimated"),
        row.getLong("late"));
  }
}
