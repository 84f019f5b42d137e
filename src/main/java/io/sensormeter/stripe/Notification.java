package io.sensormeter.stripe;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Stripe's word that it refused events it had taken. It names neither them nor the reason: {@link
 * ErrorReports} fetches both. Comes as Stripe's bare event, or in the envelope of Amazon
 * EventBridge, whose {@code detail} the event is.
 *
 * @param eventId {@code evt_…}
 * @param stripeMeterId {@code mtr_…}; null where it is about no meter
 * @param created when Stripe said so
 */
public record Notification(String eventId, @Nullable String stripeMeterId, Instant created) {

  /** docs/stripe-facts.md, Asynchronous refusals. */
  private static final Set<String> TYPES =
      Set.of("v1.billing.meter.error_report_triggered", "v1.billing.meter.no_meter_found");

  private static final JsonMapper JSON = new JsonMapper();

  /** Empty if the body is none of Stripe's. */
  public static Optional<Notification> read(@Nullable String body) {
    if (body == null) {
      return Optional.empty();
    }
    try {
      JsonNode whole = JSON.readTree(body);
      JsonNode event = whole.path("detail").isObject() ? whole.path("detail") : whole;
      String id = event.path("id").asText("");
      if (!TYPES.contains(event.path("type").asText()) || id.isBlank()) {
        return Optional.empty();
      }
      JsonNode related = event.path("related_object");
      boolean isMeter = related.path("type").asText().equals("billing.meter");
      String meter = isMeter ? related.path("id").asText("") : "";
      return Optional.of(
          new Notification(
              id, meter.isBlank() ? null : meter, Instant.parse(event.path("created").asText())));
    } catch (JsonProcessingException | DateTimeException e) {
      return Optional.empty();
    }
  }
}
