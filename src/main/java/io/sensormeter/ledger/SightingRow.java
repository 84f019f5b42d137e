package io.sensormeter.ledger;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.sensormeter.meter.Hour;
import io.sensormeter.meter.Sighting;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * A sighting of a customer's usage in the ledger's columns.
 *
 * @param first the first event hour
 * @param last the last event hour
 * @param ticks the hours of the ticks that may have read them: a flow's lies an hour after its
 *     event
 * @param shown values by event hour, as labels; an hour that is left out shows nothing
 * @param gone Stripe knows no such customer
 */
record SightingRow(
    String meter,
    String stripeId,
    String organizationId,
    String customer,
    String first,
    String last,
    List<String> ticks,
    Map<String, BigDecimal> shown,
    boolean gone,
    String readAt) {

  /** Gives {@code sighting} its rows; its argument is {@link #json}. */
  static final String SQL =
      """
      select * from jsonb_to_recordset(?::jsonb) as s(
        meter text collate "C", stripe_id text, organization_id text collate "C",
        customer text collate "C", first timestamptz, last timestamptz, ticks timestamptz[],
        shown jsonb, gone boolean, read_at timestamptz)
      """;

  /** What a sighting {@code s} shows for {@code event.hour}; no row is 0. */
  static final String SHOWN =
      """
      coalesce((s.shown ->> to_char(event.hour at time zone 'UTC', 'YYYY-MM-DD"T"HH24"Z"'))::numeric, 0)
      """;

  /**
   * The tick hours that a sighting {@code s} may speak of. They are told one by one: the planner
   * takes a series for a thousand rows, and would rather read every report of those days than look
   * each up by its key.
   */
  static final String TICKS = "unnest(s.ticks) as tick(hour)";

  private static final ObjectMapper JSON =
      JsonMapper.builder().propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE).build();

  private record Subject(String meter, String organizationId, String customer) {}

  private Subject subject() {
    return new Subject(meter, organizationId, customer);
  }

  static SightingRow of(Sighting.Usage seen) {
    Map<String, BigDecimal> shown = new TreeMap<>();
    seen.values().forEach((hour, value) -> shown.put(hour.toString(), value));
    return new SightingRow(
        seen.meter(),
        seen.stripeMeterId(),
        seen.organizationId(),
        seen.stripeCustomerId(),
        start(seen.from()),
        start(seen.to().minusHours(1)),
        ticks(seen.from(), seen.to()),
        shown,
        false,
        seen.readAt().toString());
  }

  static SightingRow of(Sighting.NoCustomer seen) {
    return new SightingRow(
        seen.meter(),
        seen.stripeMeterId(),
        seen.organizationId(),
        seen.stripeCustomerId(),
        start(seen.from()),
        start(seen.to().minusHours(1)),
        ticks(seen.from(), seen.to()),
        Map.of(),
        true,
        seen.readAt().toString());
  }

  private static List<String> ticks(Hour from, Hour to) {
    return Stream.iterate(from, hour -> !hour.isAfter(to), hour -> hour.plusHours(1))
        .map(SightingRow::start)
        .toList();
  }

  private static String start(Hour hour) {
    return hour.start().toString();
  }

  /**
   * In turns, so that each holds at most one sighting of a customer's usage, the earlier read
   * before the later one.
   */
  static List<List<SightingRow>> turns(List<SightingRow> rows) {
    List<List<SightingRow>> turns = new ArrayList<>();
    Map<Subject, Integer> seen = new HashMap<>();
    rows.stream()
        .sorted(Comparator.comparing(row -> Instant.parse(row.readAt())))
        .forEach(
            row -> {
              int turn = seen.merge(row.subject(), 1, Integer::sum) - 1;
              if (turn == turns.size()) {
                turns.add(new ArrayList<>());
              }
              turns.get(turn).add(row);
            });
    return turns;
  }

  static String json(List<SightingRow> rows) {
    try {
      return JSON.writeValueAsString(rows);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("texts and numbers are always JSON", e);
    }
  }
}
