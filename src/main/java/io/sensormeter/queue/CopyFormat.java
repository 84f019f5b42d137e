package io.sensormeter.queue;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import io.sensormeter.meter.Copy;
import io.sensormeter.meter.Hour;
import io.sensormeter.meter.Identifier;
import io.sensormeter.meter.MeterKind;
import io.sensormeter.meter.ReportKey;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The body of a message on the reports queue: one copy. Version 1 is stamped with the hour of its
 * report; version 2 names another one, which a reader of version 1 alone would not see.
 */
public final class CopyFormat {

  private static final int GAUGE = 1;
  private static final int FLOW = 2;

  private CopyFormat() {}

  private record Message(
      int v,
      String hour,
      String meter,
      String organization,
      int revision,
      String kind,
      long value,
      String customer,
      String identifier,
      String sendBefore,
      @JsonSetter(nulls = Nulls.SET) @Nullable String capturedAt,
      @JsonSetter(nulls = Nulls.SET) @Nullable String eventHour) {

    static Message of(Copy copy) {
      ReportKey key = copy.key();
      boolean isGauge = copy.eventHour().equals(key.hour());
      return new Message(
          isGauge ? GAUGE : FLOW,
          key.hour().toString(),
          key.meter(),
          key.organizationId(),
          key.revision(),
          copy.kind().label(),
          copy.value(),
          copy.stripeCustomerId(),
          copy.identifier().value(),
          copy.sendBefore().toString(),
          copy.capturedAt().toString(),
          isGauge ? null : copy.eventHour().toString());
    }

    Copy copy() {
      Hour reading = Hour.parse(hour);
      return new Copy(
          new ReportKey(reading, meter, organization, revision),
          MeterKind.parse(kind),
          v == GAUGE
              ? reading
              : Hour.parse(Messages.present("eventHour", eventHour, "version " + v)),
          value,
          customer,
          new Identifier(identifier),
          // The release before does not say: no report is older than its hour.
          capturedAt == null ? reading.start() : Messages.instant("capturedAt", capturedAt),
          Messages.instant("sendBefore", sendBefore));
    }
  }

  public static String encode(Copy copy) {
    return Messages.encode(Message.of(copy));
  }

  /**
   * Reads a body.
   *
   * @throws UnreadableMessage saying what is wrong; the message must not be deleted
   */
  public static Copy decode(@Nullable String body) throws UnreadableMessage {
    return Messages.decode(body, List.of(GAUGE, FLOW), Message.class, Message::copy);
  }
}
