package io.sensormeter.operator;

import io.sensormeter.config.SchedulerSettings;
import io.sensormeter.config.Secrets;
import io.sensormeter.ledger.Inspection;
import io.sensormeter.meter.Hour;
import io.sensormeter.queue.QueueInspection;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import software.amazon.awssdk.core.exception.SdkException;

/**
 * Before go-live and after every change: is everything there that the ledger side needs? Reads
 * only, also where nothing has been migrated yet. Each thing is examined whatever became of the
 * others; what does not answer costs 5 s, all of it 20 s.
 */
public final class Check {

  private final SchedulerSettings settings;
  private final DatabaseProbes database;
  private final QueueInspection queue;
  private final InstantSource clock;

  public Check(
      SchedulerSettings settings, Secrets secrets, QueueInspection queue, InstantSource clock) {
    this.settings = settings;
    this.database = new DatabaseProbes(settings, secrets, queue.region());
    this.queue = queue;
    this.clock = clock;
  }

  /** Says what it found; that something is wrong is an answer, not a failure. */
  public Map<String, Object> run() {
    Hour hour = Hour.floor(clock.instant());
    List<Finding> findings = new ArrayList<>();
    findings.add(billFrom(hour));
    findings.add(meterKind());
    // Virtual threads: an AWS call that overruns its time is interrupted, which ends their waiting.
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<List<Finding>> ofDatabase = submit(threads, () -> database.findings(hour));
      Future<List<Finding>> ofQueue = submit(threads, this::queue);
      findings.addAll(result(ofDatabase));
      findings.addAll(result(ofQueue));
    }
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("command", "check");
    answer.put("ok", findings.stream().allMatch(Finding::ok));
    answer.put("warnings", findings.stream().filter(Finding::warning).count());
    answer.put("findings", findings.stream().map(Finding::fields).toList());
    return answer;
  }

  private Finding billFrom(Hour now) {
    String item = "BILL_FROM";
    if (settings.billFrom().isEmpty()) {
      return Finding.good(item, "blank: shadow, hours are captured but nothing is ever sent");
    }
    Hour from = settings.billFrom().get();
    return Finding.good(
        item,
        now.isBefore(from)
            ? from + " is the first hour billed; until then hours are captured in shadow"
            : from + " is the first hour billed: every hour since is sent to Stripe");
  }

  private Finding meterKind() {
    String means =
        switch (settings.meterKind()) {
          case SUM_HOURLY ->
              "the Stripe meter must have formula sum and event_time_window=hour: a later event of"
                  + " an hour replaces the earlier one";
          case SUM ->
              "the Stripe meter must have formula sum and no event_time_window: every event counts";
          case LAST ->
              "the Stripe meter must have formula last and no event_time_window: the billing"
                  + " period's final event counts";
        };
    return Finding.good("METER_KIND", settings.meterKind().label() + ": " + means);
  }

  private List<Finding> queue() {
    Reach reach = new Reach("SQS", "sqs", queue.region(), "SQS_ENDPOINT", settings.sqsEndpoint());
    Findings findings = new Findings();
    findings
        .attempt(
            "queue",
            () -> queue.redrives(Inspection.TIMEOUT),
            _ -> "reached: " + queue.url(),
            e ->
                e instanceof SdkException sdk
                    ? reach.failure(sdk, "sqs:GetQueueAttributes", queue.url())
                    : Findings.oneLine(e))
        .map(Check::redrive)
        .ifPresentOrElse(
            findings::add,
            () -> findings.add(Finding.bad("redrive", "not examined: the queue was not reached")));
    return findings.all();
  }

  private static Finding redrive(boolean redrives) {
    return redrives
        ? Finding.good("redrive", "what is received too often goes to a dead-letter queue")
        : Finding.bad(
            "redrive",
            "the reports queue has no redrive policy, so that a message nobody can read comes back"
                + " until it expires, unseen: give it a dead-letter queue, as template.yaml does");
  }

  private static Future<List<Finding>> submit(
      ExecutorService threads, Callable<List<Finding>> probes) {
    return threads.submit(probes);
  }

  private static List<Finding> result(Future<List<Finding>> findings) {
    try {
      return findings.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while checking", e);
    } catch (ExecutionException e) {
      throw new IllegalStateException("checking failed unexpectedly", e);
    }
  }
}
