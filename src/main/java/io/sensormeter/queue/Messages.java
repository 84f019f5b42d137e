package io.sensormeter.queue;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.type.LogicalType;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Bodies of messages: JSON objects that are records, and name their version in {@code v}. Fields
 * may be added within a version, so that two releases can stand side by side; a reader ignores what
 * it does not know. What it does know must be there and of its type: nothing is guessed.
 */
final class Messages {

  private static final ObjectMapper STRICT =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
          .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .withCoercionConfig(
              LogicalType.Textual,
              texts -> {
                for (CoercionInputShape shape : CoercionInputShape.values()) {
                  texts.setCoercion(shape, CoercionAction.Fail);
                }
              })
          .defaultSetterInfo(JsonSetter.Value.construct(Nulls.FAIL, Nulls.FAIL))
          .defaultPropertyInclusion(
              JsonInclude.Value.construct(
                  JsonInclude.Include.NON_NULL, JsonInclude.Include.NON_NULL))
          .build();

  private Messages() {}

  /** What a message means; refuses with {@link IllegalArgumentException}. */
  interface Meaning<M, T> {
    T of(M message);
  }

  static String encode(Record message) {
    try {
      return STRICT.writeValueAsString(message);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("texts and numbers are always JSON", e);
    }
  }

  /**
   * Reads a body.
   *
   * @throws UnreadableMessage saying what is wrong; the message must not be deleted
   */
  static <M, T> T decode(
      @Nullable String body, List<Integer> versions, Class<M> type, Meaning<M, T> meaning)
      throws UnreadableMessage {
    if (body == null) {
      throw new UnreadableMessage("the message has no body");
    }
    try {
      JsonNode object = STRICT.readTree(body);
      JsonNode found = object.path("v");
      if (!found.isInt() || !versions.contains(found.intValue())) {
        throw new UnreadableMessage(
            "version %s is unknown; this release reads %s".formatted(found, join(versions)));
      }
      if (hasNull(object)) {
        throw new UnreadableMessage("a field is null; what is not there is left out");
      }
      return meaning.of(STRICT.treeToValue(object, type));
    } catch (JsonMappingException e) {
      throw new UnreadableMessage(
          e.getPath().isEmpty()
              ? "not a JSON object: " + e.getOriginalMessage()
              : "field '" + path(e) + "': " + e.getOriginalMessage(),
          e);
    } catch (JsonProcessingException e) {
      throw new UnreadableMessage("not a JSON object: " + e.getOriginalMessage(), e);
    } catch (IllegalArgumentException e) {
      throw new UnreadableMessage(String.valueOf(e.getMessage()), e);
    }
  }

  /** Whether the body names this version, whatever else it holds. */
  static boolean isVersion(int version, @Nullable String body) {
    try {
      return body != null && STRICT.readTree(body).path("v").asInt(-1) == version;
    } catch (JsonProcessingException e) {
      return false;
    }
  }

  /**
   * A field that may be left out of some messages, but not of this one.
   *
   * @param of what needs it, such as {@code version 2}
   */
  static String present(String field, @Nullable String text, String of) {
    if (text == null) {
      throw new IllegalArgumentException("field '%s' is missing: %s needs it".formatted(field, of));
    }
    return text;
  }

  static Instant instant(String field, String text) {
    try {
      return Instant.parse(text);
    } catch (DateTimeException e) {
      throw new IllegalArgumentException("field '" + field + "' is no instant: " + text, e);
    }
  }

  private static String join(List<Integer> versions) {
    return versions.stream().map(String::valueOf).collect(Collectors.joining(" and "));
  }

  private static boolean hasNull(JsonNode node) {
    if (node.isNull()) {
      return true;
    }
    for (JsonNode child : node) {
      if (hasNull(child)) {
        return true;
      }
    }
    return false;
  }

  private static String path(JsonMappingException e) {
    return e.getPath().stream()
        .map(step -> step.getFieldName() == null ? "" + step.getIndex() : step.getFieldName())
        .collect(Collectors.joining("."));
  }
}
