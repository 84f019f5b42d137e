package io.sensormeter.operator;

import io.sensormeter.inspection.PrunedMonths;
import io.sensormeter.inspection.Range;
import io.sensormeter.lambda.Deadline;
import io.sensormeter.ledger.Retried;
import io.sensormeter.ledger.Retried.Refusal;
import io.sensormeter.ledger.Retries;
import io.sensormeter.ledger.Selection;
import io.sensormeter.meter.Characters;
import io.sensormeter.meter.Hour;
import io.sensormeter.tick.Publisher;
import io.sensormeter.tick.Tick;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code retry}: what Stripe refused, does not show, or was never sent goes out anew. */
record Retry(Tools tools) {

  /** An answer is at most 6 MB; so many lines are half of one. */
  private static final int LINES_MAX = 5_000;

  /**
   * The answer.
   *
   * @param retried reports with a new revision
   * @param held how many of them are sent only after Stripe has shown the hour absent
   * @param refused reports left as they are
   * @param reports of both, hour by hour, newest first
   * @param notListed how many more there are than {@code reports} shows
   * @param says that there is nothing, if so
   */
  private record Answer(
      String command,
      boolean dryRun,
      Hour from,
      Hour to,
      int retried,
      int held,
      int refused,
      List<Line> reports,
      Optional<Integer> notListed,
      int published,
      Optional<String> left,
      Optional<String> says) {}

  /**
   * A report, old → new.
   *
   * @param was status and code of the report
   * @param customer whom it is billed to, with an arrow if that changes
   * @param then when it is sent
   * @param refused why nothing was done, and what works instead
   */
  private record Line(
      Hour hour,
      String organization,
      String meter,
      String was,
      @Nullable Long value,
      boolean estimated,
      String customer,
      Optional<String> then,
      Optional<String> refused) {}

  /**
   * Makes the revisions, newest hour first, and publishes what may leave.
   *
   * @throws IllegalArgumentException if nobody says who does it, the range may not be billed, or
   *     the customer is none
   */
  Done answer(Command.Retry command, Deadline deadline) {
    String by = tools.requireBy(command);
    Range range = new Range(command.from(), command.to());
    PrunedMonths.refuse(tools.reads(), range.from(), range.to());
    tools.requireBilled(command, command.from(), command.beforeBillFrom());
    requireCustomer(command);
    List<Retried> reports = new ArrayList<>();
    Optional<String> left = retry(command, range, by, deadline, reports);
    Publisher.Run publishing = tools.publisher().begin(deadline);
    if (!command.dryRun()) {
      publishing.sweep();
    }
    int retried = (int) reports.stream().filter(one -> one.refusal() == null).count();
    return new Done(
        new Answer(
            "retry",
            command.dryRun(),
            range.from(),
            range.to(),
            retried,
            (int) reports.stream().filter(Retry::isHeld).count(),
            reports.size() - retried,
            reports.stream().limit(LINES_MAX).map(Retry::line).toList(),
            Optional.of(reports.size() - LINES_MAX).filter(more -> more > 0),
            publishing.overdueCopies(),
            left.or(publishing::stopped),
            reports.isEmpty() && left.isEmpty()
                ? Optional.of(new Known(tools).nothing(command.selection()))
                : Optional.empty()),
        command.dryRun() ? 0 : retried);
  }

  /** As far as there is time; says where to go on if there is not. */
  private Optional<String> retry(
      Command.Retry command, Range range, String by, Deadline deadline, List<Retried> reports) {
    Selection selection = command.selection();
    Retries.Terms terms =
        new Retries.Terms(
            command.customer(), command.beforeBillFrom(), command.acknowledged(), "retry by " + by);
    Set<List<String>> later = new HashSet<>();
    for (Hour hour : range.newestFirst()) {
      if (deadline.isWithin(Tick.CAPTURE_RESERVE)) {
        return Optional.of(
            "little time is left; run the same command with \"to\": \"%s\"".formatted(hour));
      }
      reports.addAll(
          command.dryRun()
              ? tools.retries().preview(selection, hour, terms, tools.time().now(), later)
              : tools.retries().retry(selection, hour, terms, tools.time().now()));
    }
    return Optional.empty();
  }

  private static void requireCustomer(Command.Retry command) {
    String customer = command.customer().orElse("frozen");
    if (Set.of("frozen", "source").contains(customer)) {
      return;
    }
    if (!customer.matches("cus_.+") || !Characters.isCustomer(customer)) {
      throw new IllegalArgumentException(
          "field 'customer' of command 'retry' must be frozen, source, or a Stripe customer"
              + " (cus_…),"
              + " but is: %s; nothing was done".formatted(customer));
    }
    if (command.organization().isEmpty() && command.stripeCustomer().isEmpty()) {
      throw new IllegalArgumentException(
          "a customer is one organization's: add \"organization\" or \"stripeCustomer\"; nothing"
              + " was done");
    }
  }

  private static boolean isHeld(Retried one) {
    return one.refusal() == null && !one.shadow() && one.held() != null;
  }

  private static Line line(Retried one) {
    return new Line(
        one.hour(),
        one.organization(),
        one.meter(),
        one.code() == null ? one.status() : one.status() + " " + one.code(),
        one.value(),
        one.read(),
        one.frozenCustomer() == null || !one.frozenCustomer().equals(one.customer())
            ? one.frozenCustomer() + " → " + one.customer()
            : one.frozenCustomer(),
        one.refusal() == null ? Optional.of(then(one)) : Optional.empty(),
        Optional.ofNullable(one.refusal()).map(refusal -> why(refusal, one)));
  }

  private static String then(Retried one) {
    if (one.shadow()) {
      return "in shadow, as its hour: release bills it";
    }
    return one.held() == null
        ? "goes by itself, once no copy sent before can arrive any more"
        : "asked; goes by itself after Stripe has shown the hour absent%s under %s%s"
            .formatted(
                one.held() > 1 ? " twice" : "",
                one.frozenCustomer(),
                one.absentFrom() == null
                    ? ""
                    : " at %s or later, or no such customer"
                        .formatted(Explanation.at(one.absentFrom())));
  }

  /** Why not, and what works. */
  private static String why(Refusal refusal, Retried one) {
    return switch (refusal) {
      case TOO_OLD ->
          "Stripe takes it no more, it is older than 34 days: look with explain whether Stripe"
              + " holds it; if not, bill it by an invoice item and acknowledge it";
      case NO_NAME ->
          "the source gave an organization that no report can bear: mend it there, then backfill"
              + " the organization";
      case NOT_DECLARED ->
          "METERS does not name this meter, or otherwise than it was billed: mend METERS, then"
              + " retry";
      case BEFORE_LIVE ->
          "it lies before the first hour billed of its meter; if another system has not billed it,"
              + " add \"beforeBillFrom\": true";
      case NO_VALUE ->
          "it has no value, and the source gives none that can be billed for this hour: mend the"
              + " source, then retry";
      case NO_CUSTOMER ->
          "it has no customer that can be billed: enter it in the application, or add"
              + " \"organization\" and \"customer\": \"cus_…\"";
      case SENT_ELSEWHERE ->
          "an earlier revision was sent to another customer and Stripe may hold it: look with"
              + " explain, cancel or credit it there, then acknowledge it";
      case TAKEN ->
          "%s is live for organization %s in this hour: two organizations cannot share a customer; add"
                  .formatted(one.customer(), one.holder())
              + " \"organization\" and \"customer\": \"cus_…\"";
      case ANOTHERS ->
          "the source gives %s to organization %s in this hour, who would not be billed then: name"
                  .formatted(one.customer(), one.holder())
              + " another customer, or mend the source and use \"customer\": \"source\"";
      case ACKNOWLEDGED -> Tools.acknowledged(String.valueOf(one.holder()));
      case OVERTAKEN ->
          "a later hour of this organization or customer is live, and of a last meter the last"
              + " event counts: within a period nothing is lost; if the period ended with this"
              + " hour, look with explain, bill it by an invoice item and acknowledge it";
      case CHANGED -> "it has changed meanwhile: run the same command again";
    };
  }
}
