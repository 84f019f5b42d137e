package io.sensormeter.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.sensormeter.local.aws.WidgetConsole;
import io.sensormeter.local.postgres.ApplicationData;
import io.sensormeter.local.postgres.LocalDatabase;
import io.sensormeter.local.stripe.FakeStripe;
import io.sensormeter.local.stripe.Formula;
import io.sensormeter.meter.Hour;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is served on this machine is for this machine. */
final class ServedPagesIT {
  private static final Hour FIRST = Hour.parse("2026-11-22T14Z");

  private final RunningClock clock = new RunningClock();
  private final FakeStripe stripe = FakeStripe.start(clock);
  private final Pipeline pipeline = served(Services.postgres().newDatabase());
  private final Consumers consumers = new Consumers(pipeline);
  private final Demonstration demonstration =
      new Demonstration(pipeline, consumers, Services.sqs(), clock, _ -> null);
  private final ServedPages pages =
      ServedPages.start(demonstration, new WidgetConsole(pipeline.newView()), clock::instant);

  private Pipeline served(LocalDatabase database) {
    clock.set(FIRST.minusHours(1).start());
    ApplicationData.insertOrganizations(database, 2, 5, FIRST.minusHours(240).start());
    stripe.addMeter(Pipeline.METER, Formula.SUM, "hour");
    stripe.addCustomer(ApplicationData.customerId(1));
    stripe.addCustomer(ApplicationData.customerId(2));
    return new Pipeline(
        database,
        Services.sqs(),
        Services.secrets(),
        stripe,
        clock,
        Map.of("BILL_FROM", FIRST.toString()));
  }

  @BeforeEach
  void anHour() {
    demonstration.hour();
    demonstration.await();
  }

  @AfterEach
  void close() {
    pages.close();
    demonstration.close();
    consumers.close();
    pipeline.close();
    stripe.close();
  }

  @Test
  void whoComesByAnotherNameOrFromAnotherSiteIsRefused() throws IOException {
    String own = pages.address().getAuthority();

    assertThat(get("/", own, "")).startsWith("HTTP/1.1 200").contains("Was every hour billed?");
    assertThat(get("/", own.replace("127.0.0.1", "localhost"), "")).startsWith("HTTP/1.1 200");
    assertThat(get("/", "evil.example", "")).startsWith("HTTP/1.1 403");
    assertThat(get("/", own + ".evil.example", "")).startsWith("HTTP/1.1 403");
    for (String origin : new String[] {"https://evil.example", "null", "http://127.0.0.1"}) {
      assertThat(post("hour", own, "Origin: " + origin)).startsWith("HTTP/1.1 403");
    }
    assertThat(Hour.floor(clock.instant())).as("no hour has passed").isEqualTo(FIRST);

    assertThat(post("hour", own, "Origin: http://" + own)).startsWith("HTTP/1.1 303");
    demonstration.await();
    assertThat(Hour.floor(clock.instant())).isEqualTo(FIRST.plusHours(1));
    assertThat(post("everything", own, "")).startsWith("HTTP/1.1 400");
  }

  @Test
  void pagesAreLiveButWhereSomebodyTypesAndNothingRunsThere() throws IOException {
    String own = pages.address().getAuthority();
    String of = ApplicationData.organizationId(1);

    assertThat(get("/?a.page=hours", own, ""))
        .contains("http-equiv=\"refresh\" content=\"2\"", "default-src 'none'")
        .doesNotContain("<script", "cwdb-action");
    assertThat(get("/?a.page=customer&search=" + of, own, ""))
        .contains("href=\"/month.csv?a.page=customer")
        .doesNotContain("http-equiv=\"refresh\"");
    assertThat(get("/month.csv?a.page=customer&search=" + of, own, ""))
        .contains("attachment; filename=\"month.csv\"", "\r\n2026-11-22T14Z,2026-11-22,");
  }

  private String get(String path, String host, String header) throws IOException {
    return send("GET " + path, host, header, "");
  }

  private String post(String asked, String host, String header) throws IOException {
    return send("POST /do", host, header, "do=" + asked);
  }

  /** As it is: a client of the JDK's does not let another name be given. */
  private String send(String request, String host, String header, String body) throws IOException {
    URI address = pages.address();
    try (Socket socket = new Socket(address.getHost(), address.getPort())) {
      String head =
          "%s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\nContent-Length: %d\r\n%s\r\n"
              .formatted(request, host, body.length(), header.isEmpty() ? "" : header + "\r\n");
      socket.getOutputStream().write((head + body).getBytes(StandardCharsets.US_ASCII));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
