package io.sensormeter;

import io.sensormeter.config.DatabaseSettings;
import io.sensormeter.config.Secrets;
import io.sensormeter.database.Database;
import io.sensormeter.lambda.Telemetry;
import io.sensormeter.lambda.Time;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.awscore.client.builder.AwsSyncClientBuilder;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.services.secretsmanager.SecretsManagerClient;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.utils.SdkAutoCloseable;

/**
 * What every function is made of: its environment, its {@link World}, and clients, which end with
 * it. Knows no feature: each handler wires its own function from here.
 */
public final class App implements AutoCloseable {

  /**
   * A call to SQS or Secrets Manager ends within this, retries included; the SDK's default is
   * never.
   */
  public static final Duration AWS_CALL_TIMEOUT = Duration.ofSeconds(10);

  private final Map<String, String> environment;
  private final World world;
  private final Telemetry telemetry;
  private final Deque<AutoCloseable> closing = new ArrayDeque<>();

  /**
   * @param environment the variables of docs/settings.md
   */
  public App(Map<String, String> environment, World world) {
    this.environment = Map.copyOf(environment);
    this.world = world;
    this.telemetry =
        new Telemetry(environment.getOrDefault("POWERTOOLS_SERVICE_NAME", "sensor-meter"));
  }

  /** In the real world, with the process's environment. */
  public static App onLambda() {
    // Read by the JDK's URL connections when first used: keep one for each request in flight (not
    // five, the default), and never resend a POST behind our back.
    System.setProperty("http.maxConnections", "64");
    System.setProperty("sun.net.http.retryPost", "false");
    return new App(System.getenv(), World.of(InstantSource.system()));
  }

  public Map<String, String> environment() {
    return environment;
  }

  public World world() {
    return world;
  }

  public Time time() {
    return world.time();
  }

  public Telemetry telemetry() {
    return telemetry;
  }

  public Database database(DatabaseSettings settings, Secrets secrets, Duration statementTimeout) {
    return closing(new Database(settings, secrets, statementTimeout, time()));
  }

  /**
   * Secrets Manager.
   *
   * @param endpoint instead of AWS's own
   * @param callTimeout the longest call, retries included
   */
  public Secrets secrets(Optional<URI> endpoint, Duration callTimeout) {
    return new Secrets(client(SecretsManagerClient.builder(), endpoint, callTimeout));
  }

  /** SQS, as {@link #secrets}. */
  public SqsClient sqs(Optional<URI> endpoint, Duration callTimeout) {
    return client(SqsClient.builder(), endpoint, callTimeout);
  }

  /** Closes connections and clients; on Lambda nobody calls it, the process just ends. */
  @Override
  public void close() {
    while (!closing.isEmpty()) {
      try {
        closing.pop().close();
      } catch (RuntimeException e) {
        throw e;
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    }
  }

  private <C extends AutoCloseable> C closing(C client) {
    closing.push(client);
    return client;
  }

  private <
          B extends AwsClientBuilder<B, C> & AwsSyncClientBuilder<B, C>, C extends SdkAutoCloseable>
      C client(B builder, Optional<URI> endpoint, Duration callTimeout) {
    SdkHttpClient http = closing(world.awsHttp().apply(callTimeout));
    endpoint.ifPresent(builder::endpointOverride);
    return closing(
        builder
            .httpClient(http)
            .overrideConfiguration(call -> call.apiCallTimeout(callTimeout))
            .build());
  }
}
