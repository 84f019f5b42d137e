package io.sensormeter.queue;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.sensormeter.meter.Hour;
import io.sensormeter.meter.ReportKey;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What the two message formats share. */
final class Json {

  private static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
          .build();
  private static final JsonFactory FACTORY = MAPPER.getFactory();

  private Json() {}

  interface Writer {
    void write(JsonGenerator json) throws IOException;
  }

  interface Reader<T> {
    T read(JsonNode object);
  }

  /** One JSON object, its fields written by {@code fields}. */
  static String object(Writer fields) {
    StringWriter text = new StringWriter(256);
    try (JsonGenerator json = FACTORY.createGenerator(text)) {
      json.writeStartObject();
      fields.write(json);
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString();
  }

  /**
   * Reads one JSON object of a given version.
   *
   * @throws UnreadableMessage saying what is wrong with {@code text}
   */
  static <T> T read(@Nullable String text, int version, Reader<T> reader) throws UnreadableMessage {
    if (text == null) {
      throw new UnreadableMessage("the message has no body");
    }
    try {
      JsonNode object = MAPPER.readTree(text);
      if (!object.path("v").isInt() || object.path("v").intValue() != version) {
        throw new UnreadableMessage(
            "version " + object.path("v") + " is unknown; this release reads " + version);
      }
      return reader.read(object);
    } catch (JsonProcessingException e) {
      throw new UnreadableMessage("not a JSON object: " + e.getOriginalMessage(), e);
    } catch (IllegalArgumentException e) {
      throw new UnreadableMessage(String.valueOf(e.getMessage()), e);
    }
  }

  static void writeKey(JsonGenerator json, ReportKey key) throws IOException {
    json.writeStringField("hour", key.hour().toString());
    json.writeStringField("meter", key.meter());
    json.writeStringField("organization", key.organizationId());
    json.writeNumberField("revision", key.revision());
  }

  static ReportKey key(JsonNode object) {
    return new ReportKey(
        Hour.parse(text(object, "hour")),
        text(object, "meter"),
        text(object, "organization"),
        revision(object));
  }

  private static int revision(JsonNode object) {
    long revision = number(object, "revision");
    if (revision != (int) revision) {
      throw new IllegalArgumentException("field 'revision' is out of range: " + revision);
    }
    return (int) revision;
  }

  static String text(JsonNode object, String field) {
    JsonNode node = object.path(field);
    if (!node.isTextual()) {
      throw new IllegalArgumentException("field '" + field + "' is missing or no text");
    }
    return node.textValue();
  }

  static @Nullable String textOrNull(JsonNode object, String field) {
    return object.path(field).isMissingNode() ? null : text(object, field);
  }

  static long number(JsonNode object, String field) {
    JsonNode node = object.path(field);
    if (!node.isIntegralNumber() || !node.canConvertToLong()) {
      throw new IllegalArgumentException("field '" + field + "' is missing or no whole number");
    }
    return node.longValue();
  }

  static Instant instant(JsonNode object, String field) {
    String text = text(object, field);
    try {
      return Instant.parse(text);
    } catch (java.time.DateTimeException e) {
      throw new IllegalArgumentException("field '" + field + "' is no instant: " + text, e);
    }
  }
}
