package io.sensormeter.hour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.sensormeter.config.Secrets;
import io.sensormeter.config.ViewSettings;
import io.sensormeter.database.Database;
import io.sensormeter.database.DatabaseException;
import io.sensormeter.lambda.Time;
import io.sensormeter.local.Pipeline;
import io.sensormeter.local.Services;
import io.sensormeter.local.aws.WidgetConsole;
import io.sensormeter.local.postgres.LocalDatabase;
import io.sensormeter.local.stripe.Fault;
import io.sensormeter.meter.Hour;
import io.sensormeter.meter.MeterKind;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a person sees of ledgers that real ticks have filled; looking changes nothing. */
@Tag("postgres")
final class PagesIT extends PagesFixture {
  private static final String SCRIPT = "<script>alert(1)</script>";
  private static final String ACTION =
      "\"><cwdb-action action=\"call\" endpoint=\"arn:evil\">{}</cwdb-action><b title=\"";
  private static final List<String> PAGES =
      List.of("hours", "hour", "exceptions", "customer", "meters");

  private final LocalDatabase database = ownSource();
  private String viewSecret = "";

  @Test
  void hoursAnswerWhetherEveryHourWasBilledAndNameWhatNeedsAPerson() {
    Pipeline pipeline = billed();
    assertThat(verdict(pipeline))
        .isEqualTo(
            "Not yet: 1 hour of 1 waits for an outcome (2026-11-22 14:00); it is sent again by"
                + " itself.");

    drain(pipeline);
    assertThat(verdict(pipeline)).startsWith("Yes: Stripe said that it holds all of 1 hour");
    for (int i = 0; i < 5; i++) {
      nextHour(pipeline);
      verify(pipeline);
    }
    assertThat(verdict(pipeline))
        .isEqualTo(
            "Yes: Stripe said that it holds all of 6 hours, and was seen to hold 4 of them;"
                + " the others are looked up by themselves.");
    assertThat(cell(pipeline, HOUR).text()).isEqualTo("✓");

    // A refused 0 would count as accepted.
    stripe.script(
        call ->
            "cus_a".equals(call.customer())
                ? new Fault.Refused("resource_missing", "No such customer")
                : null);
    nextHour(pipeline);
    Hour refused = Hour.floor(clock.instant());
    assertThat(verdict(pipeline))
        .isEqualTo(
            "No: 1 hour holds an exception (2026-11-22 20:00). That needs a person: see"
                + " Exceptions.");
    assertThat(cell(pipeline, refused).text()).isEqualTo("!");
    assertThat(cell(pipeline, refused).attr("aria-label"))
        .isEqualTo("2026-11-22 20:00, exception, 2 reports, 1 exception");
    assertThat(look(pipeline, "hour", "hour", refused.toString()).text())
        .contains("2026-11-22 20:00 UTC", "exception: an exception waits for a person")
        .contains("resource_missing", "No such customer");
    Document exceptions = look(pipeline, "exceptions");
    assertThat(exceptions.text())
        .contains("1 kind of exception waits for a person")
        .contains("rejected: resource_missing", "1 report of 1 organization");
    assertThat(exceptions.select("code").eachText())
        .anyMatch(command -> command.startsWith("{\"command\":\"retry\""));

    toHour(refused.plusHours(3));
    assertThat(verdict(pipeline))
        .startsWith("No: 2 hours were never captured (since 2026-11-22 21:00)");
  }

  @Test
  void customersMonthStandsBesideStripesAsOnTheInvoice() {
    Pipeline pipeline = billed();
    drain(pipeline);
    for (int i = 0; i < 4; i++) {
      nextHour(pipeline);
      verify(pipeline);
    }

    for (String whose : List.of("org-a", "cus_a")) {
      Document page = look(pipeline, "customer", "of", whose);
      assertThat(page.select(".sm-total").text()).isEqualTo("35");
      assertThat(page.select("dl").eachText().getFirst())
          .contains("Verified or accepted 35", "Stripe shows 14", "Not looked up yet 3 hours");
      assertThat(page.select("tbody").eachText().getFirst())
          .startsWith("Sun 22 Nov 35 14, 3 hours to come");
      assertThat(page.select("textarea").text())
          .contains("org-a,cus_a,0,active_sensors:org-a:2026-11-22T14Z,7,verified");
      assertThat(page.select("code").eachText().getFirst())
          .contains(
              "\"command\":\"statement\"", "\"from\":\"2026-11-01T00Z\",\"to\":\"2026-11-30T23Z\"");
    }
    assertThat(look(pipeline, "customer", "of", "org-x").text())
        .contains("The ledger holds no report of organization org-x in this month.");
  }

  @Test
  void metersAreShownAsDeclaredAndAsStripeHasThem() {
    Pipeline pipeline = billed();
    assertThat(look(pipeline, "meters").text()).contains("Not known", "not read yet");

    verify(pipeline);
    drain(pipeline);
    assertThat(look(pipeline, "meters").text())
        .contains(
            "Yes: each meter is in Stripe what METERS declares.", "kind sum-hourly sum-hourly");
  }

  @Test
  void hostileNamesAreText() {
    reading(database, SCRIPT, "cus_s", Pipeline.METER, "3");
    reading(database, ACTION, "cus_t", Pipeline.METER, "4");
    Pipeline pipeline = billed();
    stripe.addCustomer("cus_s");
    stripe.script(_ -> new Fault.Refused("resource_missing", SCRIPT + ACTION));
    drain(pipeline);

    for (String page : PAGES) {
      for (String of : List.of(SCRIPT, ACTION)) {
        Document shown = look(pipeline, page, "of", of, "hour", HOUR.toString());
        assertThat(shown.select("script, b[title], iframe, [onclick]")).as(page).isEmpty();
        assertThat(shown.select("cwdb-action"))
            .as(page)
            .isNotEmpty()
            .allMatch(action -> action.attr("endpoint").startsWith("arn:aws:lambda:us-east-1:"));
      }
    }
    assertThat(look(pipeline, "hour", "hour", HOUR.toString()).text()).contains(SCRIPT, ACTION);
    Document customer = look(pipeline, "customer", "of", ACTION);
    assertThat(customer.select("input[name=search]").attr("value")).isEqualTo(ACTION);
    assertThat(customer.select("textarea").text()).contains("arn:evil");
    assertThat(look(pipeline, SCRIPT).text()).contains("there is no page '" + SCRIPT + "'");
  }

  @Test
  void ledgerThatIsBehindIsNotShownAndNotChanged() {
    Pipeline pipeline = pipeline(database, Map.of("SOURCE", "own"));
    for (String page : PAGES) {
      assertThat(look(pipeline, page).text())
          .contains("the ledger is at version 0, this release needs 2", "nothing was changed");
    }
    assertThat(database.queryLong("select count(*) from pg_class where relname = 'tick'")).isZero();

    tick(pipeline);
    database.execute("delete from metering.flyway_schema_history where version = '2'");
    assertThat(look(pipeline, "hours").text()).contains("the ledger is at version 1");
    assertThat(
            database.queryLong(
                "select count(*) from metering.flyway_schema_history where version = '2'"))
        .isZero();
  }

  @Test
  void everyPageIsAnsweredByARoleThatMayOnlyRead() {
    Pipeline pipeline = billed();
    drain(pipeline);
    Pipeline viewed = viewedByItsOwnRole();

    List<String> before = ledger(pipeline);
    for (String page : PAGES) {
      Document shown = look(viewed, page, "of", "org-a");
      assertThat(shown.select("h2").text()).as(page).isNotEmpty().isNotEqualTo("Nothing to show");
    }
    assertThat(ledger(pipeline)).isEqualTo(before);
  }

  @Test
  void updateForcedThroughItsConnectionIsRefusedWhateverTheRole() {
    Pipeline pipeline = billed();
    drain(pipeline);
    List<String> before = ledger(pipeline);
    String update = "update metering.tick set reports = 0 returning reports";

    for (Pipeline each : List.of(pipeline, viewedByItsOwnRole())) {
      try (Database forced = viewDatabase(each)) {
        assertThatExceptionOfType(DatabaseException.class)
            .isThrownBy(
                () -> forced.readOnly().list("forcing", row -> row.number("reports"), update))
            .withMessageContaining("read-only transaction");
      }
    }
    try (Database forced = viewDatabase(viewedByItsOwnRole())) {
      assertThatExceptionOfType(DatabaseException.class)
          .isThrownBy(
              () ->
                  forced.transaction(
                      "forcing",
                      transaction -> {
                        transaction.update("set transaction read write");
                        return transaction.update(update);
                      }))
          .withMessageContaining("permission denied");
    }
    assertThat(ledger(pipeline)).isEqualTo(before);
  }

  private static Database viewDatabase(Pipeline pipeline) {
    return new Database(
        ViewSettings.read(pipeline.environment()).database(),
        new Secrets(Services.secrets().client()),
        Duration.ofSeconds(10),
        Time.of(InstantSource.system()));
  }

  /** Its own role, made once. */
  private Pipeline viewedByItsOwnRole() {
    if (viewSecret.isEmpty()) {
      viewSecret = "arn:aws:secretsmanager:us-east-1:0:secret:view-" + database.name();
      Services.secrets().put(viewSecret, database.addViewRole());
    }
    return pipeline(database, Map.of("SOURCE", "own", "DATABASE_VIEW_SECRET_ARN", viewSecret));
  }

  @Test
  void answerKeepsNoConnection() {
    Pipeline pipeline = billed();
    drain(pipeline);
    pipeline.close();
    UnaryOperator<String> view = pipeline.newView();

    assertThat(view.apply(WidgetConsole.event(Map.of("a.page", "hours"), clock.instant())))
        .contains("<table");

    assertThat(database.openConnections()).isZero();
  }

  @Test
  void timesAreTheViewersAndTheThemeTheDashboards() {
    Pipeline pipeline = billed();
    drain(pipeline);

    Document shown =
        Jsoup.parse(
            pipeline
                .newView()
                .apply(
                    WidgetConsole.event(
                        Map.of("a.page", "hours", "v.zone", "+05:30", "v.theme", "dark"),
                        clock.instant())));

    assertThat(shown.select("div.sm.dark")).hasSize(1);
    assertThat(shown.select("caption").text()).contains("UTC+05:30");
    assertThat(shown.select("thead th").eachText()).contains("00:30", "19:30");
    assertThat(shown.select("tbody tr")).hasSize(35);
    assertThat(shown.select("tbody tr:first-child td")).hasSize(24);
    assertThat(shown.select("td button[aria-label^='2026-11-22 19:30, accepted']")).hasSize(1);
    assertThat(pipeline.newView().apply("{\"describe\": true}")).startsWith("## sensor-meter");
  }

  private Pipeline billed() {
    meter(MeterKind.SUM_HOURLY);
    stripe.addCustomer("cus_a");
    stripe.addCustomer("cus_b");
    reading(database, "org-a", "cus_a", Pipeline.METER, "7");
    reading(database, "org-b", "cus_b", Pipeline.METER, "0");
    Pipeline pipeline = pipeline(database, Map.of("SOURCE", "own", "VERIFY_EVERY_HOURS", "2"));
    tick(pipeline);
    return pipeline;
  }
}
