package io.sensormeter.queue;

import io.sensormeter.meter.Copy;
import io.sensormeter.meter.Hour;
import io.sensormeter.meter.Identifier;
import io.sensormeter.meter.MeterKind;
import io.sensormeter.meter.ReportKey;
import org.jspecify.annotations.Nullable;

/** The body of a message on the reports queue, version {@value #VERSION}: one copy. */
public final class CopyFormat {

  static final int VERSION = 1;

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
      String sendBefore) {

    static Message of(Copy copy) {
      ReportKey key = copy.key();
      return new Message(
          VERSION,
          key.hour().toString(),
          key.meter(),
          key.organizationId(),
          key.revision(),
          copy.kind().label(),
          copy.value(),
          copy.stripeCustomerId(),
          copy.identifier().value(),
          copy.sendBefore().toString());
    }

    Copy copy() {
      return new Copy(
          new ReportKey(Hour.parse(hour), meter, organization, revision),
          MeterKind.parse(kind),
          value,
          customer,
          new Identifier(identifier),
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
    return Messages.decode(body, VERSION, Message.class, Message::copy);
  }
}
