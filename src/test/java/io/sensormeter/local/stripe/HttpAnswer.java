package io.sensormeter.local.stripe;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One HTTP answer, in Stripe's words where docs/stripe-facts.md has them. */
record HttpAnswer(int status, Map<String, String> headers, String body) {
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(StreamWriteFeature.WRITE_BIGDECIMAL_AS_PLAIN).build();
  private static final String INVALID_REQUEST = "invalid_request_error";

  static HttpAnswer ok(Map<String, ?> body) {
    return new HttpAnswer(200, Map.of("Content-Type", "application/json"), json(body));
  }

  /** 400, not to be sent again as it is. */
  static HttpAnswer refused(String message) {
    return refused(message, null, null);
  }

  static HttpAnswer refused(String message, @Nullable String code, @Nullable String param) {
    return error(400, INVALID_REQUEST, message, code, param).with("Stripe-Should-Retry", "false");
  }

  static HttpAnswer missing(String param) {
    return refused("Missing required param: " + param + ".", "parameter_missing", param);
  }

  static HttpAnswer notFound(String what, String id) {
    return missingObject(404, what, id, "id");
  }

  static HttpAnswer missingObject(int status, String what, String id, String param) {
    return error(
            status,
            INVALID_REQUEST,
            "No such " + what + ": '" + id + "'",
            "resource_missing",
            param)
        .with("Stripe-Should-Retry", "false");
  }

  static HttpAnswer error(
      int status, String type, String message, @Nullable String code, @Nullable String param) {
    var error = new LinkedHashMap<String, Object>();
    if (code != null) {
      error.put("code", code);
    }
    error.put("message", message);
    if (param != null) {
      error.put("param", param);
    }
    error.put("type", type);
    return new HttpAnswer(
        status, Map.of("Content-Type", "application/json"), json(Map.of("error", error)));
  }

  /** docs/stripe-facts.md, Limits: a second simultaneous call for a customer and meter. */
  static HttpAnswer conflict() {
    return error(
        409,
        INVALID_REQUEST,
        "Another request for this customer and meter is in progress. Please try again later.",
        null,
        null);
  }

  /** docs/stripe-facts.md, Limits: the reason comes in a header. */
  static HttpAnswer rateLimited(String reason) {
    return error(429, INVALID_REQUEST, "Request rate limit exceeded.", "rate_limit", null)
        .with("Stripe-Rate-Limited-Reason", reason);
  }

  static HttpAnswer serverError() {
    return error(500, "api_error", "An unknown error occurred.", null, null);
  }

  static HttpAnswer html(int status) {
    String page = "<html><body><h1>" + status + "</h1>upstream unavailable</body></html>";
    return new HttpAnswer(status, Map.of("Content-Type", "text/html"), page);
  }

  static HttpAnswer empty(int status) {
    return new HttpAnswer(status, Map.of(), "");
  }

  HttpAnswer with(String header, String value) {
    var all = new LinkedHashMap<>(headers);
    all.put(header, value);
    return new HttpAnswer(status, Map.copyOf(all), body);
  }

  static Map<String, Object> object(Map<String, ?> first, Map<String, ?> second) {
    var all = new LinkedHashMap<String, Object>(first);
    all.putAll(second);
    return all;
  }

  static String json(Object value) {
    try {
      return JSON.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("the fake cannot write " + value, e);
    }
  }
}
