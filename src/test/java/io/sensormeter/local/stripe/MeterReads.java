package io.sensormeter.local.stripe;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The reads: meters, their summaries, and the events that announce error reports
 * (docs/stripe-facts.md, Reading back). Thread-safe.
 */
final class MeterReads {
  private static final Pattern SECONDS = Pattern.compile("[0-9]{1,12}");
  private static final Set<String> SUMMARY_PARAMETERS =
      Set.of(
          "customer",
          "start_time",
          "end_time",
          "value_grouping_window",
          "limit",
          "starting_after",
          "ending_before",
          "expand");
  private static final Set<String> LIST_PARAMETERS =
      Set.of("status", "limit", "starting_after", "ending_before", "expand");

  /** docs/stripe-facts.md, Asynchronous refusals. */
  private static final Duration EVENTS_KEPT = Duration.ofDays(30);

  private final Account account;
  private final InstantSource clock;
  private final Rules rules;

  MeterReads(Account account, InstantSource clock, Rules rules) {
    this.account = account;
    this.clock = clock;
    this.rules = rules;
  }

  /** {@code GET /v1/billing/meters}, newest first. */
  HttpAnswer meters(Form query, boolean livemode) {
    HttpAnswer unknown = query.unknownParameters(LIST_PARAMETERS);
    if (unknown != null) {
      return unknown;
    }
    String status = query.get("status");
    if (status != null && !Set.of("active", "inactive").contains(status)) {
      return HttpAnswer.refused(
          "Invalid status: must be one of active or inactive", null, "status");
    }
    List<Map<String, Object>> meters =
        account.metersNewestFirst().stream()
            .filter(meter -> status == null || meter.isActive() == status.equals("active"))
            .map(meter -> meter.object(livemode))
            .toList();
    return Page.of("/v1/billing/meters", meters, query, rules.pageMost);
  }

  /** {@code GET /v1/billing/meters/{id}}. */
  HttpAnswer meter(String id, boolean livemode) {
    FakeMeter meter = account.meter(id);
    return meter == null
        ? HttpAnswer.notFound("billing meter", id)
        : HttpAnswer.ok(meter.object(livemode));
  }

  /** {@code GET /v2/core/events/{id}}: the data that the notification does not carry. */
  HttpAnswer event(String id) {
    return account.reports().stream()
        .filter(report -> report.eventId().equals(id))
        .filter(report -> clock.instant().isBefore(report.reportedAt().plus(EVENTS_KEPT)))
        .findFirst()
        .map(report -> HttpAnswer.ok(report.event()))
        .orElseGet(() -> HttpAnswer.notFound("event", id));
  }

  private Instant aggregatedUpTo(String customer) {
    Instant now = clock.instant();
    Instant all = rules.aggregation.upTo(now);
    Aggregation own = rules.aggregationOfCustomer.get(customer);
    return own == null || own.upTo(now).isAfter(all) ? all : own.upTo(now);
  }

  /** {@code GET /v1/billing/meters/{id}/event_summaries}, newest first as Stripe lists them. */
  HttpAnswer summaries(String meterId, Form query, boolean livemode) {
    FakeMeter meter = account.meter(meterId);
    if (meter == null) {
      return HttpAnswer.notFound("billing meter", meterId);
    }
    HttpAnswer refused = summariesRefused(query);
    if (refused != null) {
      return refused;
    }
    Window grouping = Window.of(query.get("value_grouping_window"));
    Instant start = seconds(query, "start_time");
    Instant end = seconds(query, "end_time");
    String customer = query.get("customer");
    if (grouping == null || start == null || end == null || customer == null) {
      throw new IllegalStateException("checked above");
    }
    Instant aggregatedUpTo = aggregatedUpTo(customer);
    var values =
        new TreeMap<Instant, BigDecimal>(
            meter.grouped(
                customer,
                grouping,
                start,
                end,
                event -> !event.receivedAt().isAfter(aggregatedUpTo)));
    Duration length = grouping == Window.RAW ? Duration.between(start, end) : grouping.length();
    // docs/stripe-facts.md, Reading back: open.
    if (rules.emptyHoursHaveRows && grouping != Window.RAW) {
      for (Instant from = start; from.isBefore(end); from = from.plus(length)) {
        values.putIfAbsent(from, BigDecimal.ZERO);
      }
    }
    var summaries = new ArrayList<Map<String, Object>>();
    values.forEach(
        (from, value) ->
            summaries.add(summary(meterId, customer, from, from.plus(length), value, livemode)));
    Collections.reverse(summaries);
    return Page.of(
        "/v1/billing/meters/" + meterId + "/event_summaries", summaries, query, rules.pageMost);
  }

  /** docs/stripe-facts.md, Reading back: what a call must name, and how. */
  private @Nullable HttpAnswer summariesRefused(Form query) {
    HttpAnswer unknown = query.unknownParameters(SUMMARY_PARAMETERS);
    if (unknown != null) {
      return unknown;
    }
    String customer = query.get("customer");
    if (customer == null || customer.isEmpty()) {
      return HttpAnswer.missing("customer");
    }
    Window grouping = Window.of(query.get("value_grouping_window"));
    if (grouping == null) {
      return HttpAnswer.refused(
          "Invalid value_grouping_window: must be one of day or hour",
          null,
          "value_grouping_window");
    }
    for (String param : List.of("start_time", "end_time")) {
      HttpAnswer badTime = timeRefused(query, param, grouping);
      if (badTime != null) {
        return badTime;
      }
    }
    Instant start = seconds(query, "start_time");
    Instant end = seconds(query, "end_time");
    if (start != null && end != null && !start.isBefore(end)) {
      return HttpAnswer.refused("The end_time must be after the start_time.", null, "end_time");
    }
    if (!account.knows(customer)) {
      return HttpAnswer.missingObject(
          rules.unknownCustomerAtSummaries, "customer", customer, "customer");
    }
    return null;
  }

  private static @Nullable HttpAnswer timeRefused(Form query, String param, Window grouping) {
    if (query.get(param) == null) {
      return HttpAnswer.missing(param);
    }
    Instant time = seconds(query, param);
    if (time == null) {
      return HttpAnswer.refused(
          "Invalid integer: " + query.get(param), "parameter_invalid_integer", param);
    }
    if (!grouping.isAligned(time)) {
      String boundary = grouping == Window.RAW ? "minute" : grouping.wireName();
      return HttpAnswer.refused(
          "The %s must be aligned with %s boundaries.".formatted(param, boundary), null, param);
    }
    return null;
  }

  private static @Nullable Instant seconds(Form query, String param) {
    String value = query.get(param);
    return value == null || !SECONDS.matcher(value).matches()
        ? null
        : Instant.ofEpochSecond(Long.parseLong(value));
  }

  private static Map<String, Object> summary(
      String meterId,
      String customer,
      Instant start,
      Instant end,
      BigDecimal value,
      boolean livemode) {
    return Map.of(
        "id",
        "mtrusg_%s_%s_%d".formatted(meterId, customer, start.getEpochSecond()),
        "object",
        "billing.meter_event_summary",
        "aggregated_value",
        value,
        "end_time",
        end.getEpochSecond(),
        "livemode",
        livemode,
        "meter",
        meterId,
        "start_time",
        start.getEpochSecond());
  }
}
