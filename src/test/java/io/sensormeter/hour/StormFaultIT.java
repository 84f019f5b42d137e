package io.sensormeter.hour;

import static org.assertj.core.api.Assertions.assertThat;

import io.sensormeter.local.Pipeline;
import io.sensormeter.local.aws.EventSource;
import io.sensormeter.local.aws.SqsWire;
import io.sensormeter.local.aws.TestContext;
import io.sensormeter.local.postgres.DatabaseWire;
import io.sensormeter.local.postgres.LocalDatabase;
import io.sensormeter.local.stripe.Fault;
import io.sensormeter.local.stripe.MeterEventCall;
import io.sensormeter.meter.Hour;
import io.sensormeter.meter.MeterKind;
import io.sensormeter.scheduler.SchedulerHandler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Everything fails at once, for hours, by chance; then the storm ends. */
@Tag("postgres")
final class StormFaultIT extends HourFixture {
  private static final int ORGANIZATIONS = 40;
  private static final int HOURS = 6;

  private final long seed = Long.getLong("seed", System.nanoTime());
  private final Random random = new Random(seed);
  private final Map<Object, Integer> times = new ConcurrentHashMap<>();

  @ParameterizedTest
  @EnumSource(
      value = MeterKind.class,
      names = {"SUM_HOURLY", "SUM"})
  void afterTheStormLedgerAndStripeAgreeUnitForUnitAndNothingIsThereTwice(MeterKind kind) {
    System.out.println("StormFaultIT: -Dseed=" + seed);
    meter(kind);
    LocalDatabase database = application(ORGANIZATIONS);
    DatabaseWire databaseWire = databaseWire(database);
    SqsWire sqsWire = sqsWire();
    Pipeline pipeline =
        pipeline(
            database,
            Map.of(
                "METERS", "active_sensors:" + kind.label(),
                "DATABASE_PORT", String.valueOf(databaseWire.port()),
                "SQS_ENDPOINT", sqsWire.endpoint().toString()));
    letTimePass(pipeline);
    SchedulerHandler scheduler = pipeline.newScheduler();
    EventSource reporter = pipeline.newReporter();
    EventSource recorder = pipeline.newRecorder();

    stripe.script(this::stripeFault);
    sqsWire.script(this::sqsFault);
    reporter.kills(kill -> random.nextInt(8) == 0).contexts(this::perhapsLittleTime);
    recorder.kills(kill -> random.nextInt(8) == 0);
    for (int i = 0; i < HOURS; i++) {
      Hour hour = HOUR.plusHours(i);
      toHour(hour);
      // The tick, and the two times it is tried again.
      for (int attempt = 0; attempt < 3; attempt++) {
        databaseWire.cutAtCommit(random.nextInt(14), oneOf(DatabaseWire.Cut.values()));
        if (failureOfTick(pipeline, scheduler, hour).isEmpty()) {
          break;
        }
        clock.advance(Duration.ofMinutes(attempt + 1));
      }
      databaseWire.cutAtCommit(random.nextInt(3), oneOf(DatabaseWire.Cut.values()));
      deliverUnreliably(pipeline.reportsUrl());
      reporter.drain(ROUNDS);
      deliverUnreliably(pipeline.outcomesUrl());
      recorder.drain(ROUNDS);
    }
    assertThat(stripe.answers()).as("answers of the storm").containsKeys(200, 429, 500);
    assertThat(stripe.unanswered()).isPositive();

    stripe.script(call -> null);
    sqsWire.calm();
    databaseWire.cutAtCommit(0, DatabaseWire.Cut.BEFORE);
    for (int i = 0; i < 3; i++) {
      nextHour(pipeline);
    }

    assertThat(reports(pipeline)).isEqualTo((HOURS + 3L) * ORGANIZATIONS);
    assertThat(reports(pipeline, "accepted")).isEqualTo((HOURS + 3L) * ORGANIZATIONS);
    assertThat(stripe.acceptedEvents()).hasSize((HOURS + 3) * ORGANIZATIONS);
    assertAgreement(pipeline);
  }

  /** 1 in 10 answers lost after processing, 1 in 10 throttled, 1 in 20 a 500. */
  private @Nullable Fault stripeFault(MeterEventCall call) {
    int chance = chance(String.valueOf(call.identifier()), 20);
    if (chance < 2) {
      return new Fault.ResetAfterProcessing();
    }
    if (chance < 4) {
      return new Fault.RateLimited("global-rate");
    }
    return chance < 5 ? new Fault.ServerError() : null;
  }

  private SqsWire.@Nullable Fault sqsFault(SqsWire.Call call) {
    if (!call.sends()) {
      return null;
    }
    return switch (chance(call.bodies(), 20)) {
      case 0 -> new SqsWire.Fault.Refused(500, "InternalFailure");
      case 1 -> new SqsWire.Fault.ResetBefore();
      case 2 -> new SqsWire.Fault.ResetAfter();
      case 3, 4 -> new SqsWire.Fault.EntriesRefused(body -> chance(body, 3) == 0);
      default -> null;
    };
  }

  /** What a call meets hangs on what it carries and how often it came, not on other threads. */
  private int chance(Object what, int bound) {
    int time = times.merge(what, 1, Integer::sum);
    return new Random(seed ^ ((long) Objects.hash(what, time) << 16)).nextInt(bound);
  }

  /** Of the messages some get lost, some come twice, and none in order. */
  private void deliverUnreliably(String queueUrl) {
    List<String> delivered = new ArrayList<>();
    for (String body : take(queueUrl)) {
      int chance = random.nextInt(10);
      delivered.addAll(Collections.nCopies(chance == 0 ? 0 : chance < 3 ? 2 : 1, body));
    }
    Collections.shuffle(delivered, random);
    send(queueUrl, delivered);
  }

  private TestContext perhapsLittleTime() {
    return new TestContext(Duration.ofSeconds(random.nextInt(4) == 0 ? 14 : 300));
  }

  private <T> T oneOf(T[] values) {
    return values[random.nextInt(values.length)];
  }
}
