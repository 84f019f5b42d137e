package io.sensormeter.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sensormeter.local.Consumers;
import io.sensormeter.local.Pipeline;
import io.sensormeter.local.aws.EventSource;
import io.sensormeter.local.aws.PackagedFunction;
import io.sensormeter.local.aws.TestContext;
import io.sensormeter.local.postgres.ApplicationData;
import io.sensormeter.local.postgres.LocalDatabase;
import io.sensormeter.local.stripe.FakeStripe;
import io.sensormeter.local.stripe.Formula;
import io.sensormeter.meter.Hour;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * All of it at work: every instance of a function in a process of its own under Lambda's runtime
 * client, the database in its own, and in this process what stands in for AWS and for Stripe.
 */
final class Deployment implements AutoCloseable {
  static final int DEVICES = 20;

  /** The rule fires within a few seconds of the full hour. */
  static final Duration AFTER_THE_HOUR = Duration.ofSeconds(3);

  private static final Map<Function, Integer> INSTANCES =
      Map.of(Function.REPORTER, 4, Function.RECORDER, 2, Function.VERIFIER, 2);

  private static final ObjectMapper JSON = new ObjectMapper();

  final LocalDatabase database;
  final FakeStripe stripe;
  final SharedClock clock;
  final Pipeline pipeline;
  final Consumers consumers;
  private final long databaseServer;
  private final Path clockFile;
  private final Map<Function, List<PackagedFunction>> functions = new EnumMap<>(Function.class);
  private final AtomicReference<@Nullable Instant> firstCopies = new AtomicReference<>();

  /**
   * Starts it, with nothing captured yet and every function ready for its first event.
   *
   * @param first of the hours that are billed
   * @param settings that differ from {@link Pipeline}'s
   */
  Deployment(
      Benchmark benchmark,
      int organizations,
      Hour first,
      Map<String, String> settings,
      String... jvmOptions) {
    database = benchmark.postgres.newDatabase();
    ApplicationData.insertOrganizations(
        database, organizations, DEVICES, first.minusHours(24L * 30).start());
    databaseServer = server(database);
    clockFile = file();
    clock = SharedClock.open(clockFile);
    clock.set(first.start());
    stripe = FakeStripe.start(clock);
    stripe.addMeter(Pipeline.METER, Formula.SUM, "hour");
    for (int n = 1; n <= organizations; n++) {
      stripe.addCustomer(ApplicationData.customerId(n));
    }
    Map<String, String> variables = new HashMap<>(settings);
    variables.put("BILL_FROM", first.toString());
    variables.put("VERIFIER_MAX_CONCURRENCY", "2");
    pipeline = new Pipeline(database, benchmark.sqs, benchmark.secrets, stripe, clock, variables);
    List<EventSource> sources = new ArrayList<>();
    functions.put(Function.SCHEDULER, List.of(start(Function.SCHEDULER, jvmOptions)));
    INSTANCES.forEach(
        (function, instances) -> {
          List<PackagedFunction> started = new ArrayList<>();
          for (int i = 0; i < instances; i++) {
            PackagedFunction instance = start(function, jvmOptions);
            started.add(instance);
            Duration timeout = Duration.ofSeconds(function.timeoutSeconds());
            sources.add(source(function, instance).contexts(() -> new TestContext(timeout)));
          }
          functions.put(function, started);
        });
    functions.values().forEach(instances -> instances.forEach(PackagedFunction::awaitStarted));
    consumers = new Consumers(pipeline, sources);
  }

  private static Path file() {
    try {
      return Files.createTempFile("clock-", "");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private PackagedFunction start(Function function, String... jvmOptions) {
    return function.startMoved(pipeline.environment(), clockFile, jvmOptions);
  }

  private EventSource source(Function function, PackagedFunction instance) {
    return switch (function) {
      case REPORTER ->
          pipeline.reports(
              (event, context) -> {
                firstCopies.compareAndSet(null, clock.instant());
                return instance.handle(event, context);
              });
      case RECORDER -> pipeline.outcomes(instance::handle);
      case VERIFIER -> pipeline.verifications(instance::handle);
      case SCHEDULER, VIEW -> throw new IllegalArgumentException(function + " reads no queue");
    };
  }

  /**
   * Where the time of an hour went, in seconds: until the first copies were there to report, until
   * the last one was published, until Stripe had answered the last one, until that was recorded.
   */
  record Stages(double capture, double publish, double report, double record) {
    static final List<String> NAMES = List.of("capture", "publish", "report", "record");

    double all() {
      return capture + publish + report + record;
    }

    Stages plus(Stages other) {
      return new Stages(
          capture + other.capture,
          publish + other.publish,
          report + other.report,
          record + other.record);
    }

    double seconds(String name) {
      return switch (name) {
        case "capture" -> capture;
        case "publish" -> publish;
        case "report" -> report;
        case "record" -> record;
        default -> throw new IllegalArgumentException(name);
      };
    }
  }

  /** An hour, from its tick to its last outcome recorded. */
  Stages hour(Hour hour) {
    clock.set(hour.start().plus(AFTER_THE_HOUR));
    firstCopies.set(null);
    Instant began = clock.instant();
    tick(hour);
    consumers.awaitRecorded(() -> {});
    return stages(hour, began);
  }

  /** The hourly rule's event, to its answer. */
  Map<String, Object> tick(Hour hour) {
    return invoke(
        """
        {"source": "aws.events", "detail-type": "Scheduled Event", "time": "%s"}\
        """
            .formatted(hour.start()));
  }

  private Map<String, Object> invoke(String json) {
    String answer = functions.getOrDefault(Function.SCHEDULER, List.of()).getFirst().invoke(json);
    try {
      Map<String, Object> fields = JSON.readValue(answer, new TypeReference<>() {});
      pipeline.countPublished(fields);
      return fields;
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(answer, e);
    }
  }

  /** Of an hour whose reports all have their outcomes. */
  Stages stages(Hour hour, Instant began) {
    @Nullable Instant first = firstCopies.get();
    if (first == null) {
      throw new IllegalStateException("no copy of " + hour + " was published");
    }
    double captured = seconds(began, first);
    double published =
        Math.max(captured, seconds(began, instant("max(published_at) from metering.tick", hour)));
    double settled =
        Math.max(
            published, seconds(began, instant("max(settled_at) from metering.meter_report", hour)));
    double recorded =
        Math.max(
            settled, seconds(began, instant("max(recorded_at) from metering.meter_report", hour)));
    return new Stages(captured, published - captured, settled - published, recorded - settled);
  }

  private Instant instant(String what, Hour hour) {
    return Instant.EPOCH.plus(
        database.queryLong(
            "select (extract(epoch from %s) * 1000000)::bigint from %s where hour = '%s'"
                .formatted(
                    what.substring(0, what.indexOf(" from ")),
                    what.substring(what.indexOf(" from ") + 6),
                    hour.start())),
        ChronoUnit.MICROS);
  }

  private static double seconds(Instant from, Instant to) {
    return Duration.between(from, to).toMillis() / 1e3;
  }

  /** Seconds of processor time that the instances of each function have used so far. */
  Map<Function, Double> processorSeconds() {
    Map<Function, Double> seconds = new EnumMap<>(Function.class);
    functions.forEach(
        (function, instances) ->
            seconds.put(
                function,
                instances.stream().mapToDouble(one -> Processor.seconds(one.pid())).sum()));
    return seconds;
  }

  /** The same of the database server. */
  double databaseSeconds() {
    return Processor.secondsOfTree(databaseServer);
  }

  /** While the connection is open its backend lives, whose parent is the server. */
  private static long server(LocalDatabase database) {
    try (Connection owner = database.connectAsOwner();
        Statement statement = owner.createStatement();
        ResultSet row = statement.executeQuery("select pg_backend_pid()")) {
      row.next();
      return ProcessHandle.of(row.getLong(1)).flatMap(ProcessHandle::parent).orElseThrow().pid();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  Map<Function, List<PackagedFunction>> functions() {
    return functions;
  }

  @Override
  public void close() {
    consumers.close();
    functions.values().forEach(instances -> instances.forEach(PackagedFunction::close));
    pipeline.close();
    stripe.close();
    try {
      Files.delete(clockFile);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
