package io.sensormeter.hour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.sensormeter.local.Pipeline;
import io.sensormeter.local.postgres.LocalDatabase;
import io.sensormeter.meter.MeterKind;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One ledger is one stack's and one mode's: a second deployment bills nothing by accident. */
@Tag("postgres")
final class OwnerIT extends HourFixture {
  private static final int ORGANIZATIONS = 3;
  private static final String ADOPT = "{\"command\":\"adopt\",\"by\":\"ann\"%s}";

  private LocalDatabase database;
  private Pipeline owner;

  @BeforeEach
  void captureAnHour() {
    meter(MeterKind.SUM_HOURLY);
    database = application(ORGANIZATIONS);
    owner = pipeline(database, Map.of());
    tick(owner);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"command\":\"tick\"}",
        "{\"command\":\"tick\",\"dryRun\":true}",
        "{\"command\":\"backfill\",\"from\":\"2026-11-22T13Z\",\"to\":\"2026-11-22T13Z\"}",
        "{\"command\":\"release\",\"from\":\"2026-11-22T14Z\",\"to\":\"2026-11-22T14Z\",\"by\":\"a\"}"
      })
  void ticksAndCommandsOfAnotherStackAreRefusedAndChangeNothing(String command) {
    Pipeline other = other();
    toHour(HOUR.plusHours(1));
    List<String> before = everything();

    assertThatIllegalStateException()
        .isThrownBy(() -> other.invoke(other.newScheduler(), command))
        .withMessageContaining("belongs to the stack local, this is other: nothing was done")
        .withMessageContaining("\"command\":\"adopt\"");

    assertThat(everything()).isEqualTo(before);
    assertThat(other.depth()).isZero();
    drain(owner);
    assertThat(stripe.acceptedEvents()).as("its copies have expired").isEmpty();
  }

  @Test
  void adoptHandsTheLedgerOverAndWhatTheOldStackSentIsStillRecorded() {
    Pipeline other = other();
    List<String> before = everything();
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                other.invoke(
                    other.newScheduler(), ADOPT.replace(",\"by\":\"ann\"", "").formatted("")))
        .withMessageContaining("\"by\"");
    assertThat(other.invoke(other.newScheduler(), ADOPT.formatted(",\"dryRun\":true")))
        .containsEntry("owner", "other")
        .containsEntry("before", "local");
    assertThat(owners()).containsExactly("local test");

    other.invoke(other.newScheduler(), ADOPT.formatted(""));

    assertThat(owners()).containsExactly("other test");
    assertThat(everything()).isEqualTo(before);
    toHour(HOUR.plusHours(1));
    assertThat(failureOfTick(owner, owner.newScheduler(), HOUR.plusHours(1)))
        .hasValueSatisfying(
            e -> assertThat(e).hasMessageContaining("belongs to the stack other, this is local"));
    // Its copies are sent and recorded before they expire, whoever owns the ledger by then.
    toHour(HOUR);
    drain(owner);
    assertThat(reports(other, "accepted")).isEqualTo(ORGANIZATIONS);

    toHour(HOUR.plusHours(1));
    tick(other);
    drain(other);
    assertThat(reports(other, "accepted")).isEqualTo(2L * ORGANIZATIONS);
    assertAgreement(other);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"command\":\"tick\"}",
        "{\"command\":\"adopt\",\"by\":\"ann\"}",
        "{\"command\":\"adopt\",\"by\":\"ann\",\"dryRun\":true}"
      })
  void stripesOtherModeIsRefusedForGood(String command) {
    Pipeline live = pipeline(database, Map.of("STACK", "other", "STRIPE_MODE", "live"));

    assertThatIllegalStateException()
        .isThrownBy(() -> live.invoke(live.newScheduler(), command))
        .withMessageContaining("the ledger is of Stripe's test mode, STRIPE_MODE says live")
        .withMessageContaining("begin on an empty schema");

    assertThat(owners()).containsExactly("local test");
    drain(owner);
  }

  private Pipeline other() {
    return pipeline(database, Map.of("STACK", "other"));
  }

  private List<String> owners() {
    return database.queryTexts("select owner || ' ' || mode from metering.stack");
  }

  /** Reports, ticks and meters. */
  private List<String> everything() {
    return database.queryTexts(
        """
        select r::text from metering.meter_report r union all
        select t::text from metering.tick t union all
        select m::text from metering.meter m order by 1
        """);
  }
}
