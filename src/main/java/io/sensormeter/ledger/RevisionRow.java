package io.sensormeter.ledger;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.sensormeter.meter.Identifier;
import io.sensormeter.meter.ReportKey;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/**
 * What a revision has that its predecessor has not, in the ledger's columns; null = as the
 * predecessor.
 *
 * @param revision the predecessor's
 * @param identifier its own
 * @param customer whom it is billed to
 * @param kind with {@code pastHour}: of a meter that METERS did not name at capture
 * @param read whether the value was read from the source just now
 * @param shadow whether its hour and meter are in shadow
 * @param held after how many absent sightings it is sent; null = at once
 */
record RevisionRow(
    String hour,
    String organizationId,
    String meter,
    int revision,
    String identifier,
    @Nullable Long value,
    @Nullable String customer,
    @Nullable String kind,
    @Nullable Boolean pastHour,
    boolean read,
    boolean shadow,
    @Nullable Integer held) {

  private static final ObjectMapper JSON =
      JsonMapper.builder().propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE).build();

  /** With value and customer of its predecessor, sent at once. */
  static RevisionRow same(ReportKey key) {
    return with(key, null);
  }

  /** With another value, sent at once. */
  static RevisionRow with(ReportKey key, @Nullable Long value) {
    return new RevisionRow(
        key.hour().start().toString(),
        key.organizationId(),
        key.meter(),
        key.revision(),
        identifier(key).value(),
        value,
        null,
        null,
        null,
        false,
        false,
        null);
  }

  /** Of the revision that follows {@code key}. */
  static Identifier identifier(ReportKey key) {
    return Identifier.of(
        new ReportKey(key.hour(), key.meter(), key.organizationId(), key.revision() + 1));
  }

  /** As {@code jsonb_to_recordset} takes them. */
  static String json(Collection<RevisionRow> rows) {
    try {
      return JSON.writeValueAsString(rows);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("texts and numbers are always JSON", e);
    }
  }
}
