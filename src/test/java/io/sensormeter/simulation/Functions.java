package io.sensormeter.simulation;

import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.amazonaws.services.lambda.runtime.events.SQSBatchResponse;
import com.amazonaws.services.lambda.runtime.events.SQSEvent;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sensormeter.App;
import io.sensormeter.World;
import io.sensormeter.lambda.Time;
import io.sensormeter.recorder.RecorderHandler;
import io.sensormeter.reporter.ReporterHandler;
import io.sensormeter.scheduler.SchedulerHandler;
import io.sensormeter.verifier.VerifierHandler;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.http.SdkHttpClient;

/**
 * Lambda: one environment of each function, kept warm until it dies or a deployment replaces it.
 */
final class Functions implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration SKEW_MOST = Duration.ofSeconds(100);

  private final VirtualClock clock;
  private final Chaos chaos;
  private final Gate gate;
  private final SimulatedDriver driver;
  private final Story story;
  private final SdkHttpClient aws;
  private final HttpClient stripe;
  private final Map<String, String> variables;
  private final Map<FunctionName, Environment.Started<?, ?>> warm =
      new EnumMap<>(FunctionName.class);
  private final Random random;
  private long runs;

  Functions(
      VirtualClock clock,
      Chaos chaos,
      Gate gate,
      SimulatedDriver driver,
      Story story,
      SdkHttpClient aws,
      HttpClient stripe,
      Map<String, String> variables,
      long seed) {
    this.clock = clock;
    this.chaos = chaos;
    this.gate = gate;
    this.driver = driver;
    this.story = story;
    this.aws = aws;
    this.stripe = stripe;
    this.variables = new HashMap<>(variables);
    this.random = new Random(seed);
  }

  /**
   * What an invocation came to.
   *
   * @param failure why it failed; null if it did not
   * @param died whether its environment is gone
   */
  record Invoked<O>(Optional<O> answer, @Nullable String failure, boolean died) {}

  /** A deployment: new environments, with a variable changed. */
  void deploy(String variable, String value) {
    variables.put(variable, value);
    coolDown();
  }

  String variable(String name) {
    return variables.getOrDefault(name, "");
  }

  /** No environment is kept. */
  void coolDown() {
    warm.values().forEach(this::end);
    warm.clear();
  }

  Invoked<Map<String, Object>> scheduler(String run, Map<String, Object> event) {
    return invoke(
        FunctionName.SCHEDULER,
        run,
        event,
        app -> {
          SchedulerHandler handler = new SchedulerHandler(app);
          return (input, context) -> handler.answer(json(input), context);
        });
  }

  private static InputStream json(Map<String, Object> event) {
    try {
      return new ByteArrayInputStream(JSON.writeValueAsBytes(event));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  Invoked<SQSBatchResponse> batch(FunctionName name, SQSEvent event) {
    return invoke(
        name,
        name + "-" + ++runs,
        event,
        app ->
            switch (name) {
              case REPORTER -> new ReporterHandler(app);
              case RECORDER -> new RecorderHandler(app);
              case VERIFIER -> new VerifierHandler(app);
              case SCHEDULER -> throw new IllegalArgumentException("no consumer");
            });
  }

  @SuppressWarnings("unchecked")
  private <I, O> Invoked<O> invoke(
      FunctionName name, String run, I input, Function<App, RequestHandler<I, O>> handler) {
    if (chaos.strikes(FaultKind.LAMBDA_COLD, 0.2)) {
      Environment.Started<?, ?> idle = warm.remove(name);
      if (idle != null) {
        end(idle);
      }
    }
    Environment.Started<I, O> started =
        (Environment.Started<I, O>) warm.computeIfAbsent(name, _ -> start(name, handler));
    Environment environment = started.environment();
    skew(environment);
    gate.open(environment, name.timeout());
    try {
      O answer = started.handler().handleRequest(input, new InvocationContext(run, gate));
      return environment.isDead()
          ? died(name, started, "its environment is dead")
          : new Invoked<>(Optional.of(answer), null, false);
    } catch (RuntimeException | Killed e) {
      return environment.isDead()
          ? died(name, started, String.valueOf(e.getMessage()))
          : failed(name, e);
    } finally {
      gate.close();
    }
  }

  private <O> Invoked<O> failed(FunctionName name, Throwable e) {
    story.line(name + " fails: " + e.getMessage());
    return new Invoked<>(Optional.empty(), String.valueOf(e.getMessage()), false);
  }

  private <O> Invoked<O> died(FunctionName name, Environment.Started<?, ?> started, String why) {
    story.line(name + " dies: " + why);
    warm.remove(name);
    gate.close();
    driver.breakThoseOf(started.environment());
    end(started);
    return new Invoked<>(Optional.empty(), why, true);
  }

  private void skew(Environment environment) {
    if (chaos.strikes(FaultKind.LAMBDA_CLOCK_SKEW, 0.3)) {
      long most = SKEW_MOST.toMillis();
      environment.skew(
          Duration.ofMillis(chaos.of(FaultKind.LAMBDA_CLOCK_SKEW).nextLong(-most, most)));
    } else if (chaos.isQuiet() || random.nextInt(10) == 0) {
      environment.skew(Duration.ZERO);
    }
  }

  private <I, O> Environment.Started<I, O> start(
      FunctionName name, Function<App, RequestHandler<I, O>> handler) {
    Environment environment = new Environment(name);
    Time time =
        new Time(
            () -> clock.instant().plus(environment.skew()),
            () -> Duration.between(Instant.EPOCH, clock.instant()).toNanos(),
            clock::advance);
    World world = new World(time, random, Runnable::run, _ -> aws, () -> stripe);
    App app = new App(variables, world);
    return new Environment.Started<>(environment, app, handler.apply(app));
  }

  private void end(Environment.Started<?, ?> started) {
    started.app().close();
  }

  @Override
  public void close() {
    coolDown();
  }
}
