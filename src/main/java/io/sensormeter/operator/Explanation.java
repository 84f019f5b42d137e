package io.sensormeter.operator;

import io.sensormeter.inspection.Advice;
import io.sensormeter.inspection.ReportRow;
import io.sensormeter.ledger.ReportStatus;
import io.sensormeter.ledger.Verifications.Doubted;
import io.sensormeter.meter.Hour;
import io.sensormeter.meter.Outcome;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A report in sentences: what was read, when it could be sent, what became of it, what Stripe
 * showed, and what that means for the invoice.
 *
 * @param next commands that help, as a person copies them
 */
record Explanation(List<String> sentences, List<Map<String, Object>> next) {

  /**
   * What a report alone does not say.
   *
   * @param meter empty if the ledger knows nothing of it
   * @param entries of the journal that concern it
   * @param settled by whom, when and why its hour, read late, was acknowledged; empty if it was not
   * @param doubted an hour in which it was looked up and too much was absent to be believed
   */
  record Around(
      Optional<MeterNote> meter,
      List<JournalNote> entries,
      Optional<String> settled,
      Optional<Doubted> doubted,
      Instant now) {

    Hour currentHour() {
      return Hour.floor(now);
    }
  }

  /**
   * A meter as the ledger notes it.
   *
   * @param liveFrom the first event hour billed; null = none yet
   * @param stopped why its reports stay pending; null = they do not
   */
  record MeterNote(String meter, @Nullable Hour liveFrom, @Nullable String stopped) {}

  static Explanation of(ReportRow row, Around around) {
    List<String> sentences = new ArrayList<>();
    sentences.add(reading(row) + (row.isEstimated() ? estimated(around) : ""));
    sentences.add(copies(row));
    outcome(row).ifPresent(sentences::add);
    sighting(row).ifPresent(sentences::add);
    if (row.late()) {
      sentences.add(
          "It is late: the invoice of its period may have been closed before, and then it is on"
              + " none.");
    }
    around.entries().forEach(entry -> sentences.add(entry.sentence()));
    row.acknowledged()
        .ifPresent(
            by ->
                sentences.add(
                    "%s acknowledged it at %s: %s."
                        .formatted(by.by(), at(by.at()), Objects.toString(by.note(), "no note"))));
    Advice advice = Meaning.of(row, around);
    sentences.add(advice.means());
    return new Explanation(sentences, row.acknowledged().isPresent() ? List.of() : advice.next());
  }

  private static String reading(ReportRow row) {
    String what =
        "%s for %s on %s%s"
            .formatted(
                row.value() == null ? "a value that cannot be billed" : row.value().toString(),
                row.customer() == null ? "no Stripe customer" : row.customer(),
                row.meter(),
                row.kind() == null ? "" : " (" + row.kind() + ")");
    return row.revision() == 0
        ? "The source was read at %s and gave organization %s %s, for the hour %s."
            .formatted(at(row.capturedAt()), row.organization(), what, row.eventHour())
        : "Revision %d of organization %s was made at %s: %s, for the hour %s%s."
            .formatted(
                row.revision(),
                row.organization(),
                at(row.capturedAt()),
                what,
                row.eventHour(),
                row.reason() == null ? "" : "; the reason given: " + row.reason());
  }

  private static String estimated(Around around) {
    return " The value is estimated: it is what the source said more than 15 minutes after the hour"
        + " began."
        + around.settled().map(" The hour was acknowledged by %s."::formatted).orElse("");
  }

  private static String copies(ReportRow row) {
    if (row.sendBefore() == null) {
      return "No copy ever left.";
    }
    Instant first = Objects.requireNonNullElse(row.firstPublishedAt(), row.capturedAt());
    return "Copies could leave from %s and be sent until %s, as %s."
        .formatted(at(first), at(row.sendBefore()), row.identifier());
  }

  private static Optional<String> outcome(ReportRow row) {
    ReportRow.Answer answer = row.answer();
    String when = answer.at() == null ? "" : " at " + at(answer.at());
    String request = answer.requestId() == null ? "" : " (request " + answer.requestId() + ")";
    String why = answer.code() + (answer.message() == null ? "" : ": " + answer.message());
    if (row.isBesideLive()) {
      return Optional.of(
          "Stripe took it%s%s though it had been given up.".formatted(when, request));
    }
    return switch (row.status()) {
      case SHADOW, PENDING -> Optional.empty();
      case UNRESOLVED ->
          Optional.of(
              "It was given up%s, a day after its first copy: no outcome came.".formatted(when));
      case EXPIRED ->
          Optional.of(
              "It was given up%s, 34 days after its hour: no outcome came.".formatted(when));
      case SUPERSEDED ->
          Optional.of("It was given up%s, because a later hour was captured.".formatted(when));
      case REJECTED -> Optional.of(refused(row, when, request, why));
      case ACCEPTED, VERIFIED, DISCREPANCY, REPLACED -> {
        if (Outcome.ZeroRefused.CODE.equals(answer.code())) {
          yield Optional.of(
              "Stripe refused the value 0%s%s; nothing is owed for it, so it counts as accepted."
                  .formatted(when, request));
        }
        if (answer.by() != null) {
          yield Optional.of(refused(row, when, request, why));
        }
        yield accepted(answer, when, request);
      }
    };
  }

  private static Optional<String> accepted(ReportRow.Answer answer, String when, String request) {
    if (answer.duplicate()) {
      return Optional.of(
          "Stripe answered%s%s that it held the event already: an earlier copy had arrived."
              .formatted(when, request));
    }
    return answer.requestId() == null
        ? Optional.empty()
        : Optional.of("Stripe accepted it%s%s.".formatted(when, request));
  }

  private static String refused(ReportRow row, String when, String request, String why) {
    return switch (String.valueOf(row.answer().by())) {
      case "capture" -> "Capture rejected it%s: %s.".formatted(when, why);
      case "report" ->
          "Stripe accepted it and refused it afterwards, as it said%s%s: %s."
              .formatted(when, request, why);
      default -> "Stripe refused it%s%s: %s.".formatted(when, request, why);
    };
  }

  private static Optional<String> sighting(ReportRow row) {
    ReportRow.Seen seen = row.seen();
    List<String> told = new ArrayList<>();
    if (seen.at() != null) {
      told.add(
          "customer_gone".equals(row.answer().code())
              ? "Stripe was last asked at %s and knew no such customer.".formatted(at(seen.at()))
              : "Stripe's summaries were last read at %s and showed %s for that hour%s."
                  .formatted(
                      at(seen.at()),
                      seen.shown()
                          .filter(value -> value.signum() != 0)
                          .map(BigDecimal::toPlainString)
                          .orElse("nothing"),
                      seen.looks() > 1 && row.status() != ReportStatus.REPLACED
                          ? ", look %d since it is %s".formatted(seen.looks(), row.status().label())
                          : ""));
    }
    if (seen.suspectAt() != null) {
      told.add(
          "Stripe says that it refused events it had taken about %s; it is looked up anew."
              .formatted(at(seen.suspectAt())));
    }
    return told.isEmpty() ? Optional.empty() : Optional.of(String.join(" ", told));
  }

  /** To the second. */
  static String at(Instant instant) {
    return instant.truncatedTo(ChronoUnit.SECONDS).toString();
  }
}
