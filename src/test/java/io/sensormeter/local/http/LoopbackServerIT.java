package io.sensormeter.local.http;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Connections to the byte: a client with a pool would hide that one was closed. */
final class LoopbackServerIT {
  private static final int CONNECTIONS = 3_000;

  private final LoopbackServer server =
      LoopbackServer.start(Map.of("/", LoopbackServerIT::nothing));
  private final List<Socket> connections = new ArrayList<>();

  @AfterEach
  void close() throws IOException {
    for (Socket connection : connections) {
      connection.close();
    }
    server.close();
  }

  @Test
  void noConnectionIsClosedWhileItIsIdleHoweverManyThereAre() throws IOException {
    for (int i = 0; i < CONNECTIONS; i++) {
      Socket connection = connect();
      connections.add(connection);
      assertThat(answer(connection)).as("first answer on connection %d", i).startsWith("HTTP/1.1");
    }

    for (int i = 0; i < CONNECTIONS; i++) {
      assertThat(answer(connections.get(i)))
          .as("second answer on connection %d", i)
          .startsWith("HTTP/1.1");
    }
  }

  private Socket connect() throws IOException {
    int port = Integer.parseInt(server.address().substring(server.address().indexOf(':') + 1));
    return new Socket(InetAddress.getLoopbackAddress(), port);
  }

  /** Empty if the server has closed the connection. */
  private static String answer(Socket connection) throws IOException {
    connection.getOutputStream().write("GET / HTTP/1.1\r\nHost: any\r\n\r\n".getBytes(US_ASCII));
    var in = new BufferedReader(new InputStreamReader(connection.getInputStream(), US_ASCII));
    StringBuilder answer = new StringBuilder();
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      if (line.isEmpty()) {
        return answer.toString();
      }
      answer.append(line).append('\n');
    }
    return "";
  }

  private static void nothing(HttpExchange exchange) throws IOException {
    try (exchange) {
      exchange.sendResponseHeaders(204, -1);
    }
  }
}
