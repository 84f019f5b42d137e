package io.sensormeter.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.sensormeter.local.postgres.ApplicationData;
import io.sensormeter.local.postgres.LocalDatabase;
import io.sensormeter.local.stripe.FakeStripe;
import io.sensormeter.local.stripe.Formula;
import io.sensormeter.meter.Hour;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who types commands is answered, whatever has to wait. */
final class ConsoleIT {
  private static final Hour FIRST = Hour.parse("2026-11-22T14Z");

  private final RunningClock clock = new RunningClock();
  private final FakeStripe stripe = FakeStripe.start(clock);
  private final Pipeline pipeline = typedAt(Services.postgres().newDatabase());
  private final Consumers consumers = new Consumers(pipeline);
  private final Demonstration demonstration =
      new Demonstration(pipeline, consumers, Services.sqs(), clock, _ -> null);

  private Pipeline typedAt(LocalDatabase database) {
    clock.set(FIRST.minusHours(1).start());
    ApplicationData.insertOrganizations(database, 1, 5, FIRST.minusHours(240).start());
    stripe.addMeter(Pipeline.METER, Formula.SUM, "hour");
    stripe.addCustomer(ApplicationData.customerId(1));
    return new Pipeline(
        database,
        Services.sqs(),
        Services.secrets(),
        stripe,
        clock,
        Map.of("BILL_FROM", FIRST.toString()));
  }

  @BeforeEach
  void anHour() {
    demonstration.hour();
    demonstration.await();
  }

  @AfterEach
  void close() {
    demonstration.close();
    consumers.close();
    pipeline.close();
    stripe.close();
  }

  @Test
  void whatWaitsForTheHourIsCountedAndAnHourLetsItGo() {
    String correct =
        "{\"command\":\"correct\",\"hour\":\"%s\",\"organization\":\"%s\",\"meter\":\"active_sensors\",\"value\":99,\"reason\":\"miscounted\",\"by\":\"ann\"}"
            .formatted(FIRST, ApplicationData.organizationId(1));

    assertThat(typed(correct))
        .contains("1 report(s) wait for a tick after the next xx:55", "Type hour to let one pass");
    assertThat(typed("hour")).contains("An hour: done.").doesNotContain("report(s) wait");
    assertThat(typed("status")).contains("\"pending\" : 0").doesNotContain("wait for a tick");
  }

  @Test
  void whatIsNoCommandIsRefusedAsItWasTyped() {
    assertThat(typed("{\"command\":\"check\"} tick")).contains("can be read two ways");
    assertThat(typed("[]")).contains("> []", "the input is no JSON object");
    assertThat(typed("help")).contains("command 'help' is unknown");
  }

  private String typed(String line) {
    return StandardOutput.of(
        () -> {
          try {
            new Console(pipeline, consumers, demonstration)
                .run(new BufferedReader(new StringReader(line + "\nquit\n")));
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }
}
