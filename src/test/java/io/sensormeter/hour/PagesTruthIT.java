package io.sensormeter.hour;

import static org.assertj.core.api.Assertions.assertThat;

import io.sensormeter.local.Pipeline;
import io.sensormeter.local.aws.WidgetConsole;
import io.sensormeter.local.postgres.LocalDatabase;
import io.sensormeter.local.stripe.Fault;
import io.sensormeter.meter.Hour;
import io.sensormeter.meter.MeterKind;
import java.time.Duration;
import java.util.Map;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A page says no more than the ledger knows, and nothing of what a person has settled. */
@Tag("postgres")
final class PagesTruthIT extends PagesFixture {
  private static final String READINGS = "temperature_readings";

  private final LocalDatabase database = ownSource();

  @Test
  void hourThatNobodyBilledIsSettledAndNeverVerified() {
    Pipeline pipeline = billing(MeterKind.SUM_HOURLY);
    stripe.script(_ -> new Fault.Refused("resource_missing", "No such customer"));
    tick(pipeline);
    drain(pipeline);
    assertThat(verdict(pipeline)).startsWith("No: 1 hour holds an exception");

    acknowledge(pipeline, "rejected");

    assertThat(verdict(pipeline))
        .isEqualTo(
            "Yes: Stripe was seen to hold every report of 1 hour that was not settled otherwise; in"
                + " 1 hour a person settled what Stripe does not hold.");
    assertThat(cell(pipeline, HOUR).text()).isEqualTo("=");
  }

  @Test
  void meterInShadowDoesNotHideThatTheBilledOneGaveNothing() {
    meter(MeterKind.SUM_HOURLY);
    meter(READINGS, MeterKind.SUM);
    stripe.addCustomer("cus_a");
    reading(database, "org-a", "cus_a", Pipeline.METER, "7");
    reading(database, "org-a", "cus_a", READINGS, "9");
    Pipeline pipeline =
        pipeline(
            database,
            Map.of(
                "SOURCE",
                "own",
                "METERS",
                Pipeline.METER + ":sum-hourly," + READINGS + ":sum:from=2027-01-01T00:00:00Z"));
    tick(pipeline);
    database.execute("delete from readings where meter = ?", Pipeline.METER);
    nextHour(pipeline);
    take(pipeline.verificationsUrl());

    assertThat(cell(pipeline, HOUR.plusHours(1)).text()).isEqualTo("0");
    assertThat(verdict(pipeline))
        .isEqualTo(
            "No: 1 hour gave no reading (2026-11-22 15:00). That needs a person: look at the"
                + " source.");
  }

  @Test
  void hoursThatNobodyLooksUpForMoreThanADayNeedAPerson() {
    Pipeline pipeline = billing(MeterKind.SUM_HOURLY);
    tick(pipeline);
    toHour(HOUR.plusHours(29));
    tick(pipeline);
    drain(pipeline);
    take(pipeline.verificationsUrl());

    assertThat(verdict(pipeline))
        .startsWith(
            "No: 2 hours were not seen in Stripe for more than a day (since 2026-11-22 14:00). That"
                + " needs a person: see Exceptions.");
    assertThat(cell(pipeline, HOUR).text()).isEqualTo("A");
    assertThat(cell(pipeline, HOUR).attr("aria-label"))
        .contains("not seen in Stripe for more than a day");
    assertThat(cell(pipeline, HOUR).hasAttr("tabindex")).isFalse();
    assertThat(cell(pipeline, HOUR.plusHours(2)).hasAttr("tabindex")).isTrue();

    database.execute(
        "update metering.stack set verify_from = ?::timestamptz",
        HOUR.plusHours(2).start().toString());
    assertThat(verdict(pipeline))
        .startsWith(
            "Yes: Stripe said that it holds all of 30 hours, and was seen to hold 0 of them; the"
                + " others are looked up by themselves; those of 2 hours before 2026-11-22 16:00"
                + " are not looked up.");
  }

  @Test
  void skippedAndShadowedHoursThatArePaidOtherwiseNeedNobody() {
    Pipeline pipeline = billing(MeterKind.SUM_HOURLY);
    tick(pipeline);
    drain(pipeline);
    Pipeline shadow =
        pipeline(
            database,
            Map.of("SOURCE", "own", "METERS", "active_sensors:sum-hourly", "BILL_FROM", ""));
    nextHour(shadow);
    toHour(HOUR.plusHours(2));
    tick(pipeline);
    drain(pipeline);
    take(pipeline.verificationsUrl());
    take(shadow.verificationsUrl());
    database.execute(
        "update metering.tick set status = 'skipped' where hour = ?::timestamptz",
        HOUR.plusHours(2).start().toString());
    assertThat(verdict(pipeline))
        .startsWith("No: 1 hour was given up as too old (2026-11-22 16:00) and 1 hour stands in");

    acknowledge(pipeline, "skipped");
    assertThat(cell(pipeline, HOUR.plusHours(2)).text()).isEqualTo("=");
    assertThat(verdict(pipeline)).startsWith("No: 1 hour stands in shadow");
    acknowledge(pipeline, "shadow");

    assertThat(cell(pipeline, HOUR.plusHours(1)).text()).isEqualTo("=");
    assertThat(verdict(pipeline))
        .startsWith("Yes:")
        .contains("in 2 hours a person settled what Stripe does not hold");
  }

  @Test
  void hourReadLateIsMarkedUntilAPersonHasLookedAtIt() {
    Pipeline pipeline = billing(MeterKind.SUM_HOURLY);
    tick(pipeline);
    drain(pipeline);
    toHour(HOUR.plusHours(2));
    tick(pipeline);
    drain(pipeline);
    take(pipeline.verificationsUrl());
    assertThat(verdict(pipeline))
        .startsWith("Yes:")
        .endsWith(
            "1 hour holds late, superseded or estimated reports, which somebody should look at: see"
                + " Exceptions.");
    assertThat(cell(pipeline, HOUR.plusHours(1)).attr("aria-label")).endsWith(", estimated");
    assertThat(look(pipeline, "exceptions").text()).contains("estimated 1 hour");

    acknowledge(pipeline, "estimated");

    assertThat(verdict(pipeline)).startsWith("Yes:").doesNotContain("estimated");
    assertThat(cell(pipeline, HOUR.plusHours(1)).attr("aria-label")).doesNotContain("estimated");
    assertThat(look(pipeline, "exceptions").text()).contains("Nothing waits for a person");
  }

  /** No value that is billed is estimated: the gauge is in shadow, the flow exact. */
  @Test
  void gaugeInShadowMarksNoHourThatWasReadLate() {
    meter(MeterKind.SUM_HOURLY);
    meter(READINGS, MeterKind.SUM);
    stripe.addCustomer("cus_a");
    reading(database, "org-a", "cus_a", Pipeline.METER, "7");
    reading(database, "org-a", "cus_a", READINGS, "9");
    Pipeline pipeline =
        pipeline(
            database,
            Map.of(
                "SOURCE",
                "own",
                "INVOICE_GRACE_HOURS",
                "72",
                "METERS",
                READINGS
                    + ":sum:past-hour,"
                    + Pipeline.METER
                    + ":sum-hourly:from=2027-01-01T00:00:00Z"));
    tick(pipeline);
    nextHour(pipeline);
    toHour(HOUR.plusHours(3));
    tick(pipeline);
    drain(pipeline);
    take(pipeline.verificationsUrl());

    assertThat(look(pipeline, "exceptions").text()).contains("Nothing waits for a person");
    assertThat(cell(pipeline, HOUR.plusHours(2)).attr("aria-label")).doesNotContain("estimated");
  }

  @Test
  void ofALastMeterOneHourAloneIsToBeBilled() {
    Pipeline pipeline = billing(MeterKind.LAST);
    tick(pipeline);
    drain(pipeline);
    nextHour(pipeline);
    take(pipeline.verificationsUrl());
    database.execute(
        """
        update metering.meter_report set status = 'discrepancy', observed_value = 3,
          observed_at = hour + interval '3 hours', failure_code = 'differs'
        where organization_id = 'org-a' and hour = ?::timestamptz
        """,
        HOUR.start().toString());

    assertThat(look(pipeline, "customer", "of", "org-a").select(".sm-total").text())
        .startsWith("7 ");
  }

  @Test
  void metersThatDifferOrWereNotReadForADayAreNotCalledRight() {
    Pipeline pipeline = billing(MeterKind.SUM_HOURLY);
    tick(pipeline);
    verify(pipeline);
    drain(pipeline);
    assertThat(look(pipeline, "meters").text()).contains("Yes: each meter");

    clock.advance(Duration.ofHours(25));
    assertThat(look(pipeline, "meters").text())
        .contains("Not known: Stripe was not asked for 1 meter within a day");

    database.execute("update metering.meter set value_key = 'amount'");
    assertThat(look(pipeline, "meters").text())
        .contains("No: 1 meter is not as METERS declares: see below.");
  }

  @Test
  void hourBelongsToItsTickBeforeItIsOwed() {
    Pipeline pipeline = billing(MeterKind.SUM_HOURLY);
    tick(pipeline);
    drain(pipeline);
    take(pipeline.verificationsUrl());
    toHour(HOUR.plusHours(1));
    assertThat(look(pipeline, "exceptions").text()).doesNotContain("owed 1 hour");

    clock.advance(Duration.ofMinutes(10));

    assertThat(look(pipeline, "exceptions").text()).contains("owed 1 hour");
  }

  @Test
  void monthOfAnotherZoneIsNoInvoice() {
    Pipeline pipeline = billing(MeterKind.SUM_HOURLY);
    tick(pipeline);
    drain(pipeline);
    take(pipeline.verificationsUrl());

    String said = "of a month in UTC+02:00; invoices and the command month count in UTC";
    Document local =
        Jsoup.parse(
            pipeline
                .newView()
                .apply(
                    WidgetConsole.event(
                        Map.of("a.page", "customer", "a.of", "org-a", "v.zone", "+02:00"),
                        clock.instant())));
    assertThat(local.select(".sm-card").text()).contains(said);
    Document utc = look(pipeline, "customer", "of", "org-a");
    assertThat(utc.text()).doesNotContain("count in UTC");
    assertThat(utc.select("code").eachText())
        .anyMatch(
            command ->
                command.contains("\"explain\"") && command.contains("\"hour\":\"" + HOUR + "\""));
  }

  /** A label would be read in place of the command; what scrolls is reached by the keyboard. */
  @Test
  void commandsAndTablesAreReachedByWhoDoesNotSeeThem() {
    Pipeline pipeline = billing(MeterKind.SUM_HOURLY);
    tick(pipeline);
    drain(pipeline);
    take(pipeline.verificationsUrl());

    Document page = look(pipeline, "customer", "of", "org-a");

    assertThat(page.select("code[aria-label]")).isEmpty();
    assertThat(page.select("div[role=group][aria-label='Command, to copy'] > code[tabindex=0]"))
        .isNotEmpty();
    for (String each : new String[] {"customer", "hour", "meters"}) {
      assertThat(look(pipeline, each, "of", "org-a").select(".sm-scroll"))
          .isNotEmpty()
          .allMatch(
              table ->
                  table.is("[tabindex=0][role=region]") && !table.attr("aria-label").isBlank());
    }
  }

  /** Of two organizations. */
  private Pipeline billing(MeterKind kind) {
    meter(kind);
    stripe.addCustomer("cus_a");
    stripe.addCustomer("cus_b");
    reading(database, "org-a", "cus_a", Pipeline.METER, "7");
    reading(database, "org-b", "cus_b", Pipeline.METER, "4");
    return pipeline(
        database,
        Map.of(
            "SOURCE",
            "own",
            "METERS",
            Pipeline.METER + ":" + kind.label(),
            "VERIFY_EVERY_HOURS",
            "2"));
  }

  private static void acknowledge(Pipeline pipeline, String code) {
    Hour last = HOUR.plusHours(5);
    assertThat(
            pipeline.invoke(
                pipeline.newScheduler(),
                """
                {"command": "acknowledge", "from": "%s", "to": "%s", "code": "%s",
                 "note": "paid by hand", "by": "ann"}
                """
                    .formatted(HOUR, last, code)))
        .doesNotContainEntry("reports", 0);
  }
}
