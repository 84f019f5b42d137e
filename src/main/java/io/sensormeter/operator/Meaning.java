package io.sensormeter.operator;

import io.sensormeter.config.SchedulerSettings;
import io.sensormeter.inspection.Advice;
import io.sensormeter.inspection.ReportRow;
import io.sensormeter.meter.Hour;
import io.sensormeter.operator.Explanation.Around;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What the state of a report means for the invoice, and what a person can do. */
final class Meaning {

  private static final String NOTHING_TO_DO = " Nothing is to be done.";

  private Meaning() {}

  static Advice of(ReportRow row, Around around) {
    return switch (row.exception()) {
      case SHADOW -> shadow(row, around);
      case PENDING -> pending(row, around);
      case ACCEPTED -> new Advice(accepted(row, around), List.of());
      case VERIFIED ->
          new Advice(
              "The invoice counts %s: Stripe was seen to hold it.".formatted(units(row))
                  + NOTHING_TO_DO,
              List.of());
      case REPLACED ->
          new Advice(
              "It counts nothing by itself: revision %d stands in its place."
                  .formatted(row.revision() + 1),
              List.of());
      case REJECTED, UNRESOLVED, SUPERSEDED, DISCREPANCY, EXPIRED -> {
        Advice advice =
            Advice.of(
                new Advice.Case(
                    row.exception(),
                    row.answer().code(),
                    row.answer().by(),
                    row.isAdditive(),
                    row.hour(),
                    row.hour(),
                    row.meter(),
                    row.organization(),
                    row.value()),
                around.currentHour());
        yield row.acknowledged().isPresent() ? Advice.SETTLED : advice;
      }
    };
  }

  private static String accepted(ReportRow row, Around around) {
    boolean absent =
        row.seen().shown().filter(shown -> shown.signum() == 0).isPresent()
            && row.value() != null
            && row.value() != 0;
    if (!absent) {
      return "The invoice counts %s, as far as Stripe has said; its summaries have not shown it yet."
              .formatted(units(row))
          + NOTHING_TO_DO;
    }
    String then = row.isAdditive() ? "it is left to a person" : "it is sent anew";
    return "Stripe said that it holds it, and its summaries do not show it: whether the invoice counts %s is not known. "
            .formatted(units(row))
        + around
            .doubted()
            .map(
                hour ->
                    "Repair is suspended, because the summaries are not believed: of what was looked up in %s, %d of %d was absent. It is looked up in each tick by itself; once they are believed, and it is absent twice, %s."
                        .formatted(hour.hour(), hour.absent(), hour.compared(), then))
            .orElseGet(
                () ->
                    "It is looked up again by itself; absent twice, while the summaries are seen to show what Stripe took, %s."
                        .formatted(then));
  }

  /** What the invoice counts of it. */
  private static String units(ReportRow row) {
    return row.isLast()
        ? row.value() + " if no later hour of the billing period stands after it"
        : String.valueOf(row.value());
  }

  private static Advice shadow(ReportRow row, Around around) {
    String nothing = "The invoice counts nothing: it was captured in shadow";
    Hour until = row.eventHour().plusHours(SchedulerSettings.CATCH_UP_HOURS_MAX - 2L);
    Optional<Hour> liveFrom =
        around.meter().flatMap(noted -> Optional.ofNullable(noted.liveFrom()));
    if (liveFrom.isEmpty() || row.eventHour().isBefore(liveFrom.get())) {
      String first = liveFrom.map(hour -> "; the first hour billed is " + hour).orElse("");
      return new Advice(
          nothing + ", before its meter was billed" + first + "." + NOTHING_TO_DO, List.of());
    }
    if (!until.isAfter(around.currentHour())) {
      return new Advice(
          nothing
              + " though its meter was live, and is too old to be released. Bill it by an invoice"
              + " item, then acknowledge.",
          List.of(ask(row, "acknowledge", "code", "shadow", "note", "<why>")));
    }
    return new Advice(
        "%s though its meter was live. Until %s it can be released, and is billed then."
            .formatted(nothing, until),
        List.of(ask(row, "release")));
  }

  private static Advice pending(ReportRow row, Around around) {
    String open = "The invoice counts nothing yet: ";
    Optional<String> stopped =
        around.meter().flatMap(noted -> Optional.ofNullable(noted.stopped()));
    String why;
    if (row.held() != null) {
      why =
          "it is held until Stripe was seen %d time(s) not to hold the hour, 6 hours or more after the copies before it expired, and goes by itself then."
              .formatted(row.held());
    } else if (row.sendBefore() != null && row.sendBefore().isAfter(around.now())) {
      why =
          "a copy is under way; without an outcome it is sent again after %s."
              .formatted(Explanation.at(row.sendBefore()));
    } else if (stopped.isPresent()) {
      why =
          "its meter is stopped (%s), and it goes by itself once that is mended."
              .formatted(stopped.get());
    } else {
      why =
          row.sendBefore() == null
              ? "no copy has left, and the next tick publishes it."
              : "its copies have expired without an outcome, and the next tick publishes it again.";
    }
    return new Advice(open + why, List.of());
  }

  private static Map<String, Object> ask(ReportRow row, String command, String... more) {
    Map<String, Object> asked = Advice.ask(command);
    asked.put("from", row.hour());
    asked.put("to", row.hour());
    asked.put("meter", row.meter());
    asked.put("organization", row.organization());
    for (int i = 0; i < more.length; i += 2) {
      asked.put(more[i], more[i + 1]);
    }
    asked.put("dryRun", true);
    return asked;
  }
}
