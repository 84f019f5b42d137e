package io.sensormeter.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.sensormeter.local.Services;
import io.sensormeter.local.aws.LocalSqs;
import io.sensormeter.meter.Hour;
import io.sensormeter.meter.MeterRefusal;
import io.sensormeter.meter.Outcome;
import io.sensormeter.meter.ReportKey;
import io.sensormeter.meter.Sighting;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.exception.SdkException;

final class OutcomeQueueIT {

  @Test
  void batchIsOneMessageSplitOnlyWhereSqsWouldRefuseIt() throws Exception {
    LocalSqs sqs = Services.sqs();
    String url = sqs.createQueue("outcomes", Duration.ofMinutes(5), 10);
    OutcomeQueue queue = new OutcomeQueue(sqs.client(), url);

    queue.send(new OutcomeMessage(List.of(), List.of()));
    assertThat(sqs.depth(url)).isZero();

    queue.send(new OutcomeMessage(outcomes(100), List.of()));
    assertThat(sqs.depth(url)).isOne();

    // 3 bytes a character in UTF-8: counted in characters they would fit.
    MeterRefusal refusal = new MeterRefusal("m", Instant.EPOCH, "No active meter found.");
    queue.send(new OutcomeMessage(outcomes(1_000), List.of(refusal)));
    List<String> bodies = sqs.bodies(url);
    assertThat(bodies)
        .hasSize(3)
        .allSatisfy(
            body ->
                assertThat(body.getBytes(StandardCharsets.UTF_8).length)
                    .isLessThanOrEqualTo(OutcomeQueue.BODY_BYTES_MAX));
    List<Outcome> received = new ArrayList<>();
    List<MeterRefusal> refused = new ArrayList<>();
    for (String body : bodies) {
      received.addAll(OutcomeFormat.decode(body).outcomes());
      refused.addAll(OutcomeFormat.decode(body).refusedMeters());
    }
    List<Outcome> sent = new ArrayList<>(outcomes(100));
    sent.addAll(outcomes(1_000));
    assertThat(received).containsExactlyInAnyOrderElementsOf(sent);
    assertThat(refused).containsExactly(refusal);

    assertThatExceptionOfType(SdkException.class)
        .isThrownBy(
            () ->
                new OutcomeQueue(sqs.client(), url + "x")
                    .send(new OutcomeMessage(outcomes(1), List.of())));
  }

  @Test
  void sightingsAreSplitAsOutcomesAre() throws Exception {
    LocalSqs sqs = Services.sqs();
    String url = sqs.createQueue("sightings", Duration.ofMinutes(5), 10);
    OutcomeQueue queue = new OutcomeQueue(sqs.client(), url);
    List<Sighting> sightings =
        IntStream.range(0, 2_000)
            .mapToObj(
                i ->
                    (Sighting)
                        new Sighting.Refused(
                            "identifier-" + i,
                            "code",
                            "€".repeat(Outcome.MESSAGE_MAX),
                            Instant.EPOCH))
            .toList();

    queue.send(List.of());
    assertThat(sqs.depth(url)).isZero();
    queue.send(sightings);

    List<Sighting> received = new ArrayList<>();
    List<String> bodies = sqs.bodies(url);
    for (String body : bodies) {
      assertThat(body.getBytes(StandardCharsets.UTF_8).length)
          .isLessThanOrEqualTo(OutcomeQueue.BODY_BYTES_MAX);
      received.addAll(SightingFormat.decode(body));
    }
    assertThat(bodies).hasSize(2);
    assertThat(received).containsExactlyInAnyOrderElementsOf(sightings);
  }

  private static List<Outcome> outcomes(int count) {
    Hour hour = Hour.parse("2026-11-22T14:00:00Z");
    return IntStream.range(0, count)
        .mapToObj(
            i ->
                (Outcome)
                    new Outcome.Rejected(
                        new ReportKey(hour, "m", "€".repeat(190) + i, 0),
                        Instant.parse("2026-11-22T14:00:03Z"),
                        "req_1",
                        "code",
                        "€".repeat(Outcome.MESSAGE_MAX)))
        .toList();
  }
}
