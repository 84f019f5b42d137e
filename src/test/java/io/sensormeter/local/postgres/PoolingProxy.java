package io.sensormeter.local.postgres;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * PgBouncer in front of a database, in transaction mode: each transaction may get another session,
 * and start-up options are refused, as an RDS Proxy does. {@code DATABASE_PORT} is its port.
 *
 * <p>It is a program of the machine, not of the build: Debian's package {@code pgbouncer}.
 */
public final class PoolingProxy implements AutoCloseable {
  private static final List<String> PLACES =
      List.of("/usr/sbin/pgbouncer", "/usr/bin/pgbouncer", "/opt/homebrew/bin/pgbouncer");

  private final Process process;
  private final Path directory;
  private final int port;

  private PoolingProxy(Process process, Path directory, int port) {
    this.process = process;
    this.directory = directory;
    this.port = port;
  }

  /** The program, or empty where it is not installed. */
  public static Optional<Path> program() {
    return PLACES.stream().map(Path::of).filter(Files::isExecutable).findFirst();
  }

  /**
   * Starts it before {@code database}, for the role only.
   *
   * @param sessions at most that many of the server at once
   */
  public static PoolingProxy to(LocalDatabase database, int sessions) {
    try {
      int port = freePort();
      Path directory = Files.createTempDirectory("sensor-meter-proxy");
      Path users = directory.resolve("users.txt");
      Path configuration = directory.resolve("pgbouncer.ini");
      Files.writeString(users, "\"%s\" \"%s\"\n".formatted(database.user(), database.password()));
      Files.writeString(
          configuration,
          """
          [databases]
          %1$s = host=%2$s port=%3$d
          [pgbouncer]
          listen_addr = 127.0.0.1
          listen_port = %4$d
          unix_socket_dir =
          auth_type = scram-sha-256
          auth_file = %5$s
          pool_mode = transaction
          default_pool_size = %6$d
          """
              .formatted(database.name(), database.host(), database.port(), port, users, sessions));
      List<String> command = new ArrayList<>(List.of(program().orElseThrow().toString()));
      if (System.getProperty("user.name").equals("root")) {
        // It refuses to run as root.
        command.addAll(List.of("-u", "nobody"));
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
      }
      command.add(configuration.toString());
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      PoolingProxy proxy = new PoolingProxy(process, directory, port);
      proxy.awaitUp();
      return proxy;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public int port() {
    return port;
  }

  @Override
  public void close() {
    process.destroy();
    try (Stream<Path> files = Files.list(directory)) {
      process.waitFor();
      for (Path file : files.toList()) {
        Files.delete(file);
      }
      Files.delete(directory);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Its log says when; from then on somebody has to read it, or it stops writing and working. */
  private void awaitUp() throws IOException {
    BufferedReader log =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    StringBuilder said = new StringBuilder();
    for (@Nullable String line = log.readLine(); line != null; line = log.readLine()) {
      said.append(line).append('\n');
      if (line.contains("process up")) {
        Thread.ofVirtual().start(() -> log.lines().forEach(_ -> {}));
        return;
      }
    }
    throw new IOException("pgbouncer did not start:\n" + said);
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 0, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
