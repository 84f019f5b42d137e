package io.sensormeter.local.stripe;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Asynchronous rejections of one meter and code: the events were answered with 200 and are not
 * counted.
 *
 * @param eventId of the thin event that announces it, {@code evt_…}
 * @param meter the meter's id, {@code mtr_…}; null where no meter was found
 * @param identifiers of all rejected events
 * @param samples how many of them the report names
 */
public record ErrorReport(
    String eventId,
    @Nullable String meter,
    String code,
    List<String> identifiers,
    int samples,
    SampleShape shape,
    String message,
    Instant reportedAt) {

  private static final String TYPE = "v1.billing.meter.error_report_triggered";
  private static final String NO_METER_TYPE = "v1.billing.meter.no_meter_found";
  private static final String SOURCE = "aws.partner/stripe.com/ed_test_61U3";
  static final String NO_METER = "no_meter";

  /** docs/stripe-facts.md, Asynchronous refusals: seconds to minutes. */
  static final Duration WINDOW = Duration.ofSeconds(10);

  /** Of the first rejected event. */
  public String identifier() {
    return identifiers.getFirst();
  }

  /**
   * The thin event as Stripe delivers it. It carries no data (docs/stripe-facts.md, Asynchronous
   * refusals): the reader fetches {@code /v2/core/events/{id}}.
   */
  public String notification() {
    return HttpAnswer.json(thin());
  }

  /** The same in the envelope in which Amazon EventBridge delivers it. */
  public String envelope() {
    return HttpAnswer.json(
        Map.of(
            "version",
            "0",
            "id",
            "c3ee1a1c-9f3b-4a58-8a0e-1d6f5f1f0001",
            "detail-type",
            type(),
            "source",
            SOURCE,
            "account",
            "111122223333",
            "time",
            reportedAt.toString(),
            "region",
            "us-east-1",
            "resources",
            List.of("arn:aws:events:us-east-1::event-source/" + SOURCE),
            "detail",
            thin()));
  }

  /** The full event: {@code data.reason.error_types[]} with samples, never with every event. */
  Map<String, Object> event() {
    List<Map<String, Object>> named =
        identifiers.stream()
            .limit(samples)
            .map(
                identifier ->
                    Map.<String, Object>of(
                        "error_message", message, "request", shape.request(identifier)))
            .toList();
    var errorType = Map.of("code", code, "error_count", identifiers.size(), "sample_errors", named);
    var reason = Map.of("error_count", identifiers.size(), "error_types", List.of(errorType));
    return HttpAnswer.object(
        thin(),
        Map.of(
            "data",
            Map.of(
                "developer_message_summary",
                "There is %d invalid event".formatted(identifiers.size()),
                "reason",
                reason,
                "validation_start",
                reportedAt.toString(),
                "validation_end",
                reportedAt.plus(WINDOW).toString())));
  }

  private String type() {
    return code.equals(NO_METER) ? NO_METER_TYPE : TYPE;
  }

  private Map<String, Object> thin() {
    var event = new HashMap<String, Object>();
    event.put("id", eventId);
    event.put("object", "v2.core.event");
    event.put("type", type());
    event.put("created", reportedAt.toString());
    event.put("livemode", false);
    if (meter != null) {
      event.put(
          "related_object",
          Map.of("id", meter, "type", "billing.meter", "url", "/v1/billing/meters/" + meter));
    }
    return event;
  }
}
