package io.sensormeter.check;

import io.sensormeter.config.SchedulerSettings;
import io.sensormeter.config.Secrets;
import io.sensormeter.lambda.Fields;
import io.sensormeter.lambda.Release;
import io.sensormeter.lambda.Time;
import io.sensormeter.meter.Hour;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.stream.Stream;
import software.amazon.awssdk.services.sqs.SqsClient;

/**
 * Before go-live and after every change: is everything there that the ledger side needs? Each thing
 * is examined whatever became of the others; what does not answer costs 5 s, all of it 20 s.
 */
public final class Check {

  /** What does not answer costs no more than this. */
  static final Duration TIMEOUT = Duration.ofSeconds(5);

  private final SchedulerSettings settings;
  private final Secrets secrets;
  private final SqsClient sqs;
  private final Time time;
  private final Executor executor;

  /**
   * @param executor starts the probes of the database and of the queue side by side
   */
  public Check(
      SchedulerSettings settings, Secrets secrets, SqsClient sqs, Time time, Executor executor) {
    this.settings = settings;
    this.secrets = secrets;
    this.sqs = sqs;
    this.time = time;
    this.executor = executor;
  }

  private record Answer(
      String command,
      String version,
      boolean ok,
      long warnings,
      List<Map<String, Object>> findings) {}

  /** Says what it found; that something is wrong is an answer, not a failure. */
  public Map<String, Object> answer() {
    Hour hour = Hour.floor(time.now());
    String region = sqs.serviceClientConfiguration().region().id();
    CompletableFuture<List<Finding>> ofQueue =
        CompletableFuture.supplyAsync(
            () -> new QueueProbes(sqs, settings, region).findings(new Findings(time)), executor);
    CompletableFuture<List<Finding>> ofDatabase =
        CompletableFuture.supplyAsync(
            () -> new DatabaseProbes(settings, secrets, region).findings(new Findings(time), hour),
            executor);
    List<Finding> findings =
        Stream.of(new SettingProbes(settings).findings(hour), ofDatabase.join(), ofQueue.join())
            .flatMap(List::stream)
            .toList();
    return Fields.of(
        new Answer(
            "check",
            Release.version(),
            findings.stream().allMatch(Finding::isOk),
            findings.stream().filter(Finding::isWarning).count(),
            findings.stream().map(Finding::fields).toList()));
  }
}
