package io.sensormeter.hour;

import static org.assertj.core.api.Assertions.assertThat;

import io.sensormeter.local.Pipeline;
import io.sensormeter.local.Services;
import io.sensormeter.local.postgres.LocalDatabase;
import io.sensormeter.meter.MeterKind;
import io.sensormeter.scheduler.SchedulerHandler;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A rotation changes the database's password first, and the secret some time after it. */
@Tag("postgres")
final class LateRotationIT extends HourFixture {
  private static final int ORGANIZATIONS = 12;

  /**
   * How often the secret, read again, still has the refused password: before each further reading
   * the function waits, longer every time. The first wait is two seconds of real time; more of them
   * would be a slow test.
   */
  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void tickWaitsForASecretThatFollowsThePasswordLate(int staleReads) {
    meter(MeterKind.SUM_HOURLY);
    LocalDatabase database = application(ORGANIZATIONS);
    Pipeline pipeline = pipeline(database, Map.of());
    SchedulerHandler scheduler = pipeline.newScheduler();
    tick(pipeline, scheduler, HOUR);
    drain(pipeline);
    String secret = pipeline.environment().getOrDefault("DATABASE_SECRET_ARN", "");
    int reads = Services.secrets().reads(secret);

    rotate(database, secret, staleReads);
    toHour(HOUR.plusHours(1));
    long began = System.nanoTime();
    assertThat(tick(pipeline, scheduler, HOUR.plusHours(1)))
        .containsEntry("complete", true)
        .containsEntry("published", ORGANIZATIONS);

    assertThat(Duration.ofNanos(System.nanoTime() - began))
        .isGreaterThanOrEqualTo(Duration.ofSeconds(2L * staleReads));
    assertThat(Services.secrets().reads(secret)).isEqualTo(reads + staleReads + 1);
    drain(pipeline);
    assertThat(reports(pipeline, "accepted")).isEqualTo(2L * ORGANIZATIONS);
    assertAgreement(pipeline);
  }

  @Test
  void coldFunctionThatReadTheSecretBeforeItFollowedReadsItOnceMore() {
    meter(MeterKind.SUM_HOURLY);
    LocalDatabase database = application(ORGANIZATIONS);
    Pipeline pipeline = pipeline(database, Map.of());
    String secret = pipeline.environment().getOrDefault("DATABASE_SECRET_ARN", "");
    rotate(database, secret, 1);

    assertThat(tick(pipeline)).containsEntry("complete", true);

    assertThat(Services.secrets().reads(secret)).isEqualTo(2);
    drain(pipeline);
    assertThat(reports(pipeline, "accepted")).isEqualTo(ORGANIZATIONS);
    assertAgreement(pipeline);
  }

  private static void rotate(LocalDatabase database, String secret, int staleReads) {
    database.changePassword("rotated");
    Services.secrets().putAfterReads(secret, staleReads, database.secretJson());
    // Or the old connection would live on, as it does on AWS.
    database.execute(
        "select pg_terminate_backend(pid) from pg_stat_activity where usename = '%s'"
            .formatted(database.user()));
  }
}
