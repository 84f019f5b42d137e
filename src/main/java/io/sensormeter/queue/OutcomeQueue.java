package io.sensormeter.queue;

import io.sensormeter.meter.Outcome;
import io.sensormeter.meter.Sighting;
import java.nio.charset.StandardCharsets;
import java.util.List;
import software.amazon.awssdk.services.sqs.SqsClient;

/** The outcomes queue, from its writing end. Thread-safe. */
public final class OutcomeQueue {

  /** SQS takes 1 MiB a message, attributes included (AWS, SQS quotas); the rest is a reserve. */
  static final int BODY_BYTES_MAX = 900 * 1024;

  private final SqsClient sqs;
  private final String url;

  public OutcomeQueue(SqsClient sqs, String url) {
    this.sqs = sqs;
    this.url = url;
  }

  /**
   * Sends what one batch came to in as few messages as hold it; none if it came to nothing. When
   * this returns, SQS has it all.
   *
   * @throws software.amazon.awssdk.core.exception.SdkException if SQS did not take one of the
   *     messages; some may have been taken, and may be sent again: outcomes are applied by
   *     precedence
   */
  public void send(OutcomeMessage message) {
    if (message.isEmpty()) {
      return;
    }
    String body = OutcomeFormat.encode(message);
    List<Outcome> outcomes = message.outcomes();
    if (outcomes.size() > 1 && isTooLong(body)) {
      int half = outcomes.size() / 2;
      send(new OutcomeMessage(outcomes.subList(0, half), message.refusedMeters()));
      send(new OutcomeMessage(outcomes.subList(half, outcomes.size()), List.of()));
      return;
    }
    put(body);
  }

  /** The same with what the verifier saw: sightings may come twice and in any order, too. */
  public void send(List<Sighting> sightings) {
    if (sightings.isEmpty()) {
      return;
    }
    String body = SightingFormat.encode(sightings);
    if (sightings.size() > 1 && isTooLong(body)) {
      int half = sightings.size() / 2;
      send(sightings.subList(0, half));
      send(sightings.subList(half, sightings.size()));
      return;
    }
    put(body);
  }

  private static boolean isTooLong(String body) {
    return body.getBytes(StandardCharsets.UTF_8).length > BODY_BYTES_MAX;
  }

  private void put(String body) {
    sqs.sendMessage(request -> request.queueUrl(url).messageBody(body));
  }
}
