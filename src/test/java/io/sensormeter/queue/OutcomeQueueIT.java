package io.sensormeter.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.sensormeter.local.Services;
import io.sensormeter.local.aws.LocalSqs;
import io.sensormeter.meter.Hour;
import io.sensormeter.meter.Outcome;
import io.sensormeter.meter.ReportKey;
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

    queue.send(List.of());
    assertThat(sqs.depth(url)).isZero();

    queue.send(outcomes(100));
    assertThat(sqs.depth(url)).isOne();

    // 3 bytes a character in UTF-8: counted in characters they would fit.
    queue.send(outcomes(1_000));
    List<String> bodies = sqs.bodies(url);
    assertThat(bodies)
        .hasSize(3)
        .allSatisfy(
            body ->
                assertThat(body.getBytes(StandardCharsets.UTF_8).length)
                    .isLessThanOrEqualTo(OutcomeQueue.BODY_BYTES_MAX));
    List<Outcome> received = new ArrayList<>();
    for (String body : bodies) {
      received.addAll(OutcomeFormat.decode(body));
    }
    List<Outcome> sent = new ArrayList<>(outcomes(100));
    sent.addAll(outcomes(1_000));
    assertThat(received).containsExactlyInAnyOrderElementsOf(sent);

    assertThatExceptionOfType(SdkException.class)
        .isThrownBy(() -> new OutcomeQueue(sqs.client(), url + "x").send(outcomes(1)));
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
