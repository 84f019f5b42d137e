package io.sensormeter.local.aws;

import com.sun.net.httpserver.HttpExchange;
import io.sensormeter.local.http.LoopbackServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The HTTP interface between Lambda and the runtime client of one execution environment: the client
 * fetches an event, answers with a response or an error, and fetches the next. Thread-safe; one
 * invocation at a time, as in an environment.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html">Runtime API</a>
 */
final class RuntimeApi implements AutoCloseable {
  private static final String INVOCATION = "/2018-06-01/runtime/invocation/";
  private static final String INIT_ERROR = "/2018-06-01/runtime/init/error";

  private final LinkedBlockingQueue<Invocation> waiting = new LinkedBlockingQueue<>();
  private final AtomicReference<@Nullable Invocation> running = new AtomicReference<>();
  private final CompletableFuture<String> started = new CompletableFuture<>();
  private final CompletableFuture<String> ended = new CompletableFuture<>();
  private final LoopbackServer server =
      LoopbackServer.start(Map.of(INVOCATION, this::invocation, INIT_ERROR, this::initError));

  private record Invocation(
      String id, String event, Duration timeout, CompletableFuture<String> response) {}

  /** Host and port, the value of {@code AWS_LAMBDA_RUNTIME_API}. */
  String address() {
    return server.address();
  }

  /**
   * Invokes the function, which is told that it has {@code timeout} left.
   *
   * @return the response's JSON
   * @throws FunctionError when the function or its start failed
   * @throws IllegalStateException when the environment ended
   * @throws TimeoutException when there is no answer after {@code timeout} and the time a cold
   *     start takes
   */
  synchronized String invoke(String eventJson, Duration timeout) throws TimeoutException {
    Invocation invocation =
        new Invocation(UUID.randomUUID().toString(), eventJson, timeout, new CompletableFuture<>());
    waiting.add(invocation);
    long atMost = timeout.plusSeconds(20).toMillis();
    try {
      CompletableFuture.anyOf(invocation.response, ended)
          .orTimeout(atMost, TimeUnit.MILLISECONDS)
          .join();
      return invocation.response.isDone() ? invocation.response.join() : ended.join();
    } catch (CompletionException e) {
      switch (e.getCause()) {
        case FunctionError error -> throw error;
        case TimeoutException late -> throw late;
        case null, default -> throw new IllegalStateException(e.getCause());
      }
    }
  }

  /**
   * Waits until the client asks for its first event: its handler is made by then.
   *
   * @throws CompletionException when the environment ended before
   */
  void awaitStarted() {
    CompletableFuture.anyOf(started, ended).join();
  }

  /** Fails the invocation that runs and every later one: the environment is gone. */
  void end(RuntimeException reason) {
    ended.completeExceptionally(reason);
  }

  @Override
  public void close() {
    end(new IllegalStateException("the environment is closed"));
    server.close();
  }

  private void invocation(HttpExchange exchange) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getPath().substring(INVOCATION.length());
      String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
      if (path.equals("next")) {
        next(exchange);
        return;
      }
      @Nullable Invocation invocation = running.get();
      if (invocation == null || !path.startsWith(invocation.id + "/")) {
        exchange.sendResponseHeaders(400, -1);
        return;
      }
      running.set(null);
      exchange.sendResponseHeaders(202, -1);
      exchange.close();
      if (path.endsWith("/response")) {
        invocation.response.complete(body);
      } else {
        invocation.response.completeExceptionally(new FunctionError(body));
      }
    }
  }

  private void next(HttpExchange exchange) throws IOException {
    started.complete("");
    Invocation invocation;
    try {
      invocation = waiting.take();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return;
    }
    running.set(invocation);
    var headers = exchange.getResponseHeaders();
    headers.set("Content-Type", "application/json");
    headers.set("Lambda-Runtime-Aws-Request-Id", invocation.id);
    headers.set(
        "Lambda-Runtime-Deadline-Ms",
        Long.toString(System.currentTimeMillis() + invocation.timeout.toMillis()));
    headers.set(
        "Lambda-Runtime-Invoked-Function-Arn",
        "arn:aws:lambda:us-east-1:000000000000:function:test");
    headers.set(
        "Lambda-Runtime-Trace-Id",
        "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=0");
    byte[] event = invocation.event.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(200, event.length);
    exchange.getResponseBody().write(event);
  }

  private void initError(HttpExchange exchange) throws IOException {
    try (exchange) {
      String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
      end(new FunctionError(body));
      exchange.sendResponseHeaders(202, -1);
    }
  }
}
