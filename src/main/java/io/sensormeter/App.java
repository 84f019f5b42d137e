package io.sensormeter;

import io.sensormeter.config.DatabaseSettings;
import io.sensormeter.config.RecorderSettings;
import io.sensormeter.config.ReporterSettings;
import io.sensormeter.config.SchedulerSettings;
import io.sensormeter.config.Secrets;
import io.sensormeter.ledger.Captures;
import io.sensormeter.ledger.Database;
import io.sensormeter.ledger.Gauges;
import io.sensormeter.ledger.Hours;
import io.sensormeter.ledger.Migrations;
import io.sensormeter.ledger.Publications;
import io.sensormeter.ledger.Settlements;
import io.sensormeter.operator.Check;
import io.sensormeter.operator.Operator;
import io.sensormeter.publisher.Publisher;
import io.sensormeter.queue.OutcomeQueue;
import io.sensormeter.queue.QueueInspection;
import io.sensormeter.queue.ReportQueue;
import io.sensormeter.queue.ReportReceipts;
import io.sensormeter.recorder.Recorder;
import io.sensormeter.reporter.Pace;
import io.sensormeter.reporter.Reporter;
import io.sensormeter.scheduler.Scheduler;
import io.sensormeter.stripe.MeterEvents;
import io.sensormeter.telemetry.Telemetry;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.awscore.client.builder.AwsSyncClientBuilder;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.services.secretsmanager.SecretsManagerClient;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.utils.SdkAutoCloseable;

/**
 * The composition root: the only place that says {@code new} to what talks to the world, and reads
 * the environment and the clock. One function asks for its own part only, so that none needs the
 * settings of another.
 */
public final class App implements AutoCloseable {

  /**
   * A call to SQS or Secrets Manager ends within this, retries included; the SDK's default is
   * never.
   */
  private static final Duration AWS_CALL_TIMEOUT = Duration.ofSeconds(10);

  private final Map<String, String> environment;
  private final InstantSource clock;
  private final Telemetry telemetry;
  private final Deque<Runnable> closers = new ArrayDeque<>();

  /**
   * @param environment the variables of the README's table
   * @param clock what the ledger's instants and the reporter's deadlines are taken from
   */
  public App(Map<String, String> environment, InstantSource clock) {
    this.environment = Map.copyOf(environment);
    this.telemetry =
        new Telemetry(environment.getOrDefault("POWERTOOLS_SERVICE_NAME", "sensor-meter"));
    // PostgreSQL keeps microseconds: an instant must come back from the ledger as it went in.
    this.clock = () -> clock.instant().truncatedTo(ChronoUnit.MICROS);
  }

  /** With the process's environment and clock. */
  public static App onLambda() {
    // Read by the JDK's URL connections when first used: keep one for each request in flight (not
    // five, the default), and never resend a POST behind our back.
    System.setProperty("http.maxConnections", "64");
    System.setProperty("sun.net.http.retryPost", "false");
    return new App(System.getenv(), InstantSource.system());
  }

  public InstantSource clock() {
    return clock;
  }

  public Telemetry telemetry() {
    return telemetry;
  }

  /** What SchedulerFunction consists of. */
  public record LedgerSide(
      Migrations migrations, Scheduler scheduler, Operator operator, Check check) {}

  /**
   * For SchedulerFunction.
   *
   * @throws IllegalStateException naming every missing or invalid variable
   */
  public LedgerSide scheduler() {
    SchedulerSettings settings = SchedulerSettings.read(environment);
    Secrets secrets = secrets(settings.secretsManagerEndpoint(), AWS_CALL_TIMEOUT);
    Database database = database(settings.database(), secrets, Captures.STATEMENT_TIMEOUT);
    Captures captures = new Captures(database);
    Publications publications = new Publications(database);
    SqsClient sqs = client(SqsClient.builder(), settings.sqsEndpoint(), AWS_CALL_TIMEOUT);
    Publisher publisher =
        new Publisher(publications, new ReportQueue(sqs, settings.reportsQueueUrl()), clock);
    return new LedgerSide(
        new Migrations(database, settings.shippedSource()),
        new Scheduler(settings, captures, publications, publisher, new Gauges(database), clock),
        new Operator(
            settings,
            captures,
            publisher,
            new Hours(database, settings.invoiceGraceHours()),
            clock),
        new Check(settings, secrets, new QueueInspection(sqs, settings.reportsQueueUrl()), clock));
  }

  /**
   * For RecorderFunction.
   *
   * @throws IllegalStateException naming every missing or invalid variable
   */
  public Recorder recorder() {
    RecorderSettings settings = RecorderSettings.read(environment);
    return new Recorder(
        new Settlements(
            database(
                settings.database(),
                secrets(settings.secretsManagerEndpoint(), AWS_CALL_TIMEOUT),
                Settlements.STATEMENT_TIMEOUT),
            settings.invoiceGraceHours()));
  }

  /**
   * For ReporterFunction.
   *
   * @throws IllegalStateException naming every missing or invalid variable
   * @throws software.amazon.awssdk.core.exception.SdkException if the Stripe key cannot be read
   */
  public Reporter reporter() {
    ReporterSettings settings = ReporterSettings.read(environment);
    Secrets secrets = secrets(settings.secretsManagerEndpoint(), Reporter.AWS_CALL_MAX);
    SqsClient sqs = client(SqsClient.builder(), settings.sqsEndpoint(), Reporter.AWS_CALL_MAX);
    String apiBase = settings.stripeApiBase().map(URI::toString).orElse("");
    int callsPerSecond = settings.callsPerSecond(secrets.get(settings.stripeSecretArn()));
    return new Reporter(
        new MeterEvents(apiBase, secrets, settings.stripeSecretArn(), clock),
        new OutcomeQueue(sqs, settings.outcomesQueueUrl()),
        new ReportReceipts(sqs, settings.reportsQueueUrl()),
        new Pace(callsPerSecond, settings.maxConcurrency()),
        settings.inFlight(),
        clock);
  }

  /** Closes connections and clients; on Lambda nobody calls it, the process just ends. */
  @Override
  public void close() {
    while (!closers.isEmpty()) {
      closers.pop().run();
    }
  }

  private Database database(DatabaseSettings settings, Secrets secrets, Duration statementTimeout) {
    Database database = new Database(settings, secrets, statementTimeout);
    closers.push(database::close);
    return database;
  }

  private Secrets secrets(Optional<URI> endpoint, Duration callTimeout) {
    return new Secrets(client(SecretsManagerClient.builder(), endpoint, callTimeout));
  }

  /**
   * With a bounded call: the SDK's default is none, and a function must answer before its timeout.
   */
  private <
          B extends AwsClientBuilder<B, C> & AwsSyncClientBuilder<B, C>, C extends SdkAutoCloseable>
      C client(B builder, Optional<URI> endpoint, Duration callTimeout) {
    endpoint.ifPresent(builder::endpointOverride);
    C client =
        builder
            .httpClientBuilder(
                UrlConnectionHttpClient.builder()
                    .connectionTimeout(Duration.ofSeconds(2))
                    .socketTimeout(callTimeout))
            .overrideConfiguration(c -> c.apiCallTimeout(callTimeout))
            .build();
    closers.push(client::close);
    return client;
  }
}
