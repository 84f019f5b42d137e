package io.sensormeter.queue;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import io.sensormeter.meter.Outcome;
import io.sensormeter.meter.ReportKey;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The body of a message on the outcomes queue, version {@value #VERSION}: outcomes of one batch.
 */
public final class OutcomeFormat {

  static final int VERSION = 1;

  private static final String ACCEPTED = "accepted";
  private static final String DUPLICATE = "duplicate";
  private static final String ZERO_REFUSED = Outcome.ZeroRefused.CODE;
  private static final String REJECTED = "rejected";

  private OutcomeFormat() {}

  public static String encode(List<Outcome> outcomes) {
    return Json.object(
        json -> {
          json.writeNumberField("v", VERSION);
          json.writeArrayFieldStart("outcomes");
          for (Outcome outcome : outcomes) {
            write(json, outcome);
          }
          json.writeEndArray();
        });
  }

  /**
   * Reads a body.
   *
   * @throws UnreadableMessage saying what is wrong; the message must not be deleted
   */
  public static List<Outcome> decode(@Nullable String body) throws UnreadableMessage {
    return Json.read(
        body,
        VERSION,
        object -> {
          JsonNode array = object.path("outcomes");
          if (!array.isArray()) {
            throw new IllegalArgumentException("field 'outcomes' is missing or no array");
          }
          List<Outcome> outcomes = new ArrayList<>(array.size());
          for (JsonNode element : array) {
            outcomes.add(outcome(element));
          }
          return outcomes;
        });
  }

  private static void write(JsonGenerator json, Outcome outcome) throws IOException {
    json.writeStartObject();
    Json.writeKey(json, outcome.key());
    json.writeStringField("at", outcome.at().toString());
    String requestId = outcome.requestId();
    if (requestId != null) {
      json.writeStringField("requestId", requestId);
    }
    switch (outcome) {
      case Outcome.Accepted accepted ->
          json.writeStringField("outcome", accepted.duplicate() ? DUPLICATE : ACCEPTED);
      case Outcome.ZeroRefused refused -> {
        json.writeStringField("outcome", ZERO_REFUSED);
        json.writeStringField("message", refused.message());
      }
      case Outcome.Rejected rejected -> {
        json.writeStringField("outcome", REJECTED);
        json.writeStringField("code", rejected.code());
        json.writeStringField("message", rejected.message());
      }
    }
    json.writeEndObject();
  }

  private static Outcome outcome(JsonNode object) {
    ReportKey key = Json.key(object);
    Instant at = Json.instant(object, "at");
    String requestId = Json.textOrNull(object, "requestId");
    String outcome = Json.text(object, "outcome");
    return switch (outcome) {
      case ACCEPTED -> new Outcome.Accepted(key, at, requestId, false);
      case DUPLICATE -> new Outcome.Accepted(key, at, requestId, true);
      case ZERO_REFUSED ->
          new Outcome.ZeroRefused(key, at, requestId, Json.text(object, "message"));
      case REJECTED ->
          new Outcome.Rejected(
              key, at, requestId, Json.text(object, "code"), Json.text(object, "message"));
      default -> throw new IllegalArgumentException("outcome '" + outcome + "' is unknown");
    };
  }
}
