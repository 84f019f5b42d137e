package io.sensormeter.view;

import io.sensormeter.local.postgres.LocalDatabase;
import io.sensormeter.meter.Hour;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.ZoneOffset;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** How PostgreSQL reads the hours: which rows, and how many. */
public final class HoursPlan {
  private static final Pattern SCANNED = Pattern.compile("Seq Scan on (meter_report\\S*)");
  private static final Pattern READ =
      Pattern.compile("Scan using (meter_report\\S+) [^\\n]*?rows=([0-9.]+) loops=(\\d+)\\)");

  /** Of a scan of reports: read, and thrown away. */
  private static final Pattern REMOVED =
      Pattern.compile(
          "on meter_report[^\\n]*\\n(?:(?! *->)[^\\n]*\\n)*? *Rows Removed by Filter: [1-9]");

  private HoursPlan() {}

  /**
   * Refuses a plan that reads a table of reports as a whole, or more of them than are open.
   *
   * @param most rows of reports that may be read
   * @throws IllegalStateException with the plan
   */
  public static void requireNoVerifiedRead(
      LocalDatabase database, Hour first, Hour last, long most) {
    String plan = plan(database, first, last);
    double read =
        READ.matcher(plan)
            .results()
            .mapToDouble(
                (MatchResult scan) ->
                    Double.parseDouble(scan.group(2)) * Double.parseDouble(scan.group(3)))
            .sum();
    if (SCANNED.matcher(plan).find() || read > most || REMOVED.matcher(plan).find()) {
      throw new IllegalStateException("reads %,.0f reports:%n%s".formatted(read, plan));
    }
  }

  private static String plan(LocalDatabase database, Hour first, Hour last) {
    try (Connection connection = database.connectAsRole();
        PreparedStatement statement =
            connection.prepareStatement(
                "explain (analyze, timing off, costs off) " + HourRows.SQL)) {
      statement.setObject(1, first.start().atOffset(ZoneOffset.UTC));
      statement.setObject(2, last.start().atOffset(ZoneOffset.UTC));
      StringBuilder plan = new StringBuilder();
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          plan.append(rows.getString(1)).append('\n');
        }
      }
      return plan.toString();
    } catch (SQLException e) {
      throw new IllegalStateException(HourRows.SQL, e);
    }
  }
}
