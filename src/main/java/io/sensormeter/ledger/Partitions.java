package io.sensormeter.ledger;

import io.sensormeter.database.Database;
import io.sensormeter.database.DatabaseException;
import io.sensormeter.database.Transaction;
import io.sensormeter.meter.CalendarMonth;
import io.sensormeter.meter.Hour;
import java.time.format.DateTimeFormatter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The monthly partitions of {@code meter_report}, made before any hour of theirs is captured. */
final class Partitions {

  private static final Logger LOG = LoggerFactory.getLogger(Partitions.class);
  private static final DateTimeFormatter NAME =
      DateTimeFormatter.ofPattern("'meter_report_'uuuu_MM");

  /** Serializes the making and the dropping of partitions; arbitrary, only ours to use. */
  static final long LOCK = 0x736d_7061_7274L;

  /**
   * By the server's 20 % a month of 730 million reports would carry 146 million dead versions, for
   * ever: once its last report is verified nothing begins another vacuum. What a vacuum has seen is
   * frozen there and then, so that no later one reads an old month again. docs/ledger.md argues.
   */
  private static final String STORAGE =
      "autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_insert_scale_factor = 0.05,"
          + " autovacuum_analyze_scale_factor = 0.02, autovacuum_freeze_min_age = 0";

  /** So many ticks may find the ledger held, and a month still has its partition before it. */
  private static final int HOURS_AHEAD = 48;

  private Partitions() {}

  /** The table's name, without its schema. */
  static String name(CalendarMonth month) {
    return NAME.format(month.month());
  }

  /**
   * Makes the partition of {@code hour} if there is none. Created standalone and attached, so that
   * the parent is never locked exclusively; gives up after two seconds rather than queue behind a
   * long transaction and hold everyone up.
   *
   * @throws DatabaseException if a lock was not to be had; nothing was captured, the hour stays
   *     owed
   */
  static void require(Database database, Hour hour) {
    CalendarMonth month = CalendarMonth.of(hour.start());
    String partition = name(month);
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
                "create table metering.%s (like metering.meter_report including defaults including constraints) with (%s)"
                    .formatted(partition, STORAGE));
            transaction.update(
                "alter table metering.meter_report attach partition metering.%s for values from ('%s') to ('%s')"
                    .formatted(partition, month.first().start(), month.end().start()));
          }
          return partition;
        });
  }

  /**
   * Makes that of two days after {@code tick}. What cannot be had now is left to the next tick, and
   * at last to the capture.
   */
  static void prepare(Database database, Hour tick) {
    Hour hour = tick.plusHours(HOURS_AHEAD);
    try {
      require(database, hour);
    } catch (DatabaseException e) {
      LOG.warn("The partition of {} is left to the next tick: {}", hour, e.getMessage());
    }
  }

  static boolean attached(Transaction transaction, String partition) {
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
