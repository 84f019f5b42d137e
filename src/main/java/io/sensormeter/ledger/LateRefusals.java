package io.sensormeter.ledger;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sensormeter.database.Database;
import io.sensormeter.database.Row;
import io.sensormeter.database.Transaction;
import io.sensormeter.meter.Hour;
import io.sensormeter.meter.Identifier;
import io.sensormeter.meter.ReportKey;
import io.sensormeter.meter.Sighting;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Stripe refuses what it had taken. Its report names samples: what it names is rejected, and what
 * it took in the same minutes is looked up at the next tick.
 */
public final class LateRefusals {

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
   * Applies them. Refusals in one transaction: pending, accepted, unresolved, expired → rejected. A
   * refused 0 on a sum meter leaves nothing owed and stays accepted; what was seen in Stripe is
   * only asked about again. Then the doubt, hour by hour: after a crash the same sightings come
   * again and find the rest.
   */
  public Applied apply(List<Sighting> sightings, Instant now) {
    List<Sighting.Refused> refusals =
        sightings.stream()
            .filter(Sighting.Refused.class::isInstance)
            .map(Sighting.Refused.class::cast)
            .toList();
    List<String> becomes = refusals.isEmpty() ? List.of() : refuse(refusals, now);
    int rejected = (int) becomes.stream().filter("rejected"::equals).count();
    int doubted = becomes.size() - rejected;
    for (Sighting sighting : sightings) {
      if (sighting instanceof Sighting.Doubted window) {
        doubted += doubt(window, now);
      }
    }
    return new Applied(rejected, doubted, refusals.size() - becomes.size());
  }

  /**
   * A refusal of one of ours.
   *
   * @param key as the identifier has it
   */
  private record Named(ReportKey key, Sighting.Refused refused) {}

  private record Held(String identifier, String becomes) {

    private static Held of(Row row) {
      return new Held(row.text("identifier"), row.text("becomes"));
    }
  }

  /** What became of the reports that they name. */
  private List<String> refuse(List<Sighting.Refused> refusals, Instant now) {
    List<Named> named =
        refusals.stream()
            .flatMap(
                refused ->
                    Identifier.keyOf(refused.identifier()).stream()
                        .map(key -> new Named(key, refused)))
            .toList();
    return database.transaction(
        "recording what Stripe refused afterwards",
        transaction -> {
          List<Held> held =
              new ArrayList<>(transaction.list(Held::of, REFUSE, json(named), now, now));
          Set<String> found = held.stream().map(Held::identifier).collect(Collectors.toSet());
          List<Named> hashed =
              named.stream()
                  .filter(each -> Identifier.mayBeHash(each.key().organizationId()))
                  .filter(each -> !found.contains(each.refused().identifier()))
                  .flatMap(each -> unhashed(transaction, each).stream())
                  .toList();
          held.addAll(transaction.list(Held::of, REFUSE, json(hashed), now, now));
          return held.stream().map(Held::becomes).toList();
        });
  }

  /** By the whole organization id, which only reading the hour tells. */
  private static Optional<Named> unhashed(Transaction transaction, Named hashed) {
    ReportKey key = hashed.key();
    return transaction.one(
        row ->
            new Named(
                new ReportKey(key.hour(), key.meter(), row.text("organization_id"), key.revision()),
                hashed.refused()),
        """
        select organization_id from metering.meter_report
        where hour = ? and meter = ? and revision = ? and identifier = ?
        """,
        key.hour(),
        key.meter(),
        key.revision(),
        hashed.refused().identifier());
  }

  /** An hour may hold so many reports that one statement has time for no more. */
  private int doubt(Sighting.Doubted window, Instant now) {
    Hour last = Hour.floor(window.to().isBefore(now) ? window.to() : now);
    Hour oldest = Hour.floor(now).minusHours(CopyExpiry.SEND_HOURS_MAX + HOURS_BACK);
    Hour first = Hour.floor(window.from()).minusHours(HOURS_BACK);
    int doubted = 0;
    for (Hour hour = first.isBefore(oldest) ? oldest : first;
        !last.isBefore(hour);
        hour = hour.plusHours(1)) {
      doubted +=
          database.update(
              "doubting what Stripe took of " + hour,
              DOUBT,
              now,
              window.from(),
              window.to(),
              hour,
              window.stripeMeterId());
    }
    return doubted;
  }

  /** Arguments: JSON, now, now. */
  static final String REFUSE =
      """
      with refusal as (
        select distinct on (o.hour, o.identifier) o.*
        from jsonb_to_recordset(?::jsonb)
          as o(hour timestamptz, organization text collate "C", meter text collate "C",
               revision integer, identifier text collate "C", code text, message text,
               at timestamptz)
        order by o.hour, o.identifier, o.at
      ), held as (
        select r.hour, r.organization_id, r.meter, r.revision, o.identifier, o.code, o.message, o.at,
          case
            when r.status in ('pending', 'accepted', 'unresolved', 'expired')
              and not (r.value = 0 and r.revision = 0 and r.kind in ('sum', 'sum-hourly'))
              then 'rejected'
            else r.status end as becomes
        from refusal as o
        join metering.meter_report as r
          on r.hour = o.hour and r.organization_id = o.organization and r.meter = o.meter
          and r.revision = o.revision and r.identifier = o.identifier
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
      returning held.identifier, held.becomes
      """;

  private static final String DOUBT =
      """
      update metering.meter_report as r
      set suspect_at = argument.now, sightings = 0
      from metering.meter as noted,
        (values (?::timestamptz, ?::timestamptz, ?::timestamptz, ?::timestamptz))
          as argument(now, since, until, hour)
      where noted.stripe_id = ? and r.meter = noted.meter
        and r.status = 'accepted' and r.suspect_at is null
        and r.hour = argument.hour
        and r.settled_at between argument.since - interval '%1$d minutes'
          and argument.until + interval '%1$d minutes'
      """
          .formatted(SLACK_MINUTES);

  private static String json(List<Named> refusals) {
    List<Map<String, Object>> rows = new ArrayList<>();
    for (Named each : refusals) {
      rows.add(
          Map.of(
              "hour",
              each.key().hour().start().toString(),
              "organization",
              each.key().organizationId(),
              "meter",
              each.key().meter(),
              "revision",
              each.key().revision(),
              "identifier",
              each.refused().identifier(),
              "code",
              each.refused().code(),
              "message",
              each.refused().message(),
              "at",
              each.refused().at().toString()));
    }
    try {
      return JSON.writeValueAsString(rows);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("texts and numbers are always JSON", e);
    }
  }
}
