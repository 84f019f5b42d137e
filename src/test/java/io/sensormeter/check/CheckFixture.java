package io.sensormeter.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.sensormeter.local.Pipeline;
import io.sensormeter.local.Services;
import io.sensormeter.local.SettableClock;
import io.sensormeter.local.postgres.ApplicationData;
import io.sensormeter.local.postgres.LocalDatabase;
import io.sensormeter.local.stripe.FakeStripe;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A fresh application database with three organizations of 20 sensors, and the command check. */
abstract class CheckFixture {
  static final Instant NOW = Instant.parse("2026-11-22T14:20:00Z");

  // Not of all classes together: two of them run at once.
  private final FakeStripe stripe = FakeStripe.start(new SettableClock(NOW));

  LocalDatabase database;
  final SettableClock clock = new SettableClock(NOW);

  @AfterEach
  void stop() {
    stripe.close();
  }

  @BeforeEach
  void fillApplication() {
    database = Services.postgres().newDatabase();
    ApplicationData.insertOrganizations(database, 3, 20, NOW.minus(Duration.ofDays(30)));
  }

  /** What check answered. */
  record Answer(boolean ok, long warnings, Map<String, Finding> findings, String text) {

    Finding of(String item) {
      return Objects.requireNonNull(findings.get(item), item);
    }

    /** The items that are not ok. */
    List<String> bad() {
      return findings.values().stream().filter(f -> !f.isOk()).map(Finding::item).sorted().toList();
    }

    List<String> warned() {
      return findings.values().stream().filter(Finding::isWarning).map(Finding::item).toList();
    }
  }

  /** Runs the sample event in a new execution environment, and closes what it opened. */
  Answer check(Map<String, String> settings) {
    Answer answer;
    try (Pipeline pipeline = pipeline(settings)) {
      answer = check(pipeline);
    }
    assertThat(database.openConnections()).isZero();
    return answer;
  }

  Answer check(Pipeline pipeline) {
    try {
      return read(
          pipeline.invoke(
              pipeline.newScheduler(), Files.readString(Path.of("events", "check.json"))));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Pipeline pipeline(Map<String, String> settings) {
    Map<String, String> all =
        new HashMap<>(Map.of("BILL_FROM", "2026-11-22T14:00:00Z", "INVOICE_GRACE_HOURS", "72"));
    all.putAll(settings);
    return new Pipeline(database, Services.sqs(), Services.secrets(), stripe, clock, all);
  }

  private static Answer read(Map<String, Object> answer) {
    Map<String, Finding> findings = new TreeMap<>();
    for (Object each : (List<?>) Objects.requireNonNull(answer.get("findings"))) {
      Map<?, ?> finding = (Map<?, ?>) each;
      String item = String.valueOf(finding.get("item"));
      findings.put(
          item,
          new Finding(
              item,
              !Boolean.TRUE.equals(finding.get("ok"))
                  ? Finding.Level.BAD
                  : finding.containsKey("warning") ? Finding.Level.WARNING : Finding.Level.GOOD,
              String.valueOf(finding.get("says"))));
    }
    return new Answer(
        Boolean.TRUE.equals(answer.get("ok")),
        ((Number) Objects.requireNonNull(answer.get("warnings"))).longValue(),
        findings,
        answer.toString());
  }
}
