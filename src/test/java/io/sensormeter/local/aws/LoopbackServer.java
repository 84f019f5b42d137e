package io.sensormeter.local.aws;

import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** HTTP on a free loopback port, with a thread for each call. Thread-safe. */
public final class LoopbackServer implements AutoCloseable {
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
      LoopbackServer loopback = new LoopbackServer(HttpServer.create(address, 0));
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
