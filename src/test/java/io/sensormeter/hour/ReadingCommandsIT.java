package io.sensormeter.hour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sensormeter.local.Pipeline;
import io.sensormeter.local.aws.LambdaJson;
import io.sensormeter.local.postgres.LocalDatabase;
import io.sensormeter.meter.Hour;
import io.sensormeter.meter.MeterKind;
import io.sensormeter.operator.Command;
import io.sensormeter.scheduler.SchedulerHandler;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a person asks of the ledger: it is told what stands, and nothing changes. */
@Tag("postgres")
final class ReadingCommandsIT extends HourFixture {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static final Map<String, String> REFUSED =
      Map.ofEntries(
          Map.entry("{\"command\":\"explain\",\"hour\":\"2026-11-22T14Z\"}", "name whose"),
          Map.entry(
              "{\"command\":\"explain\",\"organization\":\"a\",\"stripeCustomer\":\"cus_a\",\"hour\":\"2026-11-22T14Z\"}",
              "name whose"),
          Map.entry("{\"command\":\"explain\",\"organization\":\"a\"}", "say when"),
          Map.entry(
              "{\"command\":\"explain\",\"organization\":\"a\",\"from\":\"2026-11-22T14Z\"}",
              "say when"),
          Map.entry(
              "{\"command\":\"explain\",\"organization\":\"a\",\"from\":\"2026-11-22T14Z\",\"to\":\"2026-11-25T14Z\"}",
              "at most 48 at once"),
          Map.entry(
              "{\"command\":\"explain\",\"organization\":\"a\",\"day\":\"14.11.2026\"}",
              "is no day"),
          Map.entry(
              "{\"command\":\"explain\",\"organization\":\"a\",\"day\":\"2026-11-14\",\"zone\":\"Berlin\"}",
              "is no time zone"),
          Map.entry(
              "{\"command\":\"statement\",\"organization\":\"a\",\"from\":\"2026-10-01T00Z\",\"to\":\"2026-11-03T10Z\"}",
              "at most 800"),
          Map.entry(
              "{\"command\":\"statement\",\"organization\":\"a\",\"from\":\"2026-11-01T00Z\",\"to\":\"2026-11-03T10Z\",\"format\":\"pdf\"}",
              "write json (as without it) or csv"),
          Map.entry("{\"command\":\"month\",\"month\":\"November\"}", "is no month"),
          Map.entry("{\"command\":\"month\",\"month\":\"2027-01\"}", "has not begun"),
          Map.entry(
              "{\"command\":\"month\",\"month\":\"2026-11\",\"after\":\"a\"}",
              "it needs \"format\": \"csv\""),
          Map.entry(
              "{\"command\":\"exceptions\",\"from\":\"2026-11-22T14Z\",\"to\":\"2026-11-21T14Z\"}",
              "lies after to"));

  private final LocalDatabase database = ownSource();

  @Test
  void whereNothingWaitsForAPersonASentenceSaysSo() {
    Pipeline pipeline = billed();

    JsonNode answer = ask(pipeline, "{\"command\":\"exceptions\"}");

    assertThat(answer.path("says").asText()).startsWith("Nothing waits for a person");
    assertThat(answer.path("reports")).isEmpty();
    assertThat(
            ask(pipeline, "{\"command\":\"exceptions\",\"acknowledged\":true}")
                .path("says")
                .asText())
        .isEqualTo("No exception was acknowledged.");
  }

  @Test
  void everyExceptionIsListedWithACommandThatThisReleaseTakes() {
    Pipeline pipeline = billed();
    everyException();
    // The hour is its tick's before.
    clock.advance(Duration.ofMinutes(10));
    List<String> before = ledger(pipeline);

    JsonNode answer = ask(pipeline, "{\"command\":\"exceptions\"}");

    assertThat(texts(answer.path("reports"), "status", "code", "rejectedBy"))
        .containsExactlyInAnyOrder(
            "rejected customer_shared capture",
            "rejected value_negative capture",
            "rejected meter_event_customer_not_found answer",
            "unresolved",
            "expired",
            "superseded",
            "discrepancy absent",
            "discrepancy accepted_beside_live answer",
            "late",
            "shadow",
            "pending held",
            "pending meter_stopped",
            "accepted unverified");
    assertThat(texts(answer.path("hours"), "status"))
        .containsExactlyInAnyOrder("owed", "skipped", "estimated");
    assertThat(texts(answer.path("meters"), "meter", "problem"))
        .containsExactly("active_sensors its formula is last");
    for (JsonNode next : answer.findValues("next")) {
      for (JsonNode command : next) {
        assertThat(Command.read(LambdaJson.object(command.toString())).writes())
            .as(command.toString())
            .isFalse();
      }
    }
    assertThat(
            ask(pipeline, answer.findValues("next").getFirst().path(0).toString()).path("reports"))
        .isNotEmpty();
    assertThat(ledger(pipeline)).isEqualTo(before);
  }

  /** What command exceptions proposes for a group asks about the group, not about everybody. */
  @Test
  void verifyAsksAboutWhatACodeNames() {
    Pipeline pipeline = billed();
    everyException();
    database.execute("update metering.meter set stripe_id = 'mtr_1'");

    assertThat(asked(pipeline, "absent")).singleElement().asString().contains("x-absent");
    assertThat(asked(pipeline, "superseded")).singleElement().asString().contains("x-superseded");
    assertThat(asked(pipeline, "accepted")).hasSize(2);
  }

  private List<String> asked(Pipeline pipeline, String code) {
    ask(
        pipeline,
        """
        {"command": "verify", "from": "%s", "to": "%s", "code": "%s", "meter": "active_sensors"}
        """
            .formatted(HOUR, HOUR.plusHours(2), code));
    return take(pipeline.verificationsUrl());
  }

  @Test
  void exceptionsAreNarrowedAndAcknowledgedOnesListedApart() {
    Pipeline pipeline = billed();
    everyException();
    narrowed(pipeline);
    database.execute(
        """
        update metering.meter_report set acknowledged_at = '2026-11-24T17:00:00Z',
          acknowledged_by = 'ann', acknowledged_note = 'invoice item ii_77'
        where status not in ('pending', 'accepted', 'verified')
        """);

    assertThat(texts(ask(pipeline, "{\"command\":\"exceptions\"}").path("reports"), "status"))
        .containsOnly("pending", "accepted", "late");
    JsonNode acknowledged =
        ask(pipeline, "{\"command\":\"exceptions\",\"acknowledged\":true}").path("reports");
    assertThat(acknowledged)
        .allSatisfy(
            group -> {
              assertThat(texts(group.path("next"), "command")).containsExactly("explain");
              assertThat(texts(group.path("examples"), "acknowledged"))
                  .containsOnly("ann at 2026-11-24T17:00:00Z: invoice item ii_77");
            });
    assertThat(texts(acknowledged, "status"))
        .doesNotContain("pending", "accepted", "late")
        .contains("rejected", "superseded", "shadow", "discrepancy");
  }

  @Test
  void hourOfACustomerIsExplainedAndEveryHourWithoutAReportSaysWhy() {
    Pipeline pipeline = billed();

    JsonNode answer =
        ask(
            pipeline,
            """
            {"command": "explain", "stripeCustomer": "cus_a", "day": "2026-11-22",
             "zone": "Europe/Berlin"}
            """);

    assertThat(answer.path("total").path(0).asText())
        .isEqualTo(
            "active_sensors: Stripe is to bill 10: 10 of reports that are verified or accepted.");
    assertThat(answer.path("reports").path(0).path("local").asText())
        .isEqualTo("2026-11-22T15:00+01:00");
    assertThat(answer.path("reports").path(0).path("sentences").toString())
        .contains("gave organization a 5 for cus_a on active_sensors (sum-hourly)")
        .contains("Stripe accepted it at 2026-11-22T14:00")
        .contains("(request req_");
    assertThat(texts(answer.path("hours")))
        .containsExactly(
            "active_sensors, 2026-11-21T23Z to 2026-11-22T13Z: not captured, and not owed: the"
                + " first hour billed is 2026-11-22T14Z.",
            "active_sensors, 2026-11-22T16Z to 2026-11-22T22Z: it has not come yet.");
  }

  @Test
  void whoAskedForWhatIsToldAndThatTheSourceLeftAnOrganizationOut() {
    Pipeline pipeline = billed();
    database.execute(
        "update metering.meter_report set status = 'rejected', failure_code = 'x' where hour ="
            + " ?::timestamptz",
        HOUR.start().toString());
    String retry =
        "{\"command\":\"retry\",\"from\":\"%1$s\",\"to\":\"%1$s\",\"code\":\"%2$s\",\"organization\":\"a\",\"by\":\"%3$s\"}";
    ask(pipeline, retry.formatted(HOUR, "x", "ann"));
    drain(pipeline);
    ask(pipeline, retry.formatted(HOUR, "y", "bob"));

    JsonNode ofA = explain(pipeline, "a").path("reports");
    assertThat(ofA).hasSize(2);
    assertThat(ofA.path(0).toString()).as("what was replaced").doesNotContain("asked for");
    assertThat(ofA.path(1).path("sentences").toString())
        .contains(
            "ann asked for retry (from %1$s, to %1$s, code x, organization a), which changed 1"
                    .formatted(HOUR)
                + " report(s).")
        .doesNotContain("bob");
    assertThat(explain(pipeline, "b").toString()).doesNotContain("asked for");
    database.execute(
        "update metering.tick set status = 'skipped' where hour > ?::timestamptz",
        HOUR.start().toString());
    database.execute(
        """
        insert into metering.meter_report (hour, organization_id, meter, kind, event_time, value,
          stripe_customer_id, identifier, status, captured_at, first_published_at, send_before,
          settled_at, recorded_at)
        select hour - interval '1 day', 'gone', meter, kind, event_time - interval '1 day', value,
          'cus_gone', 'gone', status, captured_at, first_published_at, send_before, settled_at,
          recorded_at
        from metering.meter_report where organization_id = 'b' and hour > ?::timestamptz
        """,
        HOUR.start().toString());
    toHour(HOUR.plusHours(2));

    assertThat(
            texts(
                ask(
                        pipeline,
                        "{\"command\":\"explain\",\"organization\":\"gone\",\"from\":\"%s\",\"to\":\"%s\"}"
                            .formatted(HOUR, HOUR.plusHours(2)))
                    .path("hours")))
        .satisfiesExactly(
            captured ->
                assertThat(captured)
                    .contains(HOUR + ": captured at", "gave no reading of organization gone"),
            skipped -> assertThat(skipped).contains("given up as too old"),
            owed -> assertThat(owed).contains("never captured, and owed"));
  }

  @Test
  void whyAReportThatStripeDoesNotShowIsNotSentAnewIsTold() {
    Pipeline pipeline = billed();
    database.execute(
        """
        update metering.meter_report set observed_value = 0, absent_at = '2026-11-22T18:10:00Z',
          observed_at = '2026-11-22T19:10:00Z', sightings = 2
        where organization_id = 'a';
        insert into metering.tick (hour, captured_at, absent, compared)
        values ('2026-11-22T18:00:00Z', '2026-11-22T18:00:00Z', 72, 480)
        """);

    assertThat(explain(pipeline, "a").toString())
        .contains("Repair is suspended", "looked up in 2026-11-22T18Z, 72 of 480 was absent")
        .doesNotContain("Nothing is to be done");
    assertThat(
            ask(pipeline, "{\"command\":\"month\",\"month\":\"2026-11\"}")
                .path("missing")
                .toString())
        .contains("asked by itself; of 2 its summaries showed nothing when last asked");
  }

  @Test
  void statementListsHoursAndSumsDaysAndItsTableIsSafeInASpreadsheet() {
    Pipeline pipeline = billed();
    database.execute(
        """
        update metering.meter_report set observed_value = value, observed_at = now(),
          status = 'verified', acknowledged_at = now(), acknowledged_by = '=cmd|''/c calc''!A1'
        where organization_id = 'a' and hour = ?::timestamptz
        """,
        HOUR.start().toString());

    String asked =
        "{\"command\":\"statement\",\"organization\":\"a\",\"from\":\"%s\",\"to\":\"%s\"%s}";
    JsonNode answer = ask(pipeline, asked.formatted(HOUR.minusHours(700), HOUR.plusHours(9), ""));
    assertThat(answer.path("rows")).hasSize(2);
    assertThat(answer.path("days").path(0).path("sums").path("ledger").asInt()).isEqualTo(10);
    assertThat(answer.path("days").path(0).path("sums").path("stripe").asInt()).isEqualTo(5);
    assertThat(answer.path("days").path(0).path("sums").path("unseen").asInt()).isEqualTo(1);
    String csv =
        ask(pipeline, asked.formatted(HOUR, HOUR, ",\"format\":\"csv\"")).path("csv").asText();
    assertThat(csv.split("\r\n", -1)).hasSize(3);
    assertThat(csv.split("\r\n", -1)[1])
        .startsWith("2026-11-22T14Z,2026-11-22,2026-11-22T14Z,active_sensors,a,cus_a,0,")
        .endsWith(",'=cmd|'/c calc'!A1");
  }

  @Test
  void monthSaysWhatIsMissingUntilNothingIs() {
    Pipeline pipeline = billed();
    toHour(Hour.parse("2026-12-01T00Z"));
    String month = "{\"command\":\"month\",\"month\":\"2026-11\"}";

    JsonNode missing = ask(pipeline, month);
    assertThat(missing.path("complete").asBoolean()).isFalse();
    assertThat(missing.path("says").asText()).contains("close at 2026-12-01T01:00:00Z");
    assertThat(texts(missing.path("missing"), "what", "count"))
        .containsExactlyInAnyOrder("owed 200", "unverified 4");

    database.execute(
        """
        insert into metering.tick (hour, captured_at)
        select hour, hour from generate_series('2026-11-22T16:00:00Z'::timestamptz,
          '2026-11-30T23:00:00Z', interval '1 hour') as hour;
        update metering.meter_report set status = 'verified'
        """);
    assertThat(ask(pipeline, month).path("says").asText()).startsWith("2026-11 is complete");
  }

  @Test
  void whatWasRefusedIsOnTheStatementAndAnInvoiceItemOnlyIfItNeverLeftOrWasSeenNotToBeHeld() {
    Pipeline pipeline = billed();
    everyException();
    JsonNode statement =
        ask(
            pipeline,
            "{\"command\":\"statement\",\"stripeCustomer\":\"cus_gone\",\"from\":\"%1$s\",\"to\":\"%1$s\"}"
                .formatted(HOUR));

    assertThat(texts(statement.path("rows"), "organization", "status"))
        .containsExactly("x-refused rejected");
    assertThat(statement.path("total").path(0).path("sums").path("open").asInt()).isEqualTo(7);
    database.execute(
        "update metering.meter_report set observed_value = 0, observed_at = now(), sightings = 2"
            + " where organization_id = 'x-absent'");
    String month = "{\"command\":\"month\",\"month\":\"2026-11\"}";

    toHour(Hour.parse("2026-12-01T00Z"));
    assertThat(ask(pipeline, month).path("invoiceItems").path("list")).isEmpty();
    toHour(Hour.parse("2026-12-01T02Z"));
    JsonNode answer = ask(pipeline, month);
    assertThat(texts(answer.path("invoiceItems").path("list"), "stripeCustomer", "because"))
        .containsExactlyInAnyOrder("cus_a never_sent", "cus_absent seen_absent");
    assertThat(texts(answer.path("exceptions").path("most"), "stripeCustomer", "units"))
        .contains("cus_gone 7", "cus_absent 7");
  }

  @Test
  void everyCustomerOfAMonthIsInItsTable() {
    Pipeline pipeline = billed();
    database.execute(
        """
        update metering.meter_report set status = 'discrepancy', observed_value = 3,
          observed_at = now(), sightings = 1 where organization_id = 'b'
        """);

    JsonNode table =
        ask(pipeline, "{\"command\":\"month\",\"month\":\"2026-11\",\"format\":\"csv\"}");
    assertThat(table.path("complete").asText()).isEqualTo("false");
    assertThat(table.path("says").asText()).startsWith("2026-11 is not complete");
    assertThat(table.path("csv").asText().split("\r\n", -1))
        .containsExactly(
            "organization,stripe_customer,meter,reports,ledger,stripe,difference,unseen,open,acknowledged",
            "a,cus_a,active_sensors,2,10,,,2,0,0",
            "b,cus_b,active_sensors,2,0,6,-6,0,14,0",
            "");
    assertThat(
            ask(
                    pipeline,
                    "{\"command\":\"month\",\"month\":\"2026-11\",\"format\":\"csv\",\"after\":\"a\"}")
                .path("lines")
                .asInt())
        .isEqualTo(1);
  }

  @Test
  void whatCannotBeToldIsRefusedSayingWhatWouldWork() {
    reading(database, "a", "cus_a", Pipeline.METER, "5");
    Pipeline pipeline = pipeline(database, Map.of("SOURCE", "own"));
    toHour(HOUR);
    tick(pipeline);
    SchedulerHandler scheduler = pipeline.newScheduler();
    take(pipeline.reportsUrl());
    take(pipeline.verificationsUrl());

    REFUSED.forEach(
        (command, because) ->
            assertThatIllegalArgumentException()
                .as(command)
                .isThrownBy(() -> pipeline.invoke(scheduler, command))
                .withMessageContaining(because));
  }

  /** Two organizations, two hours, all accepted. */
  private Pipeline billed() {
    meter(MeterKind.SUM_HOURLY);
    stripe.addCustomer("cus_a");
    stripe.addCustomer("cus_b");
    reading(database, "a", "cus_a", Pipeline.METER, "5");
    reading(database, "b", "cus_b", Pipeline.METER, "7");
    Pipeline pipeline = pipeline(database, Map.of("SOURCE", "own"));
    tick(pipeline);
    drain(pipeline);
    nextHour(pipeline);
    take(pipeline.verificationsUrl());
    return pipeline;
  }

  /** One of each, by SQL: how each comes about is tested where it does. */
  private void everyException() {
    database.execute(
        """
        insert into metering.meter_report (hour, organization_id, meter, kind, event_time, value,
          stripe_customer_id, identifier, status, captured_at, first_published_at, send_before,
          settled_at, recorded_at, rejected_by, failure_code, late, held)
        select hour, 'x-' || name, meter, made.kind, hour, case when code <> 'value_negative' or code is null
            then 7 end, coalesce(customer, 'cus_' || name), name || hour, status, captured_at,
          case when sent then captured_at end, case when sent then captured_at end,
          case when status not in ('pending', 'shadow') then captured_at end, captured_at, by, code,
          late, held
        from (select hour, meter, captured_at
          from metering.meter_report where organization_id = 'a' order by hour limit 1) as given,
        (values
          ('shared', 'rejected', 'sum-hourly', 'cus_a', false, 'capture', 'customer_shared', false, null),
          ('negative', 'rejected', 'sum-hourly', null, false, 'capture', 'value_negative', false, null),
          ('refused', 'rejected', 'sum-hourly', 'cus_gone', true, 'answer', 'meter_event_customer_not_found', false, null),
          ('unresolved', 'unresolved', 'sum', null, true, null, null, false, null),
          ('expired', 'expired', 'sum-hourly', null, true, null, null, false, null),
          ('superseded', 'superseded', 'last', null, true, null, null, false, null),
          ('absent', 'discrepancy', 'sum', null, true, null, 'absent', false, null),
          ('beside', 'rejected', 'sum-hourly', 'cus_b', true, 'answer', 'accepted_beside_live', false, null),
          ('late', 'verified', 'sum-hourly', null, true, null, null, true, null),
          ('shadow', 'shadow', 'sum-hourly', null, false, null, null, false, null),
          ('held', 'pending', 'sum', null, false, null, null, false, 1::smallint),
          ('silent', 'pending', 'sum-hourly', null, true, null, null, false, null)
        ) as made(name, status, kind, customer, sent, by, code, late, held);
        update metering.stack set verify_from = '2026-11-01T00:00:00Z';
        update metering.meter set problem = 'its formula is last';
        insert into metering.tick (hour, status, captured_at)
        values ('2026-11-22T16:00:00Z', 'skipped', '2026-11-24T14:00:00Z');
        update metering.tick set captured_at = hour + interval '20 minutes'
        where hour = '2026-11-22T15:00:00Z'
        """);
    toHour(HOUR.plusHours(52));
    database.execute(
        """
        insert into metering.tick (hour, captured_at)
        select hour, hour from generate_series('2026-11-22T17:00:00Z'::timestamptz,
          '2026-11-24T17:00:00Z', interval '1 hour') as hour
        """);
  }

  private static void narrowed(Pipeline pipeline) {
    assertThat(
            texts(
                ask(pipeline, "{\"command\":\"exceptions\",\"organization\":\"x-absent\"}")
                    .path("reports"),
                "status"))
        .containsExactly("discrepancy");
    assertThat(
            texts(
                ask(
                        pipeline,
                        "{\"command\":\"exceptions\",\"from\":\"%s\"}".formatted(HOUR.plusHours(1)))
                    .path("reports"),
                "status"))
        .containsExactly("accepted");
  }

  private static JsonNode explain(Pipeline pipeline, String organization) {
    return ask(
        pipeline,
        "{\"command\":\"explain\",\"organization\":\"%s\",\"hour\":\"%s\"}"
            .formatted(organization, HOUR));
  }

  private static JsonNode ask(Pipeline pipeline, String json) {
    try {
      return JSON.readTree(JSON.writeValueAsString(pipeline.invoke(pipeline.newScheduler(), json)));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Of each element these fields, those that are there. */
  private static List<String> texts(JsonNode list, String... fields) {
    return StreamSupport.stream(list.spliterator(), false)
        .map(
            each ->
                fields.length == 0
                    ? each.asText()
                    : String.join(
                        " ",
                        Arrays.stream(fields)
                            .filter(each::has)
                            .map(field -> each.path(field).asText())
                            .toList()))
        .toList();
  }
}
