package io.sensormeter.stripe;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP/1.1 server to the byte, for what no well-behaved server says. Thread-safe.
 *
 * <p>{@link #lostConnection()} tells that the caller gave up a connection it still waited on.
 */
final class RawServer implements AutoCloseable {

  /**
   * One request as it arrived.
   *
   * @param connection counts connections from 1
   * @param head request line and headers
   */
  record Request(int connection, String head, String body) {
    String header(String name) {
      return head.lines()
          .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(name.toLowerCase(Locale.ROOT)))
          .map(line -> line.substring(line.indexOf(':') + 1).trim())
          .findFirst()
          .orElse("");
    }
  }

  /** What to do about a request. */
  interface Reply {
    void to(Call call) throws IOException;
  }

  /** A request, and what its answer can be. */
  final class Call {
    private final Request request;
    private final Socket socket;

    private Call(Request request, Socket socket) {
      this.request = request;
      this.socket = socket;
    }

    Request request() {
      return request;
    }

    void write(String text) throws IOException {
      socket.getOutputStream().write(text.getBytes(UTF_8));
    }

    /** Writes a whole answer. */
    void answer(int status, String body) throws IOException {
      write(text(status, body));
    }

    void close() throws IOException {
      socket.close();
    }

    /** Drops the connection so that the caller reads a reset. */
    void reset() throws IOException {
      socket.setSoLinger(true, 0);
      socket.close();
    }

    /** Waits until the caller closes the connection. */
    void hang() {
      try {
        if (socket.getInputStream().read() < 0) {
          lostConnection.complete(request);
        }
      } catch (IOException e) {
        lostConnection.complete(request); // reset instead of closed
      }
    }

    /** Writes the piece again and again until the caller closes the connection. */
    void flood(String piece, Runnable pause) {
      try {
        while (true) {
          write(piece);
          pause.run();
        }
      } catch (IOException e) {
        lostConnection.complete(request);
      }
    }
  }

  private final ServerSocket listener;
  private final Reply reply;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final AtomicInteger connections = new AtomicInteger();
  private final List<Request> requests = new CopyOnWriteArrayList<>();
  private final CompletableFuture<Request> lostConnection = new CompletableFuture<>();

  private RawServer(ServerSocket listener, Reply reply) {
    this.listener = listener;
    this.reply = reply;
  }

  static RawServer start(Reply reply) throws IOException {
    RawServer server =
        new RawServer(new ServerSocket(0, 256, InetAddress.getLoopbackAddress()), reply);
    server.threads.execute(server::accept);
    return server;
  }

  String base() {
    return URI.create("http://127.0.0.1:" + listener.getLocalPort()).toString();
  }

  List<Request> requests() {
    return requests;
  }

  int connections() {
    return connections.get();
  }

  /** The first request whose caller closed the connection before it had its whole answer. */
  CompletableFuture<Request> lostConnection() {
    return lostConnection;
  }

  static Reply answer(int status, String body) {
    return call -> call.answer(status, body);
  }

  /** A whole answer; the request id is {@code req_1}. */
  static String text(int status, String body) {
    return "HTTP/1.1 %d Any\r\nContent-Type: application/json\r\nRequest-Id: req_1\r\nContent-Length: %d\r\n\r\n%s"
        .formatted(status, body.getBytes(UTF_8).length, body);
  }

  @Override
  public void close() throws IOException {
    listener.close();
    for (Socket socket : open) {
      socket.close();
    }
    threads.close();
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket socket = listener.accept();
        socket.setTcpNoDelay(true);
        open.add(socket);
        int number = connections.incrementAndGet();
        threads.execute(() -> serve(number, socket));
      } catch (IOException e) {
        if (!listener.isClosed()) {
          throw new UncheckedIOException(e);
        }
      }
    }
  }

  private void serve(int connection, Socket socket) {
    try (socket) {
      InputStream in = new BufferedInputStream(socket.getInputStream());
      for (Request request = read(connection, in);
          request != null;
          request = socket.isClosed() ? null : read(connection, in)) {
        requests.add(request);
        reply.to(new Call(request, socket));
      }
    } catch (IOException e) {
      // The caller went away between two requests; what a test cares about is in its request.
    }
  }

  private static @Nullable Request read(int connection, InputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int next = in.read();
      if (next < 0) {
        return null;
      }
      head.append((char) next);
    }
    Request bare = new Request(connection, head.toString(), "");
    String length = bare.header("Content-Length");
    byte[] body = in.readNBytes(length.isEmpty() ? 0 : Integer.parseInt(length));
    return new Request(connection, head.toString(), new String(body, ISO_8859_1));
  }
}
