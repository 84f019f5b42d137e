package io.sensormeter.hour;

import static org.assertj.core.api.Assertions.assertThat;

import io.sensormeter.local.Pipeline;
import io.sensormeter.local.Services;
import io.sensormeter.local.aws.SqsWire;
import io.sensormeter.local.aws.SqsWire.Fault;
import io.sensormeter.meter.MeterKind;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The reports queue fails while an hour is being published, and heals before the tick gives up. */
final class HealedQueueFaultIT extends HourFixture {
  private static final int ORGANIZATIONS = 30;

  /** The publisher tries five times; the third attempt is the one that goes through. */
  private static final int FAILING = 2;

  private final SqsWire wire = sqsWire();

  /** How many copies each request carried that also carried the chosen organization's. */
  private final List<Integer> attempts = new CopyOnWriteArrayList<>();

  @Test
  void entryThatFailsTwiceUnderHttp200IsTriedAgainAloneAndTheHourIsPublishedWhole() {
    meter(MeterKind.SUM);
    Pipeline pipeline = pipeline();
    String organization = anOrganization(pipeline);
    failTwice(organization, new Fault.EntriesRefused(body -> body.contains(organization)));

    assertThat(tick(pipeline))
        .containsEntry("complete", true)
        .containsEntry("published", ORGANIZATIONS);

    // The nine others were taken the first time.
    assertThat(attempts).containsExactly(10, 1, 1);
    assertPublishedOnce(pipeline);
  }

  /** With errors that the SDK does not try again by itself: an attempt is one call. */
  @ParameterizedTest
  @ValueSource(strings = {"AccessDenied", "InvalidSecurity"})
  void callThatFailsTwiceIsTriedAgainAndTheHourIsPublishedWhole(String code) {
    meter(MeterKind.SUM);
    Pipeline pipeline = pipeline();
    failTwice(anOrganization(pipeline), new Fault.Refused(403, code));

    assertThat(tick(pipeline))
        .containsEntry("complete", true)
        .containsEntry("published", ORGANIZATIONS);

    assertThat(attempts).containsExactly(10, 10, 10);
    assertPublishedOnce(pipeline);
  }

  /** The first two requests that carry the organization's copy. */
  private void failTwice(String organization, Fault fault) {
    wire.script(
        call -> {
          if (call.bodies().stream().noneMatch(body -> body.contains(organization))) {
            return null;
          }
          attempts.add(call.bodies().size());
          return attempts.size() <= FAILING ? fault : null;
        });
  }

  private Pipeline pipeline() {
    return pipeline(
        application(ORGANIZATIONS),
        Map.of("METERS", "active_sensors:sum", "SQS_ENDPOINT", wire.endpoint().toString()));
  }

  private static String anOrganization(Pipeline pipeline) {
    return pipeline
        .database()
        .queryTexts("select id::text from organizations order by 1 limit 1 offset 14")
        .getFirst();
  }

  /** Each copy left once, and each report has one event. */
  private void assertPublishedOnce(Pipeline pipeline) {
    assertThat(Services.sqs().bodies(pipeline.reportsUrl()))
        .hasSize(ORGANIZATIONS)
        .doesNotHaveDuplicates();
    drain(pipeline);
    assertThat(stripe.calls()).isEqualTo(ORGANIZATIONS);
    assertThat(reports(pipeline, "accepted")).isEqualTo(ORGANIZATIONS);
    assertAgreement(pipeline);
  }
}
