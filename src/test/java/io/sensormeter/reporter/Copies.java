package io.sensormeter.reporter;

import com.amazonaws.services.lambda.runtime.events.SQSEvent.SQSMessage;
import io.sensormeter.meter.Copy;
import io.sensormeter.meter.Hour;
import io.sensormeter.meter.Identifier;
import io.sensormeter.meter.MeterKind;
import io.sensormeter.meter.ReportKey;
import io.sensormeter.queue.CopyFormat;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Copies as the ledger publishes them, and messages as Lambda delivers them. */
final class Copies {
  static final Hour HOUR = Hour.parse("2026-11-22T14:00:00Z");
  static final Instant SEND_BEFORE = HOUR.start().plusSeconds(110 * 60);

  private Copies() {}

  /** A first revision of {@link #HOUR}, whose customer is {@code cus_<organization>}. */
  static Copy copy(String organization, long value) {
    return copy(new ReportKey(HOUR, "active_sensors", organization, 0), MeterKind.SUM, value);
  }

  static Copy copy(ReportKey key, MeterKind kind, long value) {
    return new Copy(
        key,
        kind,
        key.hour(),
        value,
        "cus_" + key.organizationId(),
        Identifier.of(key),
        key.hour().start(),
        SEND_BEFORE);
  }

  static Copy withSendBefore(Copy copy, Instant sendBefore) {
    return new Copy(
        copy.key(),
        copy.kind(),
        copy.eventHour(),
        copy.value(),
        copy.stripeCustomerId(),
        copy.identifier(),
        copy.capturedAt(),
        sendBefore);
  }

  static Copy withCapturedAt(Copy copy, Instant capturedAt) {
    return new Copy(
        copy.key(),
        copy.kind(),
        copy.eventHour(),
        copy.value(),
        copy.stripeCustomerId(),
        copy.identifier(),
        capturedAt,
        copy.sendBefore());
  }

  static SQSMessage message(String id, Copy copy) {
    return message(id, CopyFormat.encode(copy), 1);
  }

  static SQSMessage message(String id, String body, int receiveCount) {
    SQSMessage message = new SQSMessage();
    message.setMessageId(id);
    message.setReceiptHandle("receipt of " + id);
    message.setBody(body);
    message.setAttributes(Map.of("ApproximateReceiveCount", Integer.toString(receiveCount)));
    return message;
  }

  /** What is not zero of a summary, without the sums of others. */
  static Map<Count, Integer> parts(ReporterSummary summary) {
    Map<Count, Integer> parts = new EnumMap<>(Count.class);
    for (Count count : Count.values()) {
      if (summary.of(count) != 0) {
        parts.put(count, summary.of(count));
      }
    }
    parts.keySet().removeAll(List.of(Count.DEFERRED, Count.SKIPPED, Count.OUTCOMES_SENT));
    return parts;
  }
}
