package io.sensormeter.local;

import io.sensormeter.local.Demonstration.Trouble;
import io.sensormeter.local.aws.WidgetConsole;
import io.sensormeter.local.postgres.ApplicationData;
import io.sensormeter.local.postgres.LocalDatabase;
import io.sensormeter.local.stripe.FakeStripe;
import io.sensormeter.local.stripe.Formula;
import io.sensormeter.meter.Hour;
import java.net.URI;
import java.util.Map;

/** The served pages on a ledger that real ticks have filled, with what goes wrong in a week. */
final class Played implements AutoCloseable {

  /** Of an organization whose name tries to be more than text. */
  static final String SCRIPT = "<script>document.title='taken'</script>";

  /** The same, for the console. */
  static final String ACTION =
      "\"><cwdb-action action=\"call\" endpoint=\"arn:evil\">{\"page\":\"meters\"}</cwdb-action>";

  private static final int ORGANIZATIONS = 40;
  private static final int SENSORS = 24;

  private final RunningClock clock = new RunningClock();
  private final FakeStripe stripe = FakeStripe.start(clock);
  private final Pipeline pipeline;
  private final Consumers consumers;
  private final Demonstration demonstration;
  private final ServedPages pages;

  private Played(Hour first, int shadow) {
    clock.set(first.minusHours(1).start());
    LocalDatabase database = Services.postgres().newDatabase();
    ApplicationData.insertOrganizations(
        database, ORGANIZATIONS, SENSORS, first.minusHours(24L * 40).start());
    stripe.addMeter(Pipeline.METER, Formula.SUM, "hour");
    for (int n = 1; n <= ORGANIZATIONS; n++) {
      stripe.addCustomer(ApplicationData.customerId(n));
    }
    this.pipeline =
        new Pipeline(
            database,
            Services.sqs(),
            Services.secrets(),
            stripe,
            clock,
            Map.of(
                "BILL_FROM", first.plusHours(shadow).toString(),
                "STACK", "aws:eu-central-1:111122223333:sensor-meter",
                "VERIFY_EVERY_HOURS", "2"));
    this.consumers = new Consumers(pipeline);
    this.demonstration = new Demonstration(pipeline, consumers, Services.sqs(), clock, _ -> null);
    this.pages =
        ServedPages.start(demonstration, new WidgetConsole(pipeline.newView()), clock::instant);
  }

  /**
   * Hours in shadow, then {@code hours} that are billed, in the middle of which things go wrong.
   */
  static Played hours(Hour first, int shadow, int hours) {
    Played played = new Played(first, shadow);
    played.pass(shadow + hours / 2);
    played.during(Trouble.CUSTOMERS_REFUSED, 2);
    played.pass(5);
    played.during(Trouble.ANSWERS_LOST, 1);
    played.pass(hours - hours / 2 - 8);
    return played;
  }

  private void pass(int hours) {
    for (int i = 0; i < hours; i++) {
      demonstration.hour();
      demonstration.await();
    }
  }

  private void during(Trouble trouble, int hours) {
    demonstration.toggle(trouble);
    pass(hours);
    demonstration.toggle(trouble);
  }

  URI address() {
    return pages.address();
  }

  LocalDatabase database() {
    return pipeline.database();
  }

  Demonstration demonstration() {
    return demonstration;
  }

  Hour now() {
    return Hour.floor(clock.instant());
  }

  /** Two organizations by hostile names; a source that is shipped knows only keys. */
  void nameHostilely() {
    database()
        .execute(
            """
            alter table metering.meter_report disable trigger guard;
            update metering.meter_report set organization_id =
              case stripe_customer_id when '%s' then '%s' else '%s' end
            where stripe_customer_id in ('%s', '%s');
            alter table metering.meter_report enable trigger guard;
            """
                .formatted(
                    ApplicationData.customerId(1),
                    SCRIPT.replace("'", "''"),
                    ACTION,
                    ApplicationData.customerId(1),
                    ApplicationData.customerId(2)));
  }

  @Override
  public void close() {
    pages.close();
    demonstration.close();
    consumers.close();
    pipeline.close();
    stripe.close();
  }
}
