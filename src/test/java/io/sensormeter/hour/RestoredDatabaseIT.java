package io.sensormeter.hour;

import static org.assertj.core.api.Assertions.assertThat;

import io.sensormeter.local.Pipeline;
import io.sensormeter.local.Printed;
import io.sensormeter.local.Services;
import io.sensormeter.local.postgres.LocalDatabase;
import io.sensormeter.meter.Hour;
import io.sensormeter.meter.MeterKind;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A backup of thirty hours ago is restored, and the runbook's steps are followed. */
final class RestoredDatabaseIT extends HourFixture {
  private static final List<String> ORGANIZATIONS = List.of("a", "b", "c");

  /** Its copies have left and its outcomes have not come. */
  private static final int BACKUP = 5;

  /** The first hour that was not reported completely. */
  private static final int LOST = 36;

  private static final int FIRST_TICK = 38;
  private static final int END = 52;

  private LocalDatabase database = ownSource();

  @ParameterizedTest
  @EnumSource
  void whatStripeHoldsStaysAndWhatItLacksIsBilledOnce(MeterKind kind) {
    meter(kind);
    for (String organization : ORGANIZATIONS) {
      stripe.addCustomer("cus_" + organization);
      reading(database, organization, "cus_" + organization, Pipeline.METER, "0");
    }
    Pipeline before = pipeline(kind, Map.of());
    Warm first = Warm.of(before);
    hours(first, 0, BACKUP);
    toHour(BACKUP);
    first.tick(HOUR.plusHours(BACKUP));
    final LocalDatabase backup = Services.postgres().copy(database);
    Warm second = Warm.of(before);
    second.drain();
    hours(second, BACKUP + 1, LOST);
    assertThat(units()).isEqualTo(truth(0, LOST));

    // 1. and 2. No tick comes while it is restored, and the outcomes are purged.
    take(before.outcomesUrl());
    database = backup;
    // 3. and 4. The first hour that Stripe lacks is the first that is billed.
    Pipeline after =
        pipeline(
            kind,
            Map.of(
                "BILL_FROM", HOUR.plusHours(LOST).toString(),
                "REPORTS_QUEUE_URL", before.reportsUrl(),
                "OUTCOMES_QUEUE_URL", before.outcomesUrl(),
                "VERIFICATIONS_QUEUE_URL", before.verificationsUrl()));
    toHour(FIRST_TICK);
    assertThat(printed(after).metric("HoursShadowedAfterLive"))
        .as("of a last meter no earlier hour can be sent any more")
        .isEqualTo(kind == MeterKind.LAST ? 0 : LOST - BACKUP - 1);
    // 5. What stands in Stripe and not in the ledger is acknowledged, what waited is looked up.
    acknowledgeShadow(after);
    after.invoke(
        after.newScheduler(),
        "{\"command\": \"verify\", \"from\": \"%1$s\", \"to\": \"%1$s\"}"
            .formatted(HOUR.plusHours(BACKUP)));
    Warm third = Warm.of(after);
    third.drain();
    third.verify();
    hours(third, FIRST_TICK + 1, END);

    assertThat(printed(after).metric("HoursShadowedAfterLive")).isZero();
    third.drain();
    assertThat(statuses(0, BACKUP + 1)).containsOnly("verified");
    assertThat(statuses(BACKUP + 1, LOST)).containsOnly("shadow");
    assertThat(statuses(FIRST_TICK, END - 6)).containsOnly("verified");
    // Of the hours without a tick the source says what it says when the first one comes.
    assertThat(statuses(LOST, FIRST_TICK))
        .containsOnly(kind == MeterKind.LAST ? "superseded" : "verified");
    assertThat(units())
        .isEqualTo(
            truth(0, LOST)
                + (kind == MeterKind.LAST ? 0 : (FIRST_TICK - LOST) * truthOf(FIRST_TICK))
                + truth(FIRST_TICK, END));
    assertThat(stripe.acceptedEvents().stream().filter(e -> e.identifier().contains("22T19Z")))
        .as("events of the hour that was pending")
        .hasSize(kind == MeterKind.SUM_HOURLY ? 6 : 3);
  }

  private void hours(Warm warm, int from, int to) {
    for (int i = from; i < to; i++) {
      toHour(i);
      warm.tick(HOUR.plusHours(i));
      warm.drain();
      warm.verify();
    }
  }

  private void toHour(int i) {
    toHour(HOUR.plusHours(i));
    database.execute("update readings set value = ?", truthOf(i) / ORGANIZATIONS.size());
  }

  private static long truthOf(int i) {
    return ORGANIZATIONS.size() * (10L + i % 7);
  }

  private static long truth(int from, int to) {
    long units = 0;
    for (int i = from; i < to; i++) {
      units += truthOf(i);
    }
    return units;
  }

  private long units() {
    return stripe.total(Pipeline.METER).longValueExact();
  }

  private Pipeline pipeline(MeterKind kind, Map<String, String> others) {
    Map<String, String> settings =
        new HashMap<>(
            Map.of(
                "SOURCE", "own",
                "VERIFY_EVERY_HOURS", "2",
                "METERS", Pipeline.METER + ":" + kind.label()));
    settings.putAll(others);
    return pipeline(database, settings);
  }

  private Printed printed(Pipeline pipeline) {
    var scheduler = pipeline.newScheduler();
    return Printed.by(() -> tick(pipeline, scheduler, Hour.floor(clock.instant())));
  }

  private static void acknowledgeShadow(Pipeline pipeline) {
    pipeline.invoke(
        pipeline.newScheduler(),
        """
        {"command": "acknowledge", "from": "%s", "to": "%s", "code": "shadow", "by": "ann",
         "note": "sent before the backup was restored"}
        """
            .formatted(HOUR.plusHours(BACKUP + 1), HOUR.plusHours(LOST - 1)));
  }

  private List<String> statuses(int from, int to) {
    return database.queryTexts(
        """
        select status from metering.meter_report
        where hour >= ?::timestamptz and hour < ?::timestamptz
        """,
        HOUR.plusHours(from).start().toString(),
        HOUR.plusHours(to).start().toString());
  }
}
