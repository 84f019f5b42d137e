package io.sensormeter.operator;

import io.sensormeter.ledger.Inspection;
import io.sensormeter.ledger.LedgerException;
import io.sensormeter.ledger.SourceInspection;
import io.sensormeter.ledger.SourceInspection.Column;
import io.sensormeter.ledger.SourceInspection.Customerless;
import io.sensormeter.ledger.SourceInspection.Judged;
import io.sensormeter.ledger.SourceInspection.Reading;
import io.sensormeter.ledger.SourceInspection.Signature;
import io.sensormeter.meter.Hour;
import java.math.BigDecimal;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** Where the readings come from: what {@code check} asks of it. */
final class SourceProbes {

  private static final String ARGUMENTS = "timestamp with time zone";
  private static final String RESULT =
      "TABLE(organization_id text, stripe_customer_id text, meter text, value numeric)";
  private static final String EXPECTED =
      "metering.billable_readings(at timestamptz) returns table (organization_id text,"
          + " stripe_customer_id text, meter text, value numeric)";

  private final boolean shipped;
  private final Hour hour;

  SourceProbes(boolean shipped, Hour hour) {
    this.shipped = shipped;
    this.hour = hour;
  }

  /** The application's six tables. */
  Finding tables(Inspection inspection) {
    if (!shipped) {
      return Finding.good(
          "tables", "SOURCE=own: which tables are read is for your function to say");
    }
    List<Column> columns = new SourceInspection(inspection).shippedColumns();
    Set<String> remedies = new LinkedHashSet<>();
    String role = quoted(inspection.session().role());
    String missing =
        names(
            columns,
            c -> !c.exists(),
            c -> c.tableExists() ? c.table() + "." + c.name() : c.table());
    if (!missing.isEmpty()) {
      remedies.add(
          missing
              + " do not exist, but SOURCE=shipped reads them: connect to the application's"
              + " database, or write a function for your own schema and set SOURCE=own");
    }
    if (columns.stream().anyMatch(c -> c.tableExists() && !c.usable())) {
      remedies.add(
          "%s may not use schema public; run: grant usage on schema public to %s"
              .formatted(role, role));
    }
    String unreadable = names(columns, c -> c.exists() && !c.readable(), Column::table);
    if (!unreadable.isEmpty()) {
      remedies.add(
          "%s may not read %s; run: grant select on %s to %s"
              .formatted(role, unreadable, unreadable, role));
    }
    if (!remedies.isEmpty()) {
      return Finding.bad("tables", String.join(". ", remedies));
    }
    String filtered = names(columns, Column::filtered, Column::table);
    return filtered.isEmpty()
        ? Finding.good("tables", "the six tables and every column SOURCE=shipped reads can be read")
        : Finding.warning(
            "tables",
            "row security hides rows of %s from %s unless a policy shows them, and what is hidden is not billed; run for each: create policy sensor_meter on … for select to %s using (true)"
                .formatted(filtered, role, role));
  }

  /** The function that gives the readings. */
  Finding function(Inspection inspection) {
    List<Signature> all = new SourceInspection(inspection).functions();
    List<Signature> callable = all.stream().filter(f -> f.arguments().equals(ARGUMENTS)).toList();
    if (shipped) {
      if (callable.isEmpty()) {
        return Finding.good("source", "the shipped function will be made at the first tick");
      }
      if (!callable.getFirst().shipped()) {
        return Finding.bad(
            "source",
            "metering.billable_readings exists and was not made by sensor-meter: set SOURCE=own to"
                + " keep it, or drop it to use the shipped one");
      }
      return Finding.good("source", "the shipped function is there");
    }
    String found =
        all.stream()
            .map(f -> "(%s) returns %s".formatted(f.arguments(), f.result()))
            .collect(Collectors.joining("; "));
    if (callable.isEmpty() || !callable.getFirst().result().equals(RESULT)) {
      return Finding.bad(
          "source",
          "SOURCE=own expects %s; found: %s. Create it as expected, see 'Your own schema' in the README"
              .formatted(EXPECTED, found.isEmpty() ? "none of that name" : found));
    }
    if (!callable.getFirst().executable()) {
      return Finding.bad(
          "source",
          "the role may not call metering.billable_readings; run: grant execute on function"
              + " metering.billable_readings(timestamptz) to "
              + quoted(inspection.session().role()));
    }
    return Finding.good("source", "your function is there, as expected");
  }

  /** What the source gives at the hour, judged as a capture would. */
  Finding reading(Inspection inspection) {
    SourceInspection source = new SourceInspection(inspection);
    boolean text =
        shipped && source.functions().stream().noneMatch(f -> f.arguments().equals(ARGUMENTS));
    Reading reading;
    try {
      reading = source.read(hour, text);
    } catch (LedgerException e) {
      if (e.sqlState().equals("57014")) {
        return Finding.warning(
            "reading",
            "the source took longer than %d s at %s and was stopped, so that nothing is known of it; a capture gives it 5 minutes"
                .formatted(Inspection.TIMEOUT.toSeconds(), hour));
      }
      throw e;
    }
    String says = says(reading);
    if (reading.unholdable() > 0) {
      return Finding.bad(
          "reading",
          "%s. %,d readings no report can hold would keep the whole hour from being captured: each needs an organization_id of 1 to 200 characters and a meter of [a-z0-9_]{1,40}"
              .formatted(says, reading.unholdable()));
    }
    if (reading.judged().stream().noneMatch(j -> j.failure() == null)) {
      return Finding.bad("reading", says + ". Nothing would be billed: is it the right database?");
    }
    return reading.judged().stream().allMatch(j -> j.failure() == null)
        ? Finding.good("reading", says)
        : Finding.warning(
            "reading", says + ". What is rejected is not billed; mend it in the application");
  }

  /** Organizations that SOURCE=shipped leaves out; your own function says for itself. */
  Finding customers(Inspection inspection) {
    if (!shipped) {
      return Finding.good(
          "customers", "SOURCE=own: a reading without one counts as customer_blank");
    }
    Customerless found = new SourceInspection(inspection).customerless(hour);
    return found.organizations() == 0
        ? Finding.good("customers", "each active or trial subscription's organization has one")
        : Finding.warning(
            "customers",
            "%,d organization(s) with an active or trial subscription have no Stripe customer and are not billed, such as %s; write it into subscriptions.stripe_customer_id"
                .formatted(found.organizations(), found.example()));
  }

  static String quoted(String name) {
    return name.matches("[a-z_][a-z0-9_]*") ? name : '"' + name.replace("\"", "\"\"") + '"';
  }

  private String says(Reading reading) {
    long billable = count(reading, j -> j.failure() == null);
    BigDecimal total =
        reading.judged().stream().map(Judged::total).reduce(BigDecimal.ZERO, BigDecimal::add);
    String rejected =
        reading.judged().stream()
            .filter(j -> j.failure() != null)
            .map(j -> "%s %,d (such as %s)".formatted(j.failure(), j.readings(), j.example()))
            .collect(Collectors.joining(", "));
    return "at %s: %,d organizations, %,d readings, billable %,d with total %s, rejected %,d%s"
        .formatted(
            hour,
            reading.organizations(),
            count(reading, _ -> true),
            billable,
            total.stripTrailingZeros().toPlainString(),
            count(reading, j -> j.failure() != null),
            rejected.isEmpty() ? "" : ": " + rejected);
  }

  private static long count(Reading reading, Predicate<Judged> which) {
    return reading.judged().stream().filter(which).mapToLong(Judged::readings).sum();
  }

  private static String names(
      List<Column> columns,
      Predicate<Column> which,
      java.util.function.Function<Column, String> name) {
    return columns.stream().filter(which).map(name).distinct().collect(Collectors.joining(", "));
  }
}
