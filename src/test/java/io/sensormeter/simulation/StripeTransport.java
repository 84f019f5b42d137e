package io.sensormeter.simulation;

import io.sensormeter.local.stripe.FakeStripe;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Authenticator;
import java.net.CookieHandler;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.PushPromiseHandler;
import java.nio.ByteBuffer;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/** The way to the Stripe account: in this thread, answered at once, or never. */
final class StripeTransport extends HttpClient {
  private final VirtualClock clock;
  private final Gate gate;
  private final FakeStripe stripe;
  private final StripeFaults faults;
  private final BiConsumer<URI, byte[]> answers;

  /**
   * @param answers hears what Stripe answers with success
   */
  StripeTransport(
      VirtualClock clock,
      Gate gate,
      FakeStripe stripe,
      StripeFaults faults,
      BiConsumer<URI, byte[]> answers) {
    this.clock = clock;
    this.gate = gate;
    this.stripe = stripe;
    this.faults = faults;
    this.answers = answers;
  }

  /** An answer that does not come: whoever waits for it waits all the time he has. */
  private final class Silence<T> extends CompletableFuture<T> {
    @Override
    public T get(long timeout, TimeUnit unit) throws TimeoutException {
      clock.advance(Duration.of(timeout, unit.toChronoUnit()));
      throw new TimeoutException();
    }
  }

  @Override
  public <T> CompletableFuture<HttpResponse<T>> sendAsync(
      HttpRequest request, BodyHandler<T> handler) {
    gate.before(faults.latency());
    boolean isEvent = request.method().equals("POST");
    Optional<Synthetic> synthetic = faults.instead(isEvent);
    if (synthetic.isPresent()) {
      return answered(synthetic.get(), request, handler);
    }
    MemoryExchange exchange = new MemoryExchange(request.method(), request.uri(), body(request));
    request
        .headers()
        .map()
        .forEach((name, values) -> exchange.getRequestHeaders().put(name, values));
    try {
      stripe.handle(exchange);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    if (exchange.getResponseCode() == 200) {
      answers.accept(request.uri(), exchange.answer());
    }
    gate.after();
    if (!exchange.isAnswered()) {
      return faults.isTimeout()
          ? new Silence<>()
          : CompletableFuture.failedFuture(new IOException("connection reset"));
    }
    return CompletableFuture.completedFuture(
        new Answer<>(
            exchange.getResponseCode(),
            HttpHeaders.of(exchange.getResponseHeaders(), (_, _) -> true),
            request,
            exchange.answer(),
            handler));
  }

  /**
   * An answer that Stripe's account knows nothing of.
   *
   * @param status 0 = none comes
   */
  record Synthetic(int status, String body) {}

  private <T> CompletableFuture<HttpResponse<T>> answered(
      Synthetic synthetic, HttpRequest request, BodyHandler<T> handler) {
    gate.after();
    return synthetic.status() == 0
        ? new Silence<>()
        : CompletableFuture.completedFuture(
            new Answer<>(
                synthetic.status(),
                HttpHeaders.of(Map.of(), (_, _) -> true),
                request,
                synthetic.body().getBytes(java.nio.charset.StandardCharsets.UTF_8),
                handler));
  }

  private static byte[] body(HttpRequest request) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    request
        .bodyPublisher()
        .ifPresent(
            publisher ->
                publisher.subscribe(
                    new Flow.Subscriber<>() {
                      @Override
                      public void onSubscribe(Flow.Subscription subscription) {
                        subscription.request(Long.MAX_VALUE);
                      }

                      @Override
                      public void onNext(ByteBuffer part) {
                        byte[] read = new byte[part.remaining()];
                        part.get(read);
                        bytes.writeBytes(read);
                      }

                      @Override
                      public void onError(Throwable failure) {
                        throw new IllegalStateException(failure);
                      }

                      @Override
                      public void onComplete() {}
                    }));
    return bytes.toByteArray();
  }

  private static final class Answer<T> implements HttpResponse<T>, HttpResponse.ResponseInfo {
    private final int status;
    private final HttpHeaders headers;
    private final HttpRequest request;
    private final T body;

    private Answer(
        int status,
        HttpHeaders headers,
        HttpRequest request,
        byte[] bytes,
        BodyHandler<T> handler) {
      this.status = status;
      this.headers = headers;
      this.request = request;
      BodySubscriber<T> subscriber =
          handler.apply(
              new ResponseInfo() {
                @Override
                public int statusCode() {
                  return status;
                }

                @Override
                public HttpHeaders headers() {
                  return headers;
                }

                @Override
                public Version version() {
                  return Version.HTTP_1_1;
                }
              });
      subscriber.onSubscribe(
          new Flow.Subscription() {
            @Override
            public void request(long count) {}

            @Override
            public void cancel() {}
          });
      if (bytes.length > 0) {
        subscriber.onNext(List.of(ByteBuffer.wrap(bytes)));
      }
      subscriber.onComplete();
      this.body = subscriber.getBody().toCompletableFuture().join();
    }

    @Override
    public int statusCode() {
      return status;
    }

    @Override
    public HttpHeaders headers() {
      return headers;
    }

    @Override
    public T body() {
      return body;
    }

    @Override
    public HttpRequest request() {
      return request;
    }

    @Override
    public Optional<HttpResponse<T>> previousResponse() {
      return Optional.empty();
    }

    @Override
    public Optional<javax.net.ssl.SSLSession> sslSession() {
      return Optional.empty();
    }

    @Override
    public URI uri() {
      return request.uri();
    }

    @Override
    public Version version() {
      return Version.HTTP_1_1;
    }
  }

  @Override
  public void shutdownNow() {}

  @Override
  public void shutdown() {}

  @Override
  public void close() {}

  @Override
  public <T> HttpResponse<T> send(HttpRequest request, BodyHandler<T> handler) {
    throw new UnsupportedOperationException();
  }

  @Override
  public <T> CompletableFuture<HttpResponse<T>> sendAsync(
      HttpRequest request, BodyHandler<T> handler, @Nullable PushPromiseHandler<T> pushed) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Optional<CookieHandler> cookieHandler() {
    return Optional.empty();
  }

  @Override
  public Optional<Duration> connectTimeout() {
    return Optional.empty();
  }

  @Override
  public Redirect followRedirects() {
    return Redirect.NEVER;
  }

  @Override
  public Optional<ProxySelector> proxy() {
    return Optional.empty();
  }

  @Override
  public SSLContext sslContext() {
    try {
      return SSLContext.getDefault();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public SSLParameters sslParameters() {
    return new SSLParameters();
  }

  @Override
  public Optional<Authenticator> authenticator() {
    return Optional.empty();
  }

  @Override
  public Version version() {
    return Version.HTTP_1_1;
  }

  @Override
  public Optional<Executor> executor() {
    return Optional.empty();
  }
}
