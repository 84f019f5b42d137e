package io.sensormeter.ledger;

import io.sensormeter.database.Database;
import io.sensormeter.database.Transaction;
import io.sensormeter.meter.Hour;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;

/** The monthly partitions of {@code meter_report}, made for any hour that is captured. */
final class Partitions {

  private static final DateTimeFormatter NAME = DateTimeFormatter.ofPattern("uuuu_MM");
  private static final DateTimeFormatter BOUND =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ssxxx");

  /** Serializes the making of partitions; the number is arbitrary, only ours to use. */
  private static final long LOCK = 0x736d_7061_7274L;

  private Partitions() {}

  /**
   * Makes the partition of {@code hour} if there is none. Created standalone and attached, so that
   * the parent is never locked exclusively; gives up after two seconds rather than queue behind a
   * long transaction and hold everyone up.
   *
   * @throws io.sensormeter.database.DatabaseException if a lock was not to be had; nothing was
   *     captured, the hour stays owed
   */
  static void require(Database database, Hour hour) {
    OffsetDateTime month =
        hour.start().atOffset(ZoneOffset.UTC).truncatedTo(ChronoUnit.DAYS).withDayOfMonth(1);
    String partition = "meter_report_" + NAME.format(month);
    if (database.transaction("looking for " + partition, t -> attached(t, partition))) {
      return;
    }
    database.transaction(
        "making partition " + partition,
        transaction -> {
          transaction.update("set local lock_timeout = '2s'");
          transaction.lock(LOCK);
          if (!attached(transaction, partition)) {
            transaction.update(
                "create table metering.%s (like metering.meter_report including defaults including constraints)"
                    .formatted(partition));
            transaction.update(
                "alter table metering.meter_report attach partition metering.%s for values from ('%s') to ('%s')"
                    .formatted(partition, BOUND.format(month), BOUND.format(month.plusMonths(1))));
          }
          return partition;
        });
  }

  private static boolean attached(Transaction transaction, String partition) {
    return transaction
        .one(
            _ -> true,
            """
            select 1 from pg_inherits
            where inhparent = 'metering.meter_report'::regclass
              and inhrelid = to_regclass('metering.' || ?)
            """,
            partition)
        .isPresent();
  }
}
