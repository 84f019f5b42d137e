package io.sensormeter.local;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import io.sensormeter.local.Demonstration.Trouble;
import io.sensormeter.local.aws.WidgetConsole;
import io.sensormeter.local.http.LoopbackServer;
import java.io.IOException;
import java.net.URI;
import java.net.URLDecoder;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;
import org.jspecify.annotations.Nullable;

/**
 * The pages of ViewFunction in a browser, with buttons that let hours pass and break things: for
 * demonstration only. Listens on loopback, and refuses who came by another name or from another
 * page: no page of somebody else's can press its buttons.
 */
final class ServedPages implements AutoCloseable {
  private static final String REFRESH_SECONDS = "2";

  private final Demonstration demonstration;
  private final WidgetConsole console;
  private final Supplier<Instant> now;
  private final LoopbackServer server;

  private ServedPages(Demonstration demonstration, WidgetConsole console, Supplier<Instant> now) {
    this.demonstration = demonstration;
    this.console = console;
    this.now = now;
    this.server = LoopbackServer.start(Map.of("/", this::handle));
  }

  static ServedPages start(
      Demonstration demonstration, WidgetConsole console, Supplier<Instant> now) {
    return new ServedPages(demonstration, console, now);
  }

  URI address() {
    return URI.create("http://" + server.address() + "/");
  }

  private record Answer(int status, String type, String body, Map<String, String> headers) {
    static Answer of(int status, String text) {
      return new Answer(status, "text/plain; charset=utf-8", text + "\n", Map.of());
    }

    static Answer html(String body) {
      return new Answer(200, "text/html; charset=utf-8", body, Map.of());
    }
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      Answer answer = answer(exchange);
      Headers headers = exchange.getResponseHeaders();
      headers.set("Content-Type", answer.type());
      headers.set("Cache-Control", "no-store");
      headers.set("X-Content-Type-Options", "nosniff");
      headers.set("Referrer-Policy", "same-origin");
      headers.set(
          "Content-Security-Policy",
          "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'self';"
              + " frame-ancestors 'none'; base-uri 'none'");
      answer.headers().forEach(headers::set);
      byte[] body = answer.body().getBytes(UTF_8);
      exchange.sendResponseHeaders(answer.status(), body.length == 0 ? -1 : body.length);
      exchange.getResponseBody().write(body);
    }
  }

  private Answer answer(HttpExchange exchange) throws IOException {
    String host = String.valueOf(exchange.getRequestHeaders().getFirst("Host"));
    String origin = exchange.getRequestHeaders().getFirst("Origin");
    List<String> own =
        List.of(server.address(), server.address().replace("127.0.0.1", "localhost"));
    if (!own.contains(host) || (origin != null && !origin.equals("http://" + host))) {
      return Answer.of(403, "This page is for this machine alone: open " + address());
    }
    String path = exchange.getRequestURI().getPath();
    Map<String, String> query = decoded(exchange.getRequestURI().getRawQuery());
    return switch (exchange.getRequestMethod() + " " + path) {
      case "GET /" -> Answer.html(page(query, exchange.getRequestURI().getRawQuery()));
      case "GET /month.csv" -> csv(query);
      case "POST /do" -> act(decoded(new String(exchange.getRequestBody().readAllBytes(), UTF_8)));
      case "GET /favicon.ico" -> new Answer(204, "image/x-icon", "", Map.of());
      default -> Answer.of(404, "There is no such page: open " + address());
    };
  }

  private Answer act(Map<String, String> form) {
    String asked = form.getOrDefault("do", "");
    switch (asked) {
      case "tick" -> demonstration.tick();
      case "hour" -> demonstration.hour();
      case "day" -> demonstration.day();
      case "purge" -> demonstration.purge();
      default -> {
        if (List.of(Trouble.values()).stream().noneMatch(one -> one.name().equals(asked))) {
          return Answer.of(400, "There is no such button");
        }
        demonstration.toggle(Trouble.valueOf(asked));
      }
    }
    String back = form.getOrDefault("back", "").replaceAll("[^A-Za-z0-9._~%=&+-]", "");
    return new Answer(303, "text/plain", "", Map.of("Location", "/?" + back));
  }

  /** The text field of a customer's page, as a file. */
  private Answer csv(Map<String, String> query) {
    Element field = console.answer(query, now.get()).selectFirst("textarea");
    return field == null
        ? Answer.of(404, "The ledger holds no report of these in this month")
        : new Answer(
            200,
            "text/csv; charset=utf-8",
            field.wholeText(),
            Map.of("Content-Disposition", "attachment; filename=\"month.csv\""));
  }

  private String page(Map<String, String> query, @Nullable String raw) {
    Element widget = console.answer(query, now.get());
    Element csv = widget.selectFirst("textarea");
    if (csv != null) {
      Objects.requireNonNull(csv.parent())
          .appendElement("p")
          .appendElement("a")
          .attr("href", "/month.csv?" + Objects.requireNonNullElse(raw, ""))
          .text("Download as a file");
    }
    return ServedFrame.around(widget, demonstration, query, Objects.requireNonNullElse(raw, ""))
        .outerHtml();
  }

  /** Whoever types is not disturbed, nor who wants to read in peace. */
  static void refresh(Document document, Map<String, String> query) {
    if (!"customer".equals(query.get("a.page")) && !"off".equals(query.get("v.live"))) {
      document
          .head()
          .appendElement("meta")
          .attr("http-equiv", "refresh")
          .attr("content", REFRESH_SECONDS);
    }
  }

  private static Map<String, String> decoded(@Nullable String encoded) {
    Map<String, String> fields = new LinkedHashMap<>();
    for (String pair : Objects.requireNonNullElse(encoded, "").split("&", -1)) {
      String[] parts = pair.split("=", 2);
      if (parts.length == 2) {
        fields.put(URLDecoder.decode(parts[0], UTF_8), URLDecoder.decode(parts[1], UTF_8));
      }
    }
    return fields;
  }

  @Override
  public void close() {
    server.close();
  }
}
