package io.sensormeter.check;

import io.sensormeter.config.SchedulerSettings;
import io.sensormeter.database.ReadOnly;
import io.sensormeter.ledger.Ticks;
import io.sensormeter.meter.Hour;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;

/** Which hours are owed now, and which will stay unbilled. */
record HourProbe(SchedulerSettings settings, ReadOnly reads, Hour now) {

  private static final String ITEM = "hours";

  private record Unbilled(long shadow, long skipped) {}

  Finding hours() {
    Optional<Hour> live = new StackProbe(settings, reads).liveFrom();
    if (settings.inShadow(now) && live.isPresent()) {
      return Finding.warning(
          ITEM,
          "BILL_FROM says shadow, but the ledger has been live since %s: hours are still captured, and none is sent. Set BILL_FROM=%s, then release what was captured in shadow"
              .formatted(live.get(), live.get().start()));
    }
    if (settings.inShadow(now)) {
      return Finding.good(ITEM, "none is owed: each tick captures its own hour, in shadow");
    }
    Hour billFrom = settings.billFrom().orElseThrow();
    boolean ledger = SchemaProbes.hasLedger(reads);
    Hour from = live.orElse(billFrom);
    Hour first =
        later(
            from,
            now.minusHours(Math.min(settings.catchUpHours(), SchedulerSettings.CAPTURE_HOURS_MAX)));
    List<Hour> uncaptured = ledger ? Ticks.owed(reads, from, now) : newestFirst(from);
    List<Hour> owed = uncaptured.stream().filter(hour -> !hour.isBefore(first)).toList();
    List<String> unbilled = ledger ? unbilled(from) : new ArrayList<>();
    if (billFrom.isBefore(from)) {
      unbilled.add(
          "%,d hour(s) from BILL_FROM to %s, when the ledger went live, which are not owed: backfill bills them, or set BILL_FROM=%s"
              .formatted(billFrom.hoursUntil(from), from, from.start()));
    }
    if (uncaptured.size() > owed.size()) {
      unbilled.add(
          "%,d are older than CATCH_UP_HOURS=%d and will be skipped"
              .formatted(uncaptured.size() - owed.size(), settings.catchUpHours()));
    }
    return unbilled.isEmpty()
        ? Finding.good(ITEM, says(owed))
        : Finding.warning(
            ITEM,
            says(owed)
                + ". These stay unbilled: "
                + String.join("; ", unbilled)
                + ". Hours in shadow are billed by release, a skipped one by backfill");
  }

  private List<String> unbilled(Hour from) {
    Unbilled count =
        reads
            .one(
                "counting the hours that stay unbilled",
                row -> new Unbilled(row.number("shadow"), row.number("skipped")),
                """
                select count(*) filter (where status = 'shadow' and exists (
                    select from metering.meter_report as report
                    where report.hour = tick.hour and report.status = 'shadow')) as shadow,
                  count(*) filter (where status = 'skipped') as skipped
                from metering.tick where hour between ? and ?
                """,
                from,
                now)
            .orElseThrow();
    List<String> unbilled = new ArrayList<>();
    if (count.shadow() > 0) {
      unbilled.add(
          "%,d hour(s) since BILL_FROM were captured in shadow, before it was set"
              .formatted(count.shadow()));
    }
    if (count.skipped() > 0) {
      unbilled.add("%,d were skipped as too old".formatted(count.skipped()));
    }
    return unbilled;
  }

  private String says(List<Hour> owed) {
    if (owed.isEmpty()) {
      return "none is owed: every hour has been captured";
    }
    Hour oldest = owed.getLast();
    return "%,d hour(s) are owed, the oldest %s: the next tick captures and bills them%s"
        .formatted(
            owed.size(),
            oldest,
            oldest.isBefore(now)
                ? ", past ones from the present state of the application (estimated)"
                : "");
  }

  /** Without a ledger every hour is owed. */
  private List<Hour> newestFirst(Hour from) {
    return LongStream.rangeClosed(0, from.hoursUntil(now)).mapToObj(now::minusHours).toList();
  }

  private static Hour later(Hour one, Hour other) {
    return one.isBefore(other) ? other : one;
  }
}
