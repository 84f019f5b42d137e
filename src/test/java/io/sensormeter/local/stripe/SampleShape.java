package io.sensormeter.local.stripe;

import java.util.Map;

/**
 * How a sample of an error report names its event (docs/stripe-facts.md, Asynchronous refusals).
 */
public enum SampleShape {
  /** As documented. */
  IDENTIFIER,
  /** As older captures show; nobody here knows which of the two was the event's. */
  ID_AND_IDEMPOTENCY_KEY;

  Map<String, Object> request(String identifier) {
    return switch (this) {
      case IDENTIFIER -> Map.of("identifier", identifier);
      case ID_AND_IDEMPOTENCY_KEY -> Map.of("id", "", "idempotency_key", identifier);
    };
  }
}
