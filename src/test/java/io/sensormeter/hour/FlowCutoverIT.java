package io.sensormeter.hour;

import static java.util.stream.Collectors.collectingAndThen;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toList;
import static org.assertj.core.api.Assertions.assertThat;

import io.sensormeter.local.Pipeline;
import io.sensormeter.local.Printed;
import io.sensormeter.local.postgres.LocalDatabase;
import io.sensormeter.local.postgres.TwoMeters;
import io.sensormeter.local.stripe.ReceivedEvent;
import io.sensormeter.meter.Hour;
import io.sensormeter.meter.MeterKind;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A flow goes live beside a gauge. Hours are event hours: each is billed once from the first one
 * on, and none before, though the tick at H reads a flow's hour H − 1.
 */
@Tag("postgres")
final class FlowCutoverIT extends HourFixture {
  private static final Hour MIDNIGHT = Hour.parse("2026-11-22T00Z");

  private final LocalDatabase database = ownSource();

  @BeforeEach
  void oneOrganization() {
    meter(MeterKind.SUM_HOURLY);
    meter(TwoMeters.READINGS, MeterKind.SUM);
    stripe.addCustomer("cus_a");
    reading(database, "a", "cus_a", Pipeline.METER, "5");
    reading(database, "a", "cus_a", TwoMeters.READINGS, "70");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          # BILL_FROM | gauge from= | flow from= | ticks                | gauge's hours | flow's hours
          14          |             |            | 12 13 14 15 16       | 14-16         | 14-15
          14          |             |            | 12 17                | 14-17         | 14-16
          14          |             |            | 12 13 14 17          | 14-17         | 14-16
          14          |             | 16         | 13 14 15 16 17 18    | 14-18         | 16-17
          14          |             | 16         | 13 14 15 18          | 14-18         | 16-17
          14          |             | 16         | 13 19                | 14-19         | 16-18
          14          |             | 12         | 13 14 15             | 14-15         | 14-14
          # Taken over from a job whose run at H:00 reported the hour before it.
          13          | 14          |            | 11 12 13 14 15       | 14-15         | 13-14
          13          | 14          |            | 12 15                | 14-15         | 13-14
          """)
  void eachEventHourIsBilledOnceFromTheFirstOneOn(
      int billFrom,
      @Nullable Integer gaugeFrom,
      @Nullable Integer flowFrom,
      String ticks,
      String gauge,
      String flow) {
    Pipeline pipeline = live(billFrom, gaugeFrom, flowFrom);

    for (String tick : ticks.split(" ", -1)) {
      toHour(hour(Integer.parseInt(tick)));
      tick(pipeline);
      drain(pipeline);
    }

    assertThat(billed()).containsEntry(Pipeline.METER, hours(gauge));
    assertThat(billed()).containsEntry(TwoMeters.READINGS, hours(flow));
    assertAgreement(pipeline);
  }

  /** Set late, after hours that should have been billed were captured in shadow. */
  @Test
  void releaseBillsTheEventHoursSinceBillFromThatWereCapturedInShadowAndNoneBefore() {
    Pipeline shadow = pipeline(database, settings("", null, null));
    for (int tick = 13; tick <= 16; tick++) {
      toHour(hour(tick));
      tick(shadow);
    }
    Pipeline pipeline = live(14, null, null);
    toHour(hour(17));
    Printed printed = Printed.by(() -> tick(pipeline));
    drain(pipeline);

    // The gauge's 14, 15 and 16; the flow's 14 and 15, which the ticks at 15 and 16 have read.
    assertThat(printed.metric("HoursShadowedAfterLive")).isEqualTo(3);
    assertThat(billed()).containsEntry(Pipeline.METER, hours("17-17"));
    assertThat(billed()).containsEntry(TwoMeters.READINGS, hours("16-16"));

    pipeline.invoke(
        pipeline.newScheduler(),
        """
        {"command": "release", "from": "%s", "to": "%s", "by": "ada"}
        """
            .formatted(hour(14).start(), hour(16).start()));
    drain(pipeline);

    assertThat(billed()).containsEntry(Pipeline.METER, hours("14-17"));
    assertThat(billed()).containsEntry(TwoMeters.READINGS, hours("14-16"));
    toHour(hour(18));
    assertThat(Printed.by(() -> tick(pipeline)).metric("HoursShadowedAfterLive")).isZero();
    drain(pipeline);
    assertAgreement(pipeline);
  }

  /** A gauge's hour 14 was read at 14:00, a flow's is read at 15:00. */
  @Test
  void hourThatWasReadAsAGaugeInShadowIsNotReleasedOnceTheMeterIsBilledAsAFlow() {
    String asGauge = "%s:sum".formatted(TwoMeters.READINGS);
    Pipeline shadow =
        pipeline(database, Map.of("SOURCE", "own", "METERS", asGauge, "BILL_FROM", ""));
    toHour(hour(14));
    tick(shadow);
    Pipeline pipeline =
        pipeline(
            database,
            Map.of(
                "SOURCE",
                "own",
                "METERS",
                asGauge + ":past-hour",
                "BILL_FROM",
                hour(14).toString()));
    toHour(hour(15));
    tick(pipeline);

    Map<String, Object> answer =
        pipeline.invoke(
            pipeline.newScheduler(),
            """
            {"command": "release", "from": "%1$s", "to": "%1$s", "by": "ada"}
            """
                .formatted(hour(14).start()));
    drain(pipeline);

    assertThat(answer).containsEntry("released", List.of()).containsKey("stayInShadow");
    assertThat(billed()).containsOnlyKeys(TwoMeters.READINGS);
    assertThat(billed()).containsEntry(TwoMeters.READINGS, hours("14-14"));
    assertAgreement(pipeline);
  }

  /** The first tick that bills answers for 23 hours before its own: of a flow, one earlier each. */
  @Test
  void rejectionInTheOldestHourOfAFlowThatIsBilledRings() {
    reading(database, "b", "", TwoMeters.READINGS, "3");
    database.createSource(
        """
        language sql stable as $$ select * from public.readings
          where organization = 'a' or at = timestamptz '%s' $$
        """
            .formatted(hour(1).start()));
    Pipeline pipeline = live(-48, null, null);
    toHour(hour(24));
    Printed printed = Printed.by(() -> tick(pipeline));
    drain(pipeline);

    assertThat(billed()).containsEntry(Pipeline.METER, hours("1-24"));
    assertThat(billed())
        .as("what leaves a day late is asked for first")
        .containsEntry(TwoMeters.READINGS, hours("5-23"));
    assertThat(printed.metric("OrganizationsNewlyRejected")).isEqualTo(1);
    assertThat(printed.metric("OpenRejected")).isEqualTo(1);
    verify(pipeline);
    // That Stripe shows nothing of it counts once it shows what it took since.
    for (int i = 25; i < 31; i++) {
      nextHour(pipeline);
      verify(pipeline);
    }
    assertThat(billed()).containsEntry(TwoMeters.READINGS, hours("0-29"));
    assertAgreement(pipeline);
  }

  private Pipeline live(int billFrom, @Nullable Integer gaugeFrom, @Nullable Integer flowFrom) {
    return pipeline(database, settings(hour(billFrom).toString(), gaugeFrom, flowFrom));
  }

  private static Map<String, String> settings(
      String billFrom, @Nullable Integer gaugeFrom, @Nullable Integer flowFrom) {
    return Map.of(
        "SOURCE",
        "own",
        "VERIFY_EVERY_HOURS",
        "2",
        "BILL_FROM",
        billFrom,
        "METERS",
        "%s:sum-hourly%s,%s:sum:past-hour%s"
            .formatted(Pipeline.METER, from(gaugeFrom), TwoMeters.READINGS, from(flowFrom)));
  }

  private static String from(@Nullable Integer hour) {
    return hour == null ? "" : ":from=" + hour(hour).start();
  }

  private static Hour hour(int hour) {
    return hour < 0 ? MIDNIGHT.minusHours(-hour) : MIDNIGHT.plusHours(hour);
  }

  /** From and to, both included. */
  private static List<Hour> hours(String range) {
    String[] ends = range.split("-", -1);
    return LongStream.rangeClosed(Long.parseLong(ends[0]), Long.parseLong(ends[1]))
        .mapToObj(MIDNIGHT::plusHours)
        .toList();
  }

  /** The event hours that Stripe holds of each meter, in order, doubled ones twice. */
  private Map<String, List<Hour>> billed() {
    return stripe.acceptedEvents().stream()
        .collect(
            groupingBy(
                ReceivedEvent::eventName,
                mapping(
                    event -> Hour.floor(event.timestamp()),
                    collectingAndThen(toList(), hours -> hours.stream().sorted().toList()))));
  }
}
