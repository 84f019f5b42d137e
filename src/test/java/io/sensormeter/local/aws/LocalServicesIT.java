package io.sensormeter.local.aws;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.sensormeter.local.Services;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.secretsmanager.model.ResourceNotFoundException;
import software.amazon.awssdk.services.sqs.model.Message;

final class LocalServicesIT {
  private static final String ARN =
      "arn:aws:secretsmanager:us-east-1:000000000000:secret:database-AbCdEf";

  private final LocalSqs sqs = Services.sqs();
  private final LocalSecrets secrets = Services.secrets();

  @Test
  void depthCountsVisibleInFlightAndDelayedMessages() {
    String url = sqs.createQueue("depth", Duration.ofMinutes(5), 3);
    send(url, "in flight", 0);
    receiveOne(url);
    send(url, "visible", 0);
    send(url, "delayed", 600);

    assertThat(sqs.depth(url)).isEqualTo(3);
    assertThat(sqs.bodies(url)).containsExactly("visible");
    assertThat(sqs.bodies(url)).containsExactly("visible");
  }

  @Test
  void messageReceivedTooOftenIsDeadLettered() {
    String url = sqs.createQueue("too-often", Duration.ofMinutes(5), 2);
    send(url, "poison", 0);
    for (int i = 0; i < 2; i++) {
      Message message = receiveOne(url);
      sqs.client()
          .changeMessageVisibility(
              request ->
                  request
                      .queueUrl(url)
                      .receiptHandle(message.receiptHandle())
                      .visibilityTimeout(0));
    }

    assertThat(sqs.bodies(url)).isEmpty();
    assertThat(sqs.depth(url)).isZero();
    assertThat(sqs.bodies(sqs.deadLetterUrl("too-often"))).containsExactly("poison");
  }

  @Test
  void secretIsReadByTheSdkAndEveryReadIsCounted() {
    secrets.put(ARN, "{\"username\":\"a\",\"password\":\"b\"}");
    assertThat(read(ARN)).isEqualTo("{\"username\":\"a\",\"password\":\"b\"}");
    secrets.put(ARN, "rotated");
    assertThat(read(ARN)).isEqualTo("rotated");
    assertThat(secrets.reads(ARN)).isEqualTo(2);
    assertThat(secrets.reads("another")).isZero();
  }

  @Test
  void unknownSecretIsNotFound() {
    assertThatExceptionOfType(ResourceNotFoundException.class)
        .isThrownBy(() -> read("unknown"))
        .withMessageContaining("can't find the specified secret");
  }

  private String read(String arn) {
    return secrets.client().getSecretValue(request -> request.secretId(arn)).secretString();
  }

  private void send(String url, String body, int delaySeconds) {
    sqs.client()
        .sendMessage(request -> request.queueUrl(url).messageBody(body).delaySeconds(delaySeconds));
  }

  private Message receiveOne(String url) {
    return sqs.client()
        .receiveMessage(request -> request.queueUrl(url).maxNumberOfMessages(1))
        .messages()
        .getFirst();
  }
}
