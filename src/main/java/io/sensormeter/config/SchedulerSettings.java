package io.sensormeter.config;

import io.sensormeter.meter.Hour;
import io.sensormeter.meter.Meters;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * What SchedulerFunction is told by its environment.
 *
 * @param stack who owns the ledger, such as {@code aws:us-east-1:111122223333:sensor-meter}
 * @param shippedSource whether the migration owns {@code metering.billable_readings}
 * @param meters what is billed
 * @param callsPerSecond the pace of all instances of ReporterFunction together: no more copies are
 *     live than it can send
 * @param billFrom the first hour billed; empty = shadow, nothing is ever sent
 * @param catchUpHours how far back an hour without a tick row is still captured, 1 to 816 (34 days:
 *     Stripe takes timestamps up to 35 days old)
 * @param invoiceGraceHours how long the Stripe account keeps invoices open after the period, 1 to
 *     72
 * @param ledgerKeepMonths how many full months before this one {@code prune} keeps, 3 or more;
 *     empty = all
 * @param verifyEveryHours how often what Stripe accepted is looked up in its summaries, 2 to 96
 * @param readsPerSecond the pace of all instances of VerifierFunction together, 1 to 25: no more is
 *     asked than it can read in an hour
 * @param reportsQueueUrl where copies are published
 * @param verificationsQueueUrl where questions are asked
 * @param sqsEndpoint instead of AWS's own
 * @param secretsManagerEndpoint instead of AWS's own
 */
public record SchedulerSettings(
    DatabaseSettings database,
    String stack,
    boolean shippedSource,
    Meters meters,
    StripeMode stripeMode,
    int callsPerSecond,
    Optional<Hour> billFrom,
    int catchUpHours,
    int invoiceGraceHours,
    Optional<Integer> ledgerKeepMonths,
    int verifyEveryHours,
    int readsPerSecond,
    String reportsQueueUrl,
    String verificationsQueueUrl,
    Optional<URI> sqsEndpoint,
    Optional<URI> secretsManagerEndpoint) {

  /** 34 days: a day inside Stripe's limit of 35 days for the timestamp of a meter event. */
  public static final int CATCH_UP_HOURS_MAX = 816;

  /**
   * What is older is not captured any more: its copies would expire, 34 days after the event time,
   * before Stripe can have answered. A flow's event time is an hour before its own, and a tick
   * takes its time.
   */
  public static final int CAPTURE_HOURS_MAX = CATCH_UP_HOURS_MAX - 3;

  /**
   * Reads the environment.
   *
   * @throws IllegalStateException naming every missing or invalid variable
   */
  public static SchedulerSettings read(Map<String, String> environment) {
    Variables variables = new Variables(environment);
    StripeMode mode = variables.stripeMode();
    SchedulerSettings settings =
        new SchedulerSettings(
            DatabaseSettings.read(variables),
            variables.required(
                "STACK", "who owns the ledger, aws:<region>:<account>:<name of the stack>"),
            variables.source(),
            variables.meters(),
            mode,
            variables.callsPerSecond(mode),
            variables.hour("BILL_FROM"),
            variables.number("CATCH_UP_HOURS", 1, CATCH_UP_HOURS_MAX, CATCH_UP_HOURS_MAX),
            variables.invoiceGraceHours(),
            variables.ledgerKeepMonths(),
            variables.verifyEveryHours(),
            variables.readsPerSecond(mode),
            variables.queueUrl("REPORTS_QUEUE_URL"),
            variables.queueUrl("VERIFICATIONS_QUEUE_URL"),
            variables.address("SQS_ENDPOINT"),
            variables.address("SECRETS_MANAGER_ENDPOINT"));
    variables.refuseProblems("SchedulerFunction");
    return settings;
  }

  /** As {@link RecorderSettings#lateAfter}, of a revision. */
  public Duration lateAfter() {
    return RecorderSettings.lateAfter(invoiceGraceHours);
  }

  /** Whether no meter's reading of {@code tick} is sent. */
  public boolean inShadow(Hour tick) {
    return meters.list().stream().noneMatch(meter -> meter.isBilled(tick, billFrom));
  }
}
