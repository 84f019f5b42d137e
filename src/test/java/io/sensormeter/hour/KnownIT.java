package io.sensormeter.hour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.sensormeter.local.Pipeline;
import io.sensormeter.local.postgres.LocalDatabase;
import io.sensormeter.meter.Hour;
import io.sensormeter.meter.MeterKind;
import io.sensormeter.scheduler.SchedulerHandler;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Whoever names what there is not is told so: nothing found would read as if all were well. */
@Tag("postgres")
final class KnownIT extends HourFixture {
  private static final String RANGE = "\"from\": \"%1$s\", \"to\": \"%1$s\"".formatted(HOUR);
  private static final String NOTE = "\"note\": \"settled\", \"by\": \"ann\"";

  private static final List<String> SELECTING =
      List.of(
          "{\"command\": \"exceptions\", %s}",
          "{\"command\": \"release\", " + RANGE + ", %s, \"by\": \"ann\"}",
          "{\"command\": \"verify\", " + RANGE + ", %s}",
          "{\"command\": \"retry\", " + RANGE + ", %s, \"by\": \"ann\"}",
          "{\"command\": \"retry\", " + RANGE + ", %s, \"dryRun\": true}",
          "{\"command\": \"acknowledge\", " + RANGE + ", %s, " + NOTE + "}");

  private static final List<String> TELLING =
      List.of(
          "{\"command\": \"explain\", \"hour\": \"" + HOUR + "\", %s}",
          "{\"command\": \"statement\", " + RANGE + ", %s}");

  private final LocalDatabase database = ownSource();

  @Test
  void organizationThatTheLedgerDoesNotKnowIsRefused() {
    Pipeline pipeline = billed();

    for (String command : SELECTING) {
      refused(
          pipeline,
          command.formatted("\"organization\": \"a \""),
          "the ledger knows no organization \"a \": it never had a report");
    }
    for (String command : TELLING) {
      refused(
          pipeline,
          command.formatted("\"organization\": \"cus_a\""),
          "a Stripe customer is named by \"stripeCustomer\"");
    }
    refused(
        pipeline,
        "{\"command\":\"correct\",\"hour\":\"%s\",\"organization\":\"c\",\"meter\":\"active_sensors\",\"value\":1,\"reason\":\"x\",\"by\":\"ann\"}"
            .formatted(HOUR),
        "the ledger knows no organization \"c\"");
  }

  @Test
  void customerThatTheLedgerDoesNotKnowIsRefused() {
    Pipeline pipeline = billed();

    for (String command : SELECTING.subList(2, SELECTING.size())) {
      refused(
          pipeline,
          command.formatted("\"stripeCustomer\": \"cus_z\""),
          "the ledger knows no Stripe customer \"cus_z\"");
    }
    for (String command : TELLING) {
      refused(
          pipeline,
          command.formatted("\"stripeCustomer\": \"cus_z\""),
          "the ledger knows no Stripe customer \"cus_z\"");
      assertThat(ask(pipeline, command.formatted("\"stripeCustomer\": \"cus_refused\"")))
          .as("of what was refused the customer is known")
          .isNotEmpty();
    }
  }

  @Test
  void meterThatNobodyDeclaredOrReadIsRefused() {
    Pipeline pipeline = billed();

    for (String command : SELECTING) {
      refused(
          pipeline,
          command.formatted("\"meter\": \"nope\""),
          "the ledger knows no meter \"nope\"; it knows active_sensors, misspelt; nothing was"
              + " done");
    }
    for (String command : TELLING) {
      refused(
          pipeline,
          command.formatted("\"organization\": \"a\", \"meter\": \"nope\""),
          "the ledger knows no meter \"nope\"");
    }
    refused(
        pipeline,
        "{\"command\": \"month\", \"month\": \"2026-11\", \"meter\": \"nope\"}",
        "the ledger knows no meter \"nope\"");
    assertThat(ask(pipeline, "{\"command\": \"exceptions\", \"meter\": \"misspelt\"}"))
        .as("what METERS does not name and the source gave is known")
        .extractingByKey("reports")
        .asString()
        .contains("meter_unknown");
  }

  @Test
  void hourThatHasNotComeIsRefused() {
    Pipeline pipeline = billed();
    Hour next = HOUR.plusHours(1);

    for (String command : SELECTING.subList(1, SELECTING.size())) {
      refused(
          pipeline,
          command.formatted("\"organization\": \"a\"").replace(HOUR.toString(), next.toString()),
          next + " has not come yet");
    }
    for (String command : TELLING) {
      refused(
          pipeline,
          command.formatted("\"organization\": \"a\"").replace(HOUR.toString(), next.toString()),
          next + " has not come yet");
    }
    refused(
        pipeline,
        "{\"command\": \"exceptions\", \"from\": \"%s\"}".formatted(next),
        next + " has not come yet");
  }

  /** Who left is known for ever, in an hour without a reading, too. */
  @Test
  void organizationThatOnceHadAReportIsKnown() {
    Pipeline pipeline = billed();
    database.execute("delete from readings where organization = 'a'");
    toHour(HOUR.plusHours(400));

    assertThat(
            ask(
                pipeline,
                "{\"command\": \"statement\", \"from\": \"%1$s\", \"to\": \"%1$s\", \"organization\": \"a\"}"
                    .formatted(HOUR.plusHours(300))))
        .extractingByKey("rows")
        .asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.LIST)
        .isEmpty();
  }

  @Test
  void codeThatNoOpenExceptionHasIsNamedWithThoseThatThereAre() {
    Pipeline pipeline = billed();
    String code = "\"code\": \"resource_mising\"";

    for (String command : SELECTING.subList(3, SELECTING.size())) {
      assertThat(ask(pipeline, command.formatted(code)))
          .containsEntry(
              "says",
              "no open exception from %1$s to %1$s is selected by the code \"resource_mising\"; those there are have the codes invalid_request_error (1), meter_unknown (1)"
                  .formatted(HOUR));
    }
    refused(
        pipeline, SELECTING.get(2).formatted(code), "invalid_request_error (1), meter_unknown (1)");
    String acknowledge = SELECTING.getLast().formatted("\"organization\": \"a\"");
    assertThat(ask(pipeline, acknowledge)).doesNotContainKey("says");
    assertThat(ask(pipeline, acknowledge))
        .containsEntry(
            "says",
            "no open exception from %1$s to %1$s is selected; there is none".formatted(HOUR));
  }

  /** One is billed, one was refused, and one is read for a meter that METERS does not name. */
  private Pipeline billed() {
    meter(MeterKind.SUM_HOURLY);
    stripe.addCustomer("cus_a");
    reading(database, "a", "cus_a", Pipeline.METER, "5");
    reading(database, "a", "cus_a", "misspelt", "5");
    reading(database, "b", "cus_refused", Pipeline.METER, "7");
    Pipeline pipeline = pipeline(database, Map.of("SOURCE", "own"));
    tick(pipeline);
    drain(pipeline);
    take(pipeline.verificationsUrl());
    return pipeline;
  }

  private static Map<String, Object> ask(Pipeline pipeline, String command) {
    return pipeline.invoke(pipeline.newScheduler(), command);
  }

  private static void refused(Pipeline pipeline, String command, String because) {
    SchedulerHandler scheduler = pipeline.newScheduler();
    assertThatIllegalArgumentException()
        .as(command)
        .isThrownBy(() -> pipeline.invoke(scheduler, command))
        .withMessageContaining(because);
  }
}
