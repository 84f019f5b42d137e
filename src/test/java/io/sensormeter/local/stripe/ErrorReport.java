package io.sensormeter.local.stripe;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * An asynchronous rejection: the event was answered with 200 and is not counted.
 *
 * @param eventId of the thin event that announces it, {@code evt_…}
 * @param meter the meter's id, {@code mtr_…}
 */
public record ErrorReport(
    String eventId,
    String meter,
    String code,
    String identifier,
    String message,
    Instant reportedAt) {

  private static final String TYPE = "v1.billing.meter.error_report_triggered";

  /**
   * The thin event as Stripe delivers it. It carries no data (docs/stripe-facts.md, Asynchronous
   * refusals): the reader fetches {@code /v2/core/events/{id}}.
   */
  public String notification() {
    return HttpAnswer.json(thin());
  }

  /** The full event: {@code data.reason.error_types[]} with samples, never with every event. */
  Map<String, Object> event() {
    var sample = Map.of("error_message", message, "request", Map.of("identifier", identifier));
    var errorType = Map.of("code", code, "error_count", 1, "sample_errors", List.of(sample));
    var reason = Map.of("error_count", 1, "error_types", List.of(errorType));
    return HttpAnswer.object(
        thin(),
        Map.of(
            "data",
            Map.of(
                "developer_message_summary",
                "There is 1 invalid event",
                "reason",
                reason,
                "validation_start",
                reportedAt.toString(),
                "validation_end",
                reportedAt.plusSeconds(10).toString())));
  }

  private Map<String, Object> thin() {
    return Map.of(
        "id",
        eventId,
        "object",
        "v2.core.event",
        "type",
        TYPE,
        "created",
        reportedAt.toString(),
        "livemode",
        false,
        "related_object",
        Map.of("id", meter, "type", "billing.meter", "url", "/v1/billing/meters/" + meter));
  }
}
