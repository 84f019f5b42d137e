package io.sensormeter;

import io.sensormeter.lambda.Time;
import java.net.http.HttpClient;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Random;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;

/**
 * What the product takes from outside beside its environment and the database: the seams at which a
 * simulated world takes its place.
 *
 * @param time the clock, and every wait
 * @param random thread-safe; scatters retries and delays, decides nothing
 * @param executor how work is started beside the caller's
 * @param awsHttp the transport to AWS, given the longest wait for bytes
 * @param stripeHttp the transport to Stripe: HTTP/1.1, no redirects
 */
public record World(
    Time time,
    RandomGenerator random,
    Executor executor,
    Function<Duration, SdkHttpClient> awsHttp,
    Supplier<HttpClient> stripeHttp) {

  private static final Duration CONNECT_MAX = Duration.ofSeconds(2);

  /** The real one, by {@code clock}. */
  public static World of(InstantSource clock) {
    return new World(
        Time.of(clock),
        new Random(),
        Thread::startVirtualThread,
        socketTimeout ->
            UrlConnectionHttpClient.builder()
                .connectionTimeout(CONNECT_MAX)
                .socketTimeout(socketTimeout)
                .build(),
        () ->
            HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .executor(Executors.newVirtualThreadPerTaskExecutor())
                .build());
  }
}
