package io.sensormeter.operator;

import io.sensormeter.lambda.Fields;
import io.sensormeter.ledger.Acknowledgements;
import io.sensormeter.ledger.Selection;
import io.sensormeter.meter.Hour;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What a command may name: an organization, a customer and a meter that the ledger knows, and hours
 * that have come. Of anything else nothing is found, which would read as if all were well.
 */
record Known(Tools tools) {

  /**
   * Hour by hour through a key, the newest first: who is billed now is found in the first one.
   * Arguments: what is looked for, as the condition names it.
   */
  private static final String EVER =
      """
      select exists (
        select from (
          select generate_series(max(hour), min(hour), interval '-1 hour') as hour
          from metering.meter_report) as asked
        cross join lateral (
          select from metering.meter_report as one where one.hour = asked.hour and %s
          limit 1) as found) as known
      """;

  static final String ORGANIZATION = EVER.formatted("one.organization_id = ?");

  /** What is live by the index that keeps it single, what was refused by that of the open ones. */
  static final String CUSTOMER =
      EVER.formatted(
              "one.stripe_customer_id = ? and one.status not in ('rejected', 'superseded',"
                  + " 'replaced')")
          .replace(
              " as known",
              """
               or exists (
                select from metering.meter_report as refused
                where refused.status = 'rejected' and refused.stripe_customer_id = ?) as known
              """);

  /**
   * That the ledger knows what the command selects by.
   *
   * @throws IllegalArgumentException naming what it does not know
   */
  void require(Command command) {
    switch (command) {
      // They say so themselves: it is the source that names, and an hour to come has no report.
      case Command.Report _, Command.Backfill _, Command.Status _ -> {}
      default -> require(Fields.of((Record) command));
    }
  }

  private void require(Map<String, Object> fields) {
    named(fields, "hour").or(() -> named(fields, "from")).map(Hour::parse).ifPresent(this::come);
    named(fields, "meter").ifPresent(this::meter);
    named(fields, "organization").ifPresent(this::organization);
    named(fields, "stripeCustomer").ifPresent(this::customer);
  }

  private static Optional<String> named(Map<String, Object> fields, String field) {
    return Optional.ofNullable(fields.get(field)).map(Object::toString);
  }

  private void come(Hour hour) {
    if (hour.isAfter(tools.currentHour())) {
      throw unknown("%s has not come yet, it is %s".formatted(hour, tools.time().now()));
    }
  }

  private void meter(String meter) {
    Set<String> known = new TreeSet<>(tools.settings().meters().names());
    if (known.contains(meter)) {
      return;
    }
    known.addAll(
        tools
            .reads()
            .list(
                "reading the meters",
                row -> row.text("meter"),
                """
                select meter from metering.meter union select meter from metering.tick_meter
                union select meter from metering.meter_report where status = 'rejected'
                """));
    if (!known.contains(meter)) {
      throw unknown(
          "the ledger knows no meter \"%s\"; it knows %s"
              .formatted(meter, String.join(", ", known)));
    }
  }

  private void organization(String organization) {
    if (!exists(ORGANIZATION, organization)) {
      throw unknown(
          "the ledger knows no organization \"%s\"%s"
              .formatted(
                  organization,
                  organization.startsWith("cus_")
                      ? "; a Stripe customer is named by \"stripeCustomer\""
                      : ": it never had a report. Whether the source names it, report says with"
                          + " \"dryRun\": true"));
    }
  }

  private void customer(String customer) {
    if (!exists(CUSTOMER, customer, customer)) {
      throw unknown(
          "the ledger knows no Stripe customer \"%s\": none of its reports is live or was refused. One that was replaced or superseded is found by \"organization\""
              .formatted(customer));
    }
  }

  private boolean exists(String sql, Object... arguments) {
    return tools
        .reads()
        .one("looking whether it is known", row -> row.flag("known"), sql, arguments)
        .orElseThrow();
  }

  private static IllegalArgumentException unknown(String what) {
    return new IllegalArgumentException(what + "; nothing was done");
  }

  /** Where no exception is selected: that it is so, and which there are. */
  String nothing(Selection selection) {
    String others =
        Acknowledgements.open(
                tools.reads(),
                new Selection(
                    selection.from(),
                    selection.to(),
                    Optional.empty(),
                    selection.organization(),
                    selection.stripeCustomer(),
                    selection.meter()),
                tools.time().now())
            .stream()
            .map(
                group ->
                    "%s (%d)"
                        .formatted(
                            group.code() == null ? group.status() : group.code(), group.reports()))
            .collect(Collectors.joining(", "));
    return "no open exception from %s to %s is selected%s%s"
        .formatted(
            selection.from(),
            selection.to(),
            selection.code().map(" by the code \"%s\""::formatted).orElse(""),
            others.isEmpty() ? "; there is none" : "; those there are have the codes " + others);
  }
}
