package io.sensormeter.local;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.events.SQSBatchResponse;
import com.amazonaws.services.lambda.runtime.events.SQSEvent;
import io.sensormeter.App;
import io.sensormeter.World;
import io.sensormeter.local.aws.EventSource;
import io.sensormeter.local.aws.LambdaJson;
import io.sensormeter.local.aws.LocalSecrets;
import io.sensormeter.local.aws.LocalSqs;
import io.sensormeter.local.aws.TestContext;
import io.sensormeter.local.postgres.LocalDatabase;
import io.sensormeter.local.stripe.FakeStripe;
import io.sensormeter.local.stripe.Permission;
import io.sensormeter.recorder.RecorderHandler;
import io.sensormeter.reporter.Backoff;
import io.sensormeter.reporter.ReporterHandler;
import io.sensormeter.scheduler.SchedulerHandler;
import io.sensormeter.verifier.Verifier;
import io.sensormeter.verifier.VerifierHandler;
import io.sensormeter.view.ViewHandler;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The whole pipeline in this process: the handlers as Lambda makes them, with queues and secrets of
 * their own, on a database and a Stripe account that the caller made.
 */
public final class Pipeline implements AutoCloseable {
  /** Shipped meaning: one meter, see R__billable_readings.sql. */
  public static final String METER = "active_sensors";

  private static final Duration REPORTS_VISIBILITY = Duration.ofSeconds(370);
  private static final int OUTCOME_RECEIVES = 10;
  private static final int REPORTER_BATCH = 200;
  private static final int RECORDER_BATCH = 10;
  private static final int VERIFIER_BATCH = 50;

  private final LocalDatabase database;
  private final LocalSqs sqs;
  private final FakeStripe stripe;
  private final LocalSecrets secrets;
  private final InstantSource clock;
  private final String stripeKey = "rk_test_" + UUID.randomUUID();
  private final String stripeReadKey = "rk_test_" + UUID.randomUUID();
  private final Map<String, String> environment = new TreeMap<>();
  private final List<App> apps = new CopyOnWriteArrayList<>();
  private final TestContext context = new TestContext();
  private final LongAdder published = new LongAdder();

  /**
   * @param secrets may serve several pipelines
   * @param settings variables that differ from {@code SOURCE=shipped}, {@code
   *     METERS=active_sensors:sum-hourly} and a pace of 800 calls a second
   */
  public Pipeline(
      LocalDatabase database,
      LocalSqs sqs,
      LocalSecrets secrets,
      FakeStripe stripe,
      InstantSource clock,
      Map<String, String> settings) {
    this.database = database;
    this.sqs = sqs;
    this.secrets = secrets;
    this.stripe = stripe;
    this.clock = clock;
    String id = UUID.randomUUID().toString().substring(0, 8);
    databaseVariables("arn:aws:secretsmanager:us-east-1:000000000000:secret:database-" + id);
    stripeVariables("arn:aws:secretsmanager:us-east-1:000000000000:secret:stripe-" + id);
    stripeReadVariables("arn:aws:secretsmanager:us-east-1:000000000000:secret:stripe-read-" + id);
    environment.put("STACK", "local");
    environment.put("SOURCE", "shipped");
    environment.put("STRIPE_MODE", "test");
    environment.put("METERS", "active_sensors:sum-hourly");
    environment.put(
        "REPORTS_QUEUE_URL",
        sqs.createQueue("reports-" + id, REPORTS_VISIBILITY, Backoff.MAX_RECEIVES));
    environment.put(
        "OUTCOMES_QUEUE_URL",
        sqs.createQueue("outcomes-" + id, REPORTS_VISIBILITY, OUTCOME_RECEIVES));
    environment.put(
        "VERIFICATIONS_QUEUE_URL",
        sqs.createQueue("verifications-" + id, REPORTS_VISIBILITY, Verifier.MAX_RECEIVES));
    environment.put("SQS_ENDPOINT", sqs.endpoint().toString());
    environment.put("SECRETS_MANAGER_ENDPOINT", secrets.endpoint().toString());
    environment.putAll(settings);
  }

  private void databaseVariables(String secretArn) {
    secrets.put(secretArn, database.secretJson());
    environment.put("DATABASE_SECRET_ARN", secretArn);
    environment.put("DATABASE_HOST", database.host());
    environment.put("DATABASE_PORT", String.valueOf(database.port()));
    environment.put("DATABASE_NAME", database.name());
    environment.put("DATABASE_SSL_MODE", "disable");
  }

  private void stripeVariables(String secretArn) {
    stripe.addKey(stripeKey, Permission.BILLING_METER_EVENT_WRITE);
    secrets.put(secretArn, stripeKey);
    environment.put("STRIPE_SECRET_ARN", secretArn);
    environment.put("STRIPE_API_BASE", stripe.base().toString());
    environment.put("STRIPE_CALLS_PER_SECOND", "800");
  }

  private void stripeReadVariables(String secretArn) {
    stripe.addKey(
        stripeReadKey,
        Permission.BILLING_METER_READ,
        Permission.BILLING_METER_EVENT_READ,
        Permission.EVENT_READ);
    secrets.put(secretArn, stripeReadKey);
    environment.put("STRIPE_READ_SECRET_ARN", secretArn);
    environment.put("STRIPE_READS_PER_SECOND", "25");
    environment.put("VERIFIER_MAX_CONCURRENCY", "1");
  }

  /** The variables the functions are given. */
  public Map<String, String> environment() {
    return Map.copyOf(environment);
  }

  public LocalDatabase database() {
    return database;
  }

  public FakeStripe stripe() {
    return stripe;
  }

  /** What the secret held at first. */
  public String stripeKey() {
    return stripeKey;
  }

  /** The same of the key that reads. */
  public String stripeReadKey() {
    return stripeReadKey;
  }

  public TestContext context() {
    return context;
  }

  public String reportsUrl() {
    return environment.getOrDefault("REPORTS_QUEUE_URL", "");
  }

  public String outcomesUrl() {
    return environment.getOrDefault("OUTCOMES_QUEUE_URL", "");
  }

  public String verificationsUrl() {
    return environment.getOrDefault("VERIFICATIONS_QUEUE_URL", "");
  }

  /** Copies, outcomes and sightings on their way, visible or not. */
  public int depth() {
    return sqs.depth(reportsUrl()) + sqs.depth(outcomesUrl());
  }

  /** Questions that nobody has answered; they may stay so. */
  public int questions() {
    return sqs.depth(verificationsUrl());
  }

  /** A new execution environment of SchedulerFunction. */
  public SchedulerHandler newScheduler() {
    return new SchedulerHandler(newApp());
  }

  /** A new execution environment of ReporterFunction behind its event source mapping. */
  public EventSource newReporter() {
    return reports(new ReporterHandler(newApp())::handleRequest);
  }

  /** The event source mapping of the reports queue. */
  public EventSource reports(BiFunction<SQSEvent, Context, @Nullable SQSBatchResponse> reporter) {
    return source(reportsUrl(), REPORTER_BATCH, reporter);
  }

  /** A new execution environment of RecorderFunction behind its event source mapping. */
  public EventSource newRecorder() {
    return outcomes(new RecorderHandler(newApp())::handleRequest);
  }

  /** The event source mapping of the outcomes queue. */
  public EventSource outcomes(BiFunction<SQSEvent, Context, @Nullable SQSBatchResponse> recorder) {
    return source(outcomesUrl(), RECORDER_BATCH, recorder);
  }

  /**
   * A new execution environment of VerifierFunction behind its event source mapping. It keeps its
   * pace without waiting for it: at Stripe's 25 reads a second a thousand customers take 40 s.
   */
  public EventSource newVerifier() {
    return verifications(new VerifierHandler(newApp(UnwaitedWorld.of(clock)))::handleRequest);
  }

  /** The event source mapping of the verifications queue. */
  public EventSource verifications(
      BiFunction<SQSEvent, Context, @Nullable SQSBatchResponse> verifier) {
    return source(verificationsUrl(), VERIFIER_BATCH, verifier);
  }

  private EventSource source(
      String url, int batch, BiFunction<SQSEvent, Context, @Nullable SQSBatchResponse> function) {
    return new EventSource(sqs.client(), url, sqs.arn(url), batch, function);
  }

  /** A new execution environment of ViewFunction, from an event's JSON to its answer. */
  public UnaryOperator<String> newView() {
    ViewHandler handler = new ViewHandler(newApp());
    return event -> {
      // An environment handles one invocation at a time.
      synchronized (handler) {
        return handler.handleRequest(LambdaJson.object(event), context);
      }
    };
  }

  /** Invokes with JSON as Lambda does: the function reads it. */
  public Map<String, Object> invoke(SchedulerHandler scheduler, String json) {
    context.begin();
    Map<String, Object> answer =
        scheduler.answer(new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8)), context);
    countPublished(answer);
    return answer;
  }

  /** Notes what an invocation elsewhere has published. */
  public void countPublished(Map<String, Object> answer) {
    published.add((int) answer.getOrDefault("published", 0));
    published.add((int) answer.getOrDefault("publishedAgain", 0));
  }

  /** Copies that the invocations so far say SQS has taken. */
  long published() {
    return published.sum();
  }

  private App newApp() {
    return newApp(World.of(clock));
  }

  private App newApp(World world) {
    App app = new App(environment, world);
    apps.add(app);
    return app;
  }

  @Override
  public void close() {
    apps.forEach(App::close);
  }
}
