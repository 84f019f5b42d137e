package io.sensormeter.queue;

import io.sensormeter.meter.Copy;
import io.sensormeter.meter.Identifier;
import io.sensormeter.meter.MeterKind;
import org.jspecify.annotations.Nullable;

/**
 * The body of a message on the reports queue, version {@value #VERSION}: one copy. Fields may be
 * added within a version, so that two releases can stand side by side; a reader ignores what it
 * does not know.
 */
public final class CopyFormat {

  static final int VERSION = 1;

  private CopyFormat() {}

  public static String encode(Copy copy) {
    return Json.object(
        json -> {
          json.writeNumberField("v", VERSION);
          Json.writeKey(json, copy.key());
          json.writeStringField("kind", copy.kind().label());
          json.writeNumberField("value", copy.value());
          json.writeStringField("customer", copy.stripeCustomerId());
          json.writeStringField("identifier", copy.identifier().value());
          json.writeStringField("sendBefore", copy.sendBefore().toString());
        });
  }

  /**
   * Reads a body.
   *
   * @throws UnreadableMessage saying what is wrong; the message must not be deleted
   */
  public static Copy decode(@Nullable String body) throws UnreadableMessage {
    return Json.read(
        body,
        VERSION,
        object ->
            new Copy(
                Json.key(object),
                MeterKind.parse(Json.text(object, "kind")),
                Json.number(object, "value"),
                Json.text(object, "customer"),
                new Identifier(Json.text(object, "identifier")),
                Json.instant(object, "sendBefore")));
  }
}
