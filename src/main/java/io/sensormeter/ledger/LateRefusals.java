package io.sensormeter.ledger;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sensormeter.database.Database;
import io.sensormeter.meter.Hour;
import io.sensormeter.meter.Sighting;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Stripe refuses what it had taken. Its report names samples: what it names is rejected, and what
 * it took in the same minutes is looked up at the next tick.
 */
public final class LateRefusals {

  /** An identifier of ours names its hour: see {@link io.sensormeter.meter.Identifier}. */
  private static final Pattern HOUR =
      Pattern.compile(":(\\d{4}-\\d{2}-\\d{2}T\\d{2}Z)(?::r\\d{1,9})?$");

  /** Stripe's clock, ours, and what it needed until it validated an event. */
  private static final int SLACK_MINUTES = 15;

  /** Of reports that wait longer for their answer, the slot asks in time. */
  private static final int HOURS_BACK = 48;

  private static final ObjectMapper JSON = new ObjectMapper();

  private final Database database;

  public LateRefusals(Database database) {
    this.database = database;
  }

  /**
   * What they came to.
   *
   * @param rejected reports that became rejected
   * @param doubted reports that are looked up at the next tick
   * @param unknown identifiers that the ledger does not hold
   */
  public record Applied(int rejected, int doubted, int unknown) {}

  /**
   * Applies them, in one transaction: pending, accepted, unresolved, expired → rejected. A refused
   * 0 on a sum meter leaves nothing owed and stays accepted; what was seen in Stripe is only asked
   * about again.
   */
  public Applied apply(List<Sighting> sightings, Instant now) {
    List<Sighting.Refused> refusals =
        sightings.stream()
            .filter(Sighting.Refused.class::isInstance)
            .map(Sighting.Refused.class::cast)
            .toList();
    List<Sighting.Doubted> windows =
        sightings.stream()
            .filter(Sighting.Doubted.class::isInstance)
            .map(Sighting.Doubted.class::cast)
            .toList();
    if (refusals.isEmpty() && windows.isEmpty()) {
      return new Applied(0, 0, 0);
    }
    return database.transaction(
        "recording what Stripe refused afterwards",
        transaction -> {
          List<String> becomes =
              transaction.list(row -> row.text("becomes"), REFUSE, json(refusals), now, now);
          int rejected = (int) becomes.stream().filter("rejected"::equals).count();
          int doubted = becomes.size() - rejected;
          for (Sighting.Doubted window : windows) {
            doubted +=
                transaction.update(DOUBT, now, window.from(), window.to(), window.stripeMeterId());
          }
          return new Applied(rejected, doubted, refusals.size() - becomes.size());
        });
  }

  private static final String REFUSE =
      """
      with refusal as (
        select distinct on (o.hour, o.identifier) o.*
        from jsonb_to_recordset(?::jsonb)
          as o(hour timestamptz, identifier text collate "C", code text, message text,
               at timestamptz)
        order by o.hour, o.identifier, o.at
      ), held as (
        select r.hour, r.organization_id, r.meter, r.revision, o.code, o.message, o.at,
          case
            when r.status in ('pending', 'accepted', 'unresolved', 'expired')
              and not (r.value = 0 and r.revision = 0 and r.kind in ('sum', 'sum-hourly'))
              then 'rejected'
            else r.status end as becomes
        from refusal as o
        join metering.meter_report as r on r.hour = o.hour and r.identifier = o.identifier
        order by r.hour, r.organization_id, r.meter, r.revision
        for update of r
      )
      update metering.meter_report as r
      set status = held.becomes,
        rejected_by = case when held.becomes <> r.status then 'report' else r.rejected_by end,
        failure_code = case
          when held.becomes <> r.status then held.code
          when r.status = 'accepted' then 'zero_refused'
          else r.failure_code end,
        failure_message = case when held.becomes <> r.status or r.status = 'accepted'
          then held.message else r.failure_message end,
        settled_at = case when held.becomes <> r.status then held.at else r.settled_at end,
        recorded_at = case when held.becomes <> r.status then ?::timestamptz else r.recorded_at end,
        shown_at = case when held.becomes = r.status then r.shown_at end,
        acknowledged_at = case when held.becomes = r.status then r.acknowledged_at end,
        acknowledged_by = case when held.becomes = r.status then r.acknowledged_by end,
        acknowledged_note = case when held.becomes = r.status then r.acknowledged_note end,
        suspect_at = case when r.status = 'verified' then ?::timestamptz end,
        sightings = case when held.becomes <> r.status or r.status = 'verified' then 0
          else r.sightings end,
        absent_at = case when held.becomes = r.status then r.absent_at end
      from held
      where r.hour = held.hour and r.organization_id = held.organization_id
        and r.meter = held.meter and r.revision = held.revision
      returning held.becomes
      """;

  private static final String DOUBT =
      """
      update metering.meter_report as r
      set suspect_at = argument.now, sightings = 0
      from metering.meter as noted,
        (values (?::timestamptz, ?::timestamptz, ?::timestamptz)) as argument(now, since, until)
      where noted.stripe_id = ? and r.meter = noted.meter
        and r.status = 'accepted' and r.suspect_at is null
        and r.hour between argument.since - interval '%1$d hours' and argument.until
        and r.settled_at between argument.since - interval '%2$d minutes'
          and argument.until + interval '%2$d minutes'
      """
          .formatted(HOURS_BACK, SLACK_MINUTES);

  /** Whose identifier is none of ours is left out. */
  private static String json(List<Sighting.Refused> refusals) {
    List<Map<String, String>> rows = new ArrayList<>();
    for (Sighting.Refused refused : refusals) {
      hour(refused.identifier())
          .ifPresent(
              hour ->
                  rows.add(
                      Map.of(
                          "hour",
                          hour.start().toString(),
                          "identifier",
                          refused.identifier(),
                          "code",
                          refused.code(),
                          "message",
                          refused.message(),
                          "at",
                          refused.at().toString())));
    }
    try {
      return JSON.writeValueAsString(rows);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("texts are always JSON", e);
    }
  }

  private static Optional<Hour> hour(String identifier) {
    Matcher matcher = HOUR.matcher(identifier);
    try {
      return matcher.find() && identifier.indexOf('\0') < 0
          ? Optional.of(Hour.parse(matcher.group(1)))
          : Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
