package io.sensormeter.inspection;

import io.sensormeter.config.SchedulerSettings;
import io.sensormeter.database.Row;
import io.sensormeter.inspection.Waiting.Example;
import io.sensormeter.inspection.Waiting.Filter;
import io.sensormeter.inspection.Waiting.Group;
import io.sensormeter.ledger.ReportStatus;
import io.sensormeter.meter.Hour;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** Reports that an alarm rings for, by status, code and meter. */
record ExceptionGroups(Terms terms) {

  /** What is told once and stays in no count is listed so long: until two invoices have closed. */
  private static final Duration TOLD_ONCE = Duration.ofDays(70);

  List<Group> of(Filter filter) {
    return terms
        .reads()
        .list(
            "looking for exceptions",
            row -> group(row, filter.acknowledged()),
            ExceptionSql.of(filter.acknowledged()),
            filter.from().orElse(null),
            filter.from().map(Hour::start).orElseGet(() -> terms.now().minus(TOLD_ONCE)),
            filter.to().orElseGet(terms::currentHour),
            filter.meter().orElse(null),
            filter.organization().orElse(null),
            terms.now(),
            terms.unverified());
  }

  private Group group(Row row, boolean acknowledged) {
    List<Example> examples = examples(row);
    Group bare =
        new Group(
            row.text("status"),
            Optional.ofNullable(row.textOrNull("code")),
            Optional.ofNullable(row.textOrNull("refused_by")),
            row.text("meter"),
            row.number("reports"),
            row.number("organizations"),
            row.decimal("units"),
            row.hour("since"),
            row.hour("newest"),
            examples,
            "",
            List.of());
    Advice advice = acknowledged ? Advice.SETTLED : advice(bare, row.flag("additive"));
    List<Map<String, Object>> next = new ArrayList<>();
    next.add(explain(examples.getFirst(), bare.meter()));
    next.addAll(advice.next());
    return new Group(
        bare.status(),
        bare.code(),
        bare.rejectedBy(),
        bare.meter(),
        bare.reports(),
        bare.organizations(),
        bare.units(),
        bare.since(),
        bare.newest(),
        examples,
        advice.means(),
        next);
  }

  private static List<Example> examples(Row row) {
    List<String> organizations = Objects.requireNonNull(row.textsOrNull("of_organizations"));
    List<String> hours = Objects.requireNonNull(row.textsOrNull("of_hours"));
    List<String> customers = Objects.requireNonNull(row.textsOrNull("of_customers"));
    List<String> acknowledged = Objects.requireNonNull(row.textsOrNull("of_acknowledged"));
    List<Example> examples = new ArrayList<>();
    for (int i = 0; i < organizations.size(); i++) {
      examples.add(
          new Example(
              organizations.get(i),
              hours.get(i),
              Optional.of(customers.get(i)).filter(customer -> !customer.isEmpty()),
              Optional.of(acknowledged.get(i)).filter(by -> !by.isEmpty())));
    }
    return examples;
  }

  private static Map<String, Object> explain(Example example, String meter) {
    Map<String, Object> explain = Advice.ask("explain");
    explain.put("organization", example.organization());
    explain.put("hour", example.hour());
    explain.put("meter", meter);
    return explain;
  }

  private Advice advice(Group group, boolean additive) {
    return switch (group.status()) {
      case "late" ->
          new Advice(
              "Stripe accepted it after its invoice may have been closed: if its billing period had"
                  + " ended by then, it is on no invoice. Look at the invoice; what is missing is"
                  + " an invoice item. Then acknowledge it.",
              List.of(Advice.acknowledge("late", group.meter(), group.since(), group.newest())));
      case "shadow" ->
          new Advice(
              "It was captured in shadow though its meter was live: it is not billed until it is"
                  + " released, which can be done for 34 days.",
              List.of(release(group)));
      case "pending" -> waiting(group.code().orElse(""));
      case "accepted" ->
          new Advice(
              "Stripe has said that it holds it, and its summaries were not seen to show it for"
                  + " more than a day. Does VerifierFunction run? To ask now:",
              List.of(verify(group)));
      default ->
          Advice.of(
              new Advice.Case(
                  ReportStatus.valueOf(group.status().toUpperCase(Locale.ROOT)),
                  group.code().orElse(null),
                  group.rejectedBy().orElse(null),
                  additive,
                  group.since(),
                  group.newest(),
                  group.meter(),
                  null,
                  null),
              terms.currentHour());
    };
  }

  private static Advice waiting(String code) {
    return new Advice(
        switch (code) {
          case "held" ->
              "A retry waits until Stripe was seen not to hold the hour, 6 hours or more after the"
                  + " copies before it expired, and goes by itself then.";
          case "meter_stopped" ->
              "Its meter is stopped, and it goes by itself once that is mended: see meters.";
          default ->
              "It has no outcome after more than an hour. It is sent again by itself; look at the"
                  + " reporter, its queue and Stripe.";
        },
        List.of());
  }

  private static Map<String, Object> verify(Group group) {
    Map<String, Object> asked = ranged(group, "verify");
    asked.put("code", group.status());
    return asked;
  }

  private static Map<String, Object> release(Group group) {
    Map<String, Object> asked = ranged(group, "release");
    asked.put("dryRun", true);
    return asked;
  }

  private static Map<String, Object> ranged(Group group, String command) {
    Map<String, Object> asked = Advice.ask(command);
    Hour first = group.newest().minusHours(SchedulerSettings.CATCH_UP_HOURS_MAX - 1L);
    asked.put("from", group.since().isBefore(first) ? first : group.since());
    asked.put("to", group.newest());
    asked.put("meter", group.meter());
    return asked;
  }
}
