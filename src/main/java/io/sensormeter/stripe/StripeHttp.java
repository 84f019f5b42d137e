package io.sensormeter.stripe;

import com.stripe.exception.ApiConnectionException;
import com.stripe.exception.ApiException;
import com.stripe.exception.StripeException;
import com.stripe.net.HttpContent;
import com.stripe.net.HttpHeaders;
import com.stripe.net.StripeRequest;
import com.stripe.net.StripeResponse;
import io.sensormeter.lambda.Time;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/**
 * Stripe's SDK over {@code java.net.http}: one pool of connections, and a bound on the whole call.
 * When {@link #request} returns or throws, its exchange has ended: either its answer was read to
 * the end or its connection is closed, so that nothing of it is sent later, whatever happens to
 * this environment.
 *
 * <p>HTTP/1.1 on purpose. There a cancelled call closes its own connection, while on HTTP/2 it
 * would only reset a stream, with its frames perhaps still queued on a connection that lives on;
 * and JDK 25 sends a POST again over HTTP/2 when the server closes gracefully. Over HTTP/1.1 it
 * never resends a POST whose bytes may have left (unless {@code
 * jdk.httpclient.enableAllMethodRetry} is set: do not). It does repeat a failed connect once,
 * before any byte was sent, within the same bound.
 *
 * <p>Thread-safe; made for virtual threads, which wait without holding a carrier. The JDK hands
 * every answer over through the common pool, which may have a single thread: whoever blocks that
 * pool lets calls run into their bound.
 */
final class StripeHttp extends com.stripe.net.HttpClient {

  /** The largest answer we ask for, a page of 100 event summaries, has about 30 KB. */
  static final long BODY_BYTES_MAX = 256 * 1024;

  /**
   * Connections unused for longer are not used again. The JDK drops them after 30 s, but only while
   * this environment runs: after an hour frozen, the first calls would find dead connections and
   * end without an answer.
   */
  static final Duration IDLE_MAX = Duration.ofSeconds(20);

  // Reads a resource and the environment each time it is built, and never changes.
  private static final String CLIENT_USER_AGENT = buildXStripeClientUserAgentString();

  private final Time time;
  private final Supplier<HttpClient> http;
  private HttpClient client;
  private Instant lastUsed;

  /**
   * @param http makes a pool of connections
   */
  StripeHttp(Time time, Supplier<HttpClient> http) {
    this.time = time;
    this.http = http;
    this.client = http.get();
    this.lastUsed = time.now();
  }

  /**
   * Sends once. The request's read timeout bounds the whole call: connect, request and body.
   *
   * @throws ApiConnectionException if no complete answer came; its message names the reason. An
   *     interrupt is one, and leaves the thread's flag set
   * @throws ApiException if the answer has no body, which Stripe never sends and the SDK cannot
   *     read
   */
  @Override
  public StripeResponse request(StripeRequest request) throws StripeException {
    int boundMillis = request.options().getReadTimeout();
    CompletableFuture<HttpResponse<String>> exchange =
        client()
            .sendAsync(
                encode(request),
                BodyHandlers.limiting(
                    BodyHandlers.ofString(StandardCharsets.UTF_8), BODY_BYTES_MAX));
    try {
      return decode(exchange.get(boundMillis, TimeUnit.MILLISECONDS));
    } catch (TimeoutException e) {
      exchange.cancel(true);
      throw new ApiConnectionException("no complete answer in time", e);
    } catch (InterruptedException e) {
      exchange.cancel(true);
      Thread.currentThread().interrupt();
      throw new ApiConnectionException("interrupted while waiting for the answer", e);
    } catch (ExecutionException e) {
      throw new ApiConnectionException(String.valueOf(e.getCause()), e);
    }
  }

  /** The pool to use now: a new one if nothing was sent for {@link #IDLE_MAX}. */
  private synchronized HttpClient client() {
    Instant now = time.now();
    if (Duration.between(lastUsed, now).compareTo(IDLE_MAX) > 0) {
      // Ends the old connections only: a call takes less than IDLE_MAX, so none is under way.
      client.shutdownNow();
      client = http.get();
    }
    lastUsed = now;
    return client;
  }

  private static HttpRequest encode(StripeRequest request) {
    HttpRequest.Builder builder = HttpRequest.newBuilder(URI.create(request.url().toString()));
    request.headers().map().forEach((name, values) -> builder.header(name, values.getFirst()));
    builder.header("User-Agent", buildUserAgentString(request));
    builder.header("X-Stripe-Client-User-Agent", CLIENT_USER_AGENT);
    HttpContent content = request.content();
    if (content == null) {
      return builder.method(request.method().name(), HttpRequest.BodyPublishers.noBody()).build();
    }
    return builder
        .setHeader("Content-Type", content.contentType())
        .method(
            request.method().name(),
            HttpRequest.BodyPublishers.ofByteArray(content.byteArrayContent()))
        .build();
  }

  private static StripeResponse decode(HttpResponse<String> response) throws ApiException {
    StripeResponse decoded =
        new StripeResponse(
            response.statusCode(), HttpHeaders.of(response.headers().map()), response.body());
    if (response.body().isBlank()) {
      throw new ApiException("empty body", decoded.requestId(), null, decoded.code(), null);
    }
    return decoded;
  }
}
