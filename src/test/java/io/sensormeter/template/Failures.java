package io.sensormeter.template;

import static java.time.temporal.ChronoUnit.HOURS;
import static java.time.temporal.ChronoUnit.MINUTES;

import io.sensormeter.template.FailureTableTest.Failure;
import io.sensormeter.template.Series.Metric;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/** The metrics of each failure of the failure table, amid ticks that are at work. */
final class Failures {
  private static final Instant TICK = Instant.parse("2026-11-22T14:00:03Z");
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final Duration HOUR = Duration.ofHours(1);

  /** The reports and the outcomes queue: a message that nobody deleted comes back. */
  private static final Duration VISIBILITY = Duration.ofSeconds(370);

  private final Map<String, Failure> failures = new LinkedHashMap<>();

  private Failures() {}

  static Map<String, Failure> byName() {
    Failures failures = new Failures();
    failures.ticks();
    failures.reports();
    failures.outcomes();
    failures.verifications();
    failures.exceptions();
    return failures.failures;
  }

  private void ticks() {
    Series stopped = new Series();
    stopped.addEach(completed(), TICK.minus(3, HOURS), TICK, HOUR, 1);
    stopped.addEach(completed(), TICK.plus(4, HOURS), TICK.plus(31, HOURS), HOUR, 1);
    failures.put("No tick completes", new Failure(stopped, TICK, true, 4));
    Series disabled = new Series().addEach(completed(), TICK.minus(26, HOURS), TICK, HOUR, 1);
    failures.put("The schedule is disabled and forgotten", new Failure(disabled, TICK, false, 30));
    put(
        "EventBridge cannot invoke SchedulerFunction",
        healthy().addEach(ofRule(), TICK, TICK.plus(5, MINUTES), MINUTE, 1),
        5);
    put(
        "A tick and both of its retries fail",
        healthy().addEach(errors("Scheduler"), TICK, TICK.plus(3, MINUTES), MINUTE, 1),
        3);
    Metric uncaptured = Metric.ofStack("OldestUncapturedAge");
    put(
        "The capture of one hour fails at every tick",
        healthy()
            .add(uncaptured, TICK, 3)
            .add(uncaptured, TICK.plus(1, HOURS), 3603)
            .add(uncaptured, TICK.plus(2, HOURS), 7203)
            .add(uncaptured, TICK.plus(3, HOURS), 0),
        2);
    twice("A tick takes over 12 of its 15 minutes", duration("Scheduler"), 720_001);
    letters("A tick or a deployment event is given up", "ScheduleDeadLetterQueue");
  }

  private void reports() {
    Metric pending = Metric.ofStack("OldestPendingAge");
    put(
        "Stripe answers nothing, or 5xx, or 429",
        healthy()
            .add(pending, TICK, 3)
            .add(pending, TICK.plus(1, HOURS), 3603)
            .add(pending, TICK.plus(2, HOURS), 7203)
            .add(pending, TICK.plus(3, HOURS), 0),
        2);
    Metric age = Metric.ofQueue("ApproximateAgeOfOldestMessage", "ReportsQueue");
    Series waiting = healthy();
    for (int minute = 0; minute < 120; minute++) {
      waiting.add(age, TICK.plus(minute, MINUTES), 60 * minute);
    }
    waiting.addEach(age, TICK.plus(2, HOURS), TICK.plus(3, HOURS), MINUTE, 0);
    put("ReporterFunction does not run, or is too slow", waiting, 75);
    put("ReporterFunction fails as a whole", failing("Reporter"), 30);
    twice("A batch of copies takes over 48 of its 60 seconds", duration("Reporter"), 48_001);
    letters("Copies are given up", "ReportsDeadLetterQueue");
    comingBack("Stripe refuses the key, its permission or the meter", "StripeConfigurationErrors");
    comingBack("A message cannot be read", "UnreadableMessages");
    put(
        "Lambda has no concurrency left",
        healthy()
            .addEach(
                Metric.ofFunction("Throttles", "SchedulerFunction"),
                TICK,
                TICK.plus(4, MINUTES),
                MINUTE,
                1)
            .addEach(
                Metric.ofFunction("Throttles", "RecorderFunction"),
                TICK.plus(10, MINUTES),
                TICK.plus(40, MINUTES),
                MINUTE,
                2)
            .addEach(
                Metric.ofFunction("Throttles", "VerifierFunction"),
                TICK.plus(40, MINUTES),
                TICK.plus(50, MINUTES),
                MINUTE,
                1),
        44);
  }

  private void outcomes() {
    put("The database is away for the recorder", failing("Recorder"), 30);
    twice("A batch of outcomes takes over 48 of its 60 seconds", duration("Recorder"), 48_001);
    letters("Outcomes are given up", "OutcomesDeadLetterQueue");
  }

  private void verifications() {
    Metric unverified = Metric.ofStack("OldestUnverifiedAge");
    put(
        "What Stripe accepted is not seen for two days",
        healthy()
            .add(unverified, TICK.minus(1, HOURS), 50 * 3600)
            .add(unverified, TICK, 50 * 3600 + 1)
            .add(unverified, TICK.plus(1, HOURS), 51 * 3600)
            .add(unverified, TICK.plus(2, HOURS), 3 * 3600),
        2);
    put("VerifierFunction fails as a whole", failing("Verifier"), 30);
    twice("A batch of questions takes over 48 of its 60 seconds", duration("Verifier"), 48_001);
    letters("Questions or notifications are given up", "VerificationsDeadLetterQueue");
    comingBack(
        "Stripe refuses the key that reads, or its permission", "StripeReadConfigurationErrors");
    lasting("A meter in Stripe is not as Meters declares it", "MeterProblems");
    lasting("Stripe's summaries lack one in twenty reports", "SummariesAbsent");
    lasting("A month closes with reports unsettled", "ReportsUnsettledAtClose");
  }

  /** A gauge of two ticks that is 0 again at the third. */
  private void lasting(String failure, String metric) {
    Metric gauge = Metric.ofStack(metric);
    put(
        failure,
        healthy()
            .add(gauge, TICK.minus(1, HOURS), 0)
            .add(gauge, TICK, 1)
            .add(gauge, TICK.plus(1, HOURS), 1)
            .add(gauge, TICK.plus(2, HOURS), 0),
        2);
  }

  private void exceptions() {
    ofTicks("Organizations are refused that were not before", "OrganizationsNewlyRejected");
    ofTicks("Reports become unresolved", "ReportsNewlyUnresolved");
    ofTicks("Reports become too old for Stripe", "ReportsNewlyExpired");
    ofTicks("A later hour supersedes what Stripe has not accepted", "SupersededUnsent");
    ofTicks("Stripe took what the ledger had given up", "Discrepancies");
    ofTicks("Hours are given up as too old to capture", "HoursSkipped");
    ofTicks("Stripe accepts reports after the invoice's grace", "ReportsLate");
    ofTicks("An hour is captured late, from the present state", "ReportsEstimated");
    ofTicks("Half of the organizations or of the total is gone", "CaptureDropped");
    ofTicks("A stack that was live captures in shadow", "HoursShadowedAfterLive");
    Metric without = Metric.ofStack("SubscriptionsWithoutCustomer");
    put(
        "More billable subscriptions have no customer",
        healthy()
            .addEach(without, TICK.minus(3, HOURS), TICK, HOUR, 4)
            .add(without, TICK, 5)
            .addEach(without, TICK.plus(1, HOURS), TICK.plus(31, HOURS), HOUR, 6),
        2);
  }

  private void put(String failure, Series series, int times) {
    failures.put(failure, new Failure(series, TICK, true, times));
  }

  /** New ones in two consecutive hours. */
  private void ofTicks(String failure, String metric) {
    twice(failure, Metric.ofStack(metric), 1);
  }

  private void twice(String failure, Metric metric, double value) {
    put(failure, healthy().addEach(metric, TICK, TICK.plus(2, HOURS), HOUR, value), 2);
  }

  /** An idle queue's metrics begin 15 minutes late; an hour later one more comes. */
  private void letters(String failure, String queue) {
    Metric visible = Metric.ofQueue("ApproximateNumberOfMessagesVisible", queue);
    put(
        failure,
        healthy()
            .addEach(visible, TICK.plus(15, MINUTES), TICK.plus(1, HOURS), MINUTE, 3)
            .addEach(visible, TICK.plus(1, HOURS), TICK.plus(30, HOURS), MINUTE, 4),
        2);
  }

  private void comingBack(String failure, String metric) {
    Duration longest = Duration.ofMinutes(15);
    Series series = healthy();
    series.addEach(Metric.ofStack(metric), TICK, TICK.plus(3, HOURS), longest, 200);
    put(failure, series, 12);
  }

  private static Series failing(String function) {
    return healthy().addEach(errors(function), TICK, TICK.plus(3, HOURS), VISIBILITY, 1);
  }

  private static Series healthy() {
    return new Series().addEach(completed(), TICK.minus(3, HOURS), TICK.plus(31, HOURS), HOUR, 1);
  }

  private static Metric completed() {
    return Metric.ofStack("TickCompleted");
  }

  private static Metric ofRule() {
    return new Metric("AWS/Events", "FailedInvocations", "RuleName=HourlyRule");
  }

  private static Metric errors(String function) {
    return Metric.ofFunction("Errors", function + "Function");
  }

  private static Metric duration(String function) {
    return Metric.ofFunction("Duration", function + "Function");
  }
}
