package io.sensormeter.ledger;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.sensormeter.meter.Hour;
import io.sensormeter.meter.Meters;
import java.util.List;
import java.util.Optional;

/** The declared meters at one hour, as a capture's statement takes them. */
public final class DeclaredMeters {

  /** Gives {@code meter, kind, past_hour, event_time, billed}; its argument is {@link #json}. */
  public static final String SQL =
      """
      select * from jsonb_to_recordset(?::jsonb) as d(
        meter text collate "C", kind text, past_hour boolean, event_time timestamptz, billed boolean)
      """;

  private static final ObjectMapper JSON =
      JsonMapper.builder().propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE).build();

  private DeclaredMeters() {}

  private record Declared(
      String meter, String kind, boolean pastHour, String eventTime, boolean billed) {}

  /**
   * The meters at {@code hour}.
   *
   * @param billFrom the first event hour billed of all meters; empty = none is
   */
  public static String json(Meters meters, Hour hour, Optional<Hour> billFrom) {
    List<Declared> declared =
        meters.list().stream()
            .map(
                meter ->
                    new Declared(
                        meter.name(),
                        meter.kind().label(),
                        meter.pastHour(),
                        meter.eventHour(hour).start().toString(),
                        meter.isBilled(hour, billFrom)))
            .toList();
    try {
      return JSON.writeValueAsString(declared);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("texts and truth values are always JSON", e);
    }
  }
}
