package io.sensormeter.local.postgres;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Stands between a function and PostgreSQL, cuts the connection at a commit, and counts requests:
 * {@code DATABASE_PORT} is its port. Thread-safe.
 */
public final class DatabaseWire implements AutoCloseable {
  private static final int BUFFER = 64 * 1024;

  /** As the driver writes it, in a message of its own. */
  private static final String COMMIT = "COMMIT\0";

  /** On which side of the commit the connection is cut. */
  public enum Cut {
    /** The server never sees the commit and rolls back. */
    BEFORE,
    /** The server has committed, but nobody learns of it. */
    AFTER
  }

  private final int serverPort;
  private final ServerSocket front;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();

  private final AtomicInteger requests = new AtomicInteger();

  private int commits;
  private int cutAt;
  private Cut cut = Cut.BEFORE;

  private DatabaseWire(int serverPort, ServerSocket front) {
    this.serverPort = serverPort;
    this.front = front;
  }

  public static DatabaseWire to(LocalDatabase database) {
    try {
      DatabaseWire wire =
          new DatabaseWire(
              database.port(), new ServerSocket(0, 0, InetAddress.getLoopbackAddress()));
      wire.threads.execute(wire::accept);
      return wire;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public int port() {
    return front.getLocalPort();
  }

  /** Cuts at the {@code nth} commit from now, 1 being the next one; 0 = never. */
  public synchronized void cutAtCommit(int nth, Cut side) {
    cutAt = nth == 0 ? 0 : commits + nth;
    cut = side;
  }

  /** Whether the connection to be cut was cut. */
  public synchronized boolean hasCut() {
    return cutAt > 0 && commits >= cutAt;
  }

  /** How often clients have written so far; what is sent together counts once. */
  public int requests() {
    return requests.get();
  }

  @Override
  public void close() {
    try {
      front.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    open.forEach(DatabaseWire::drop);
    threads.close();
  }

  private void accept() {
    while (!front.isClosed()) {
      try {
        Socket client = front.accept();
        Socket server = new Socket(InetAddress.getLoopbackAddress(), serverPort);
        open.add(client);
        open.add(server);
        Relay relay = new Relay(client, server);
        threads.execute(relay::relayRequests);
        threads.execute(relay::answers);
      } catch (IOException e) {
        // The wire was closed, or the server is gone: whoever connects sees it.
      }
    }
  }

  /** Whether this commit is the one to cut at. */
  private synchronized boolean commit() {
    commits++;
    return commits == cutAt;
  }

  private synchronized Cut cut() {
    return cut;
  }

  private static void drop(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** One connection of a function. */
  private final class Relay {
    private final Socket client;
    private final Socket server;
    private volatile boolean cutAtNextAnswer;

    Relay(Socket client, Socket server) {
      this.client = client;
      this.server = server;
    }

    void relayRequests() {
      byte[] buffer = new byte[BUFFER];
      try (client;
          server) {
        InputStream in = client.getInputStream();
        OutputStream out = server.getOutputStream();
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
          requests.incrementAndGet();
          if (new String(buffer, 0, n, US_ASCII).contains(COMMIT) && commit()) {
            if (cut() == Cut.BEFORE) {
              return;
            }
            cutAtNextAnswer = true;
          }
          out.write(buffer, 0, n);
        }
      } catch (IOException e) {
        // One side is gone; closing tells the other.
      }
    }

    void answers() {
      byte[] buffer = new byte[BUFFER];
      try (client;
          server) {
        InputStream in = server.getInputStream();
        OutputStream out = client.getOutputStream();
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
          if (cutAtNextAnswer) {
            return;
          }
          out.write(buffer, 0, n);
        }
      } catch (IOException e) {
        // As above.
      }
    }
  }
}
