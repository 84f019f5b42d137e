package io.sensormeter.local.http;

import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * HTTP on a free loopback port, with a thread for each call. It never closes a connection by
 * itself: a caller that just then sends a call on it would lose the call, which nobody scripted.
 * Thread-safe.
 */
public final class LoopbackServer implements AutoCloseable {

  /** Callers that connect at the same moment; the JDK's 50 would make more wait and try again. */
  private static final int BACKLOG = 4_096;

  static {
    // Read once, when the first server of this JVM is made: every one must be made here. The JDK
    // would close what is idle for 30 s, and beyond 200 idle connections each one after its answer.
    System.setProperty("sun.net.httpserver.maxIdleConnections", "" + Integer.MAX_VALUE);
    System.setProperty("sun.net.httpserver.idleInterval", "" + Integer.MAX_VALUE);
    // An answer is a head and a body: without it the second would wait for the first one's receipt.
    System.setProperty("sun.net.httpserver.nodelay", "true");
  }

  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  private LoopbackServer(HttpServer server) {
    this.server = server;
  }

  /**
   * Listens at once.
   *
   * @param handlers by the beginning of the path
   */
  public static LoopbackServer start(Map<String, HttpHandler> handlers) {
    try {
      var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
      LoopbackServer loopback = new LoopbackServer(HttpServer.create(address, BACKLOG));
      loopback.server.setExecutor(loopback.threads);
      handlers.forEach(loopback.server::createContext);
      loopback.server.start();
      return loopback;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Host and port. */
  public String address() {
    return "127.0.0.1:" + server.getAddress().getPort();
  }

  /** Stops listening and interrupts the calls under way. */
  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
    threads.close();
  }
}
