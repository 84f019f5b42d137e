package io.sensormeter.stripe;

import static org.assertj.core.api.Assertions.assertThat;

import io.sensormeter.World;
import io.sensormeter.config.Secrets;
import io.sensormeter.config.StripeMode;
import io.sensormeter.local.Services;
import io.sensormeter.local.SettableClock;
import io.sensormeter.meter.Copy;
import io.sensormeter.meter.Hour;
import io.sensormeter.meter.Identifier;
import io.sensormeter.meter.MeterKind;
import io.sensormeter.meter.ReportKey;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;

/** Meter events over the wire, a key in Secrets Manager, and one copy to send. */
abstract class StripeFixture {
  /** Of this class alone: others run beside it. */
  final String arn =
      "arn:aws:secretsmanager:us-east-1:000000000000:secret:stripe-key-"
          + getClass().getSimpleName();

  static final String KEY = "rk_test_first";
  static final Instant NOW = Instant.parse("2026-11-22T14:00:05Z");
  static final Copy COPY = copy("org+1");
  static final String OURS = "active_sensors:org+1:2026-11-22T14Z";

  /** How long a test waits for what has to happen at once. */
  static final Duration SOON = Duration.ofSeconds(5);

  final SettableClock clock = new SettableClock(NOW);
  final World world = World.of(clock);
  final Secrets secrets = new Secrets(Services.secrets().client());
  private int readsBefore;

  @BeforeEach
  void putKey() {
    Services.secrets().put(arn, KEY);
    readsBefore = Services.secrets().reads(arn);
  }

  int secretReads() {
    return Services.secrets().reads(arn) - readsBefore;
  }

  MeterEvents events(RawServer server) {
    return events(server, StripeCalls.TIMEOUT);
  }

  MeterEvents events(RawServer server, Duration callTimeout) {
    return events(server, StripeMode.TEST, callTimeout);
  }

  MeterEvents events(RawServer server, StripeMode mode, Duration callTimeout) {
    return new MeterEvents(calls(server, mode, callTimeout), mode);
  }

  StripeCalls calls(RawServer server, StripeMode mode, Duration callTimeout) {
    return new StripeCalls(
        server.base(), secrets, arn, mode, world.time(), world.stripeHttp(), callTimeout);
  }

  static Copy copy(String organization) {
    ReportKey key =
        new ReportKey(Hour.parse("2026-11-22T14:00:00Z"), "active_sensors", organization, 0);
    return new Copy(
        key,
        MeterKind.SUM_HOURLY,
        key.hour(),
        25,
        "cus_1",
        Identifier.of(key),
        NOW,
        NOW.plusSeconds(6_000));
  }

  /** Stripe's answer to an event it took. */
  static String event(String identifier) {
    return """
    {"object":"billing.meter_event","identifier":"%s","event_name":"active_sensors",\
    "created":1795356005,"livemode":false,"payload":{"value":"25"},"timestamp":1795356000}\
    """
        .formatted(identifier);
  }

  /** Until all who are awaited have come, or the test fails. */
  static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  static String error(String message) {
    return "{\"error\":{\"type\":\"invalid_request_error\",\"message\":\"%s\"}}".formatted(message);
  }
}
