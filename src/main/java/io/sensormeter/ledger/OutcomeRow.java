package io.sensormeter.ledger;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.sensormeter.meter.Outcome;
import io.sensormeter.meter.ReportKey;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/** An outcome in the ledger's columns. */
record OutcomeRow(
    String hour,
    String organizationId,
    String meter,
    int revision,
    String status,
    boolean duplicate,
    String at,
    @Nullable String requestId,
    @Nullable String code,
    @Nullable String message) {

  private static final ObjectMapper JSON =
      JsonMapper.builder().propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE).build();

  private static OutcomeRow of(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Accepted accepted ->
          of(outcome, ReportStatus.ACCEPTED, accepted.duplicate(), null, null);
      case Outcome.ZeroRefused refused ->
          of(outcome, ReportStatus.ACCEPTED, false, Outcome.ZeroRefused.CODE, refused.message());
      case Outcome.Rejected rejected ->
          of(outcome, ReportStatus.REJECTED, false, rejected.code(), rejected.message());
    };
  }

  private static OutcomeRow of(
      Outcome outcome,
      ReportStatus status,
      boolean duplicate,
      @Nullable String code,
      @Nullable String message) {
    ReportKey key = outcome.key();
    return new OutcomeRow(
        key.hour().start().toString(),
        key.organizationId(),
        key.meter(),
        key.revision(),
        status.label(),
        duplicate,
        outcome.at().toString(),
        outcome.requestId(),
        code,
        message);
  }

  /** As {@code jsonb_to_recordset} takes them. */
  static String json(Collection<Outcome> outcomes) {
    try {
      return JSON.writeValueAsString(outcomes.stream().map(OutcomeRow::of).toList());
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("texts and numbers are always JSON", e);
    }
  }
}
