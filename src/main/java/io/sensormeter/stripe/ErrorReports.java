package io.sensormeter.stripe;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.stripe.exception.StripeException;
import com.stripe.net.ApiResource.RequestMethod;
import com.stripe.net.RawRequestOptions;
import io.sensormeter.meter.Characters;
import io.sensormeter.meter.Identifier;
import io.sensormeter.meter.Outcome;
import io.sensormeter.meter.Sighting;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** What stands behind Stripe's notifications. Thread-safe. */
public final class ErrorReports {

  /** Where a report does not say what time it is about: Stripe validates within minutes. */
  private static final Duration WINDOW_UNKNOWN = Duration.ofHours(1);

  private static final JsonMapper JSON = new JsonMapper();

  private final StripeCalls calls;

  /**
   * @param calls under a key that reads events
   */
  public ErrorReports(StripeCalls calls) {
    this.calls = calls;
  }

  /**
   * Fetches a report: the refusals it names, which are samples, and the doubt about whatever else
   * its meter took at that time.
   */
  public ReadAnswer<List<Sighting>> read(Notification notification) {
    // The SDK's class of the reason has no getters.
    StripeCalls.Result<List<Sighting>> result =
        calls.make(
            (client, bound) ->
                sightings(
                    notification,
                    client
                        .rawRequest(
                            RequestMethod.GET,
                            "/v2/core/events/"
                                + URLEncoder.encode(notification.eventId(), StandardCharsets.UTF_8),
                            null,
                            RawRequestOptions.builder().setReadTimeout(bound).build())
                        .body()));
    return switch (result) {
      case StripeCalls.Answered<List<Sighting>>(List<Sighting> sightings) ->
          new ReadAnswer.Found<>(sightings);
      case StripeCalls.Refused<List<Sighting>>(StripeException e) when e.getStatusCode() == 404 ->
          new ReadAnswer.Missing<>(
              ReadAnswer.What.EVENT, String.valueOf(e.getStripeError().getMessage()));
      case StripeCalls.Refused<List<Sighting>>(StripeException e) -> StripeErrors.ofRead(e);
      case StripeCalls.Hindered<List<Sighting>>(Answer.Hindrance why) ->
          new ReadAnswer.Hindered<>(why);
    };
  }

  private static List<Sighting> sightings(Notification notification, String body) {
    JsonNode event;
    try {
      event = JSON.readTree(body);
    } catch (JsonProcessingException e) {
      throw new UnreadableAnswer("the event is no JSON");
    }
    if (!event.path("id").asText().equals(notification.eventId())) {
      throw new UnreadableAnswer("another event than was asked for");
    }
    JsonNode data = event.path("data");
    JsonNode errorTypes = data.path("reason").path("error_types");
    if (!errorTypes.isArray()) {
      throw new UnreadableAnswer("field data.reason.error_types is missing");
    }
    List<Sighting> sightings = new ArrayList<>();
    for (JsonNode errorType : errorTypes) {
      for (JsonNode sample : errorType.path("sample_errors")) {
        identifiers(sample.path("request"))
            .forEach(
                identifier ->
                    sightings.add(
                        new Sighting.Refused(
                            identifier,
                            text(errorType.path("code")),
                            text(sample.path("error_message")),
                            notification.created())));
      }
    }
    String meter = notification.stripeMeterId();
    if (meter != null) {
      Instant to = instant(data.path("validation_end"), notification.created());
      Instant from = instant(data.path("validation_start"), to.minus(WINDOW_UNKNOWN));
      sightings.add(new Sighting.Doubted(meter, from, to));
    }
    return sightings;
  }

  /**
   * Those that can be one of ours, which have graphic characters of ASCII alone. Older reports have
   * no field {@code identifier}, and which of the two others held the event's is not documented:
   * what is not one of ours does no harm.
   */
  private static List<String> identifiers(JsonNode request) {
    String identifier = request.path("identifier").asText("");
    return Stream.of(
            identifier.isEmpty()
                ? new String[] {
                  request.path("id").asText(""), request.path("idempotency_key").asText("")
                }
                : new String[] {identifier})
        .filter(each -> each.length() <= Identifier.MAX_CHARACTERS && Characters.isCustomer(each))
        .distinct()
        .toList();
  }

  /** As SQS takes it. */
  private static String text(JsonNode text) {
    return Outcome.cut(text.asText("").replace('\ufffe', '?').replace('\uffff', '?'));
  }

  private static Instant instant(JsonNode text, Instant otherwise) {
    try {
      return Instant.parse(text.asText(""));
    } catch (DateTimeException e) {
      return otherwise;
    }
  }
}
