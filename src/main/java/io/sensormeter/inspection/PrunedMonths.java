package io.sensormeter.inspection;

import io.sensormeter.database.ReadOnly;
import io.sensormeter.meter.Hour;
import java.util.Optional;

/** Months whose reports were written out and taken away: no answer takes them for never billed. */
public final class PrunedMonths {

  private PrunedMonths() {}

  /**
   * Refuses a range of ticks of which the ledger holds no reports any more.
   *
   * @throws IllegalArgumentException naming the month, and from which hour on it holds them
   */
  public static void refuse(ReadOnly reads, Hour first, Hour last) {
    says(reads, first, last)
        .ifPresent(
            says -> {
              throw new IllegalArgumentException(says);
            });
  }

  /** Of the newest month in the range that was pruned. */
  private static Optional<String> says(ReadOnly reads, Hour first, Hour last) {
    return reads.one(
        "looking for pruned months",
        row ->
            "%s was pruned at %s by %s: its %,d report(s) were written out before and stand in the ledger no more. What was billed of it is in that copy alone; the ledger holds every hour since %s"
                .formatted(
                    row.text("name"),
                    row.instant("pruned_at"),
                    row.text("pruned_by"),
                    row.number("reports"),
                    row.hour("held")),
        """
        select to_char(month at time zone 'UTC', 'YYYY-MM') as name, pruned_at, pruned_by, reports,
          (select max(month) + interval '1 month' from metering.pruned_month) as held
        from metering.pruned_month
        where month <= ? and month + interval '1 month' > ?
        order by month desc limit 1
        """,
        last,
        first);
  }
}
