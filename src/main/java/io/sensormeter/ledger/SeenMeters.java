package io.sensormeter.ledger;

import io.sensormeter.config.StripeMode;
import io.sensormeter.database.Database;
import io.sensormeter.database.Transaction;
import io.sensormeter.meter.Hour;
import io.sensormeter.meter.Meters;
import io.sensormeter.meter.Sighting;
import io.sensormeter.meter.StripeMeter;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What Stripe says of the meters, and how that differs from what METERS declares. */
public final class SeenMeters {

  /**
   * What differs, in the words of a person's mail; null if nothing does. Stripe's meters never
   * change but for their state: what is wrong here is mended by another meter.
   */
  private static final String PROBLEM =
      """
      case
        when noted.other_id is not null then 'Stripe takes events of this name for meter '
          || noted.other_id || ', but what was billed is on ' || noted.stripe_id
          || ': a meter made again under its name needs a new event name here'
        when noted.livemode <> (? = 'live') then 'it is of Stripe''s other mode'
        when noted.formula <> case d.kind when 'last' then 'last' else 'sum' end
          then 'METERS says ' || d.kind || ', its formula in Stripe is ' || noted.formula
        when coalesce(noted.event_time_window, 'none') not in
            ('none', case d.kind when 'sum-hourly' then 'hour' else 'none' end)
          then 'METERS says ' || d.kind || ', its event time window in Stripe is '
            || noted.event_time_window
        when noted.customer_key <> 'stripe_customer_id' then 'its customer key in Stripe is '
          || noted.customer_key || ', events carry stripe_customer_id'
        when noted.value_key <> 'value' then 'its value key in Stripe is ' || noted.value_key
          || ', events carry value'
      end
      """;

  private final Database database;

  public SeenMeters(Database database) {
    this.database = database;
  }

  /** Notes what was read; an older read than the last one changes nothing. */
  public void note(List<Sighting> sightings) {
    for (Sighting sighting : sightings) {
      if (sighting instanceof Sighting.OfMeter seen) {
        note(seen);
      }
    }
  }

  /** The id is pinned once a report was seen under it: from then on another is only noted. */
  private void note(Sighting.OfMeter seen) {
    @Nullable StripeMeter active =
        seen.found().stream().filter(StripeMeter::isActive).findFirst().orElse(null);
    database.transaction(
        "noting what Stripe says of meter " + seen.meter(),
        transaction -> {
          transaction.update(
              "insert into metering.meter (meter) values (?) on conflict do nothing", seen.meter());
          return active == null
              ? missing(transaction, seen)
              : found(transaction, active, seen.meter(), seen.readAt());
        });
  }

  private static int missing(Transaction transaction, Sighting.OfMeter seen) {
    return transaction.update(
        """
        update metering.meter
        set read_at = ?, missing_at = coalesce(missing_at, ?), stripe_status = ?
        where meter = ? and (read_at is null or read_at < ?)
        """,
        seen.readAt(),
        seen.readAt(),
        seen.found().isEmpty() ? null : "inactive",
        seen.meter(),
        seen.readAt());
  }

  private static int found(
      Transaction transaction, StripeMeter active, String meter, Instant readAt) {
    int known =
        transaction.update(
            """
            update metering.meter
            set read_at = ?, missing_at = null, other_id = null, stripe_id = ?, stripe_status = ?,
              formula = ?, event_time_window = ?, customer_key = ?, value_key = ?, livemode = ?
            where meter = ? and (read_at is null or read_at < ?)
              and (stripe_id is null or stripe_id = ? or seen_at is null)
            """,
            readAt,
            active.id(),
            active.status(),
            active.formula(),
            active.eventTimeWindow(),
            active.customerKey(),
            active.valueKey(),
            active.livemode(),
            meter,
            readAt,
            active.id());
    return known == 1
        ? 1
        : transaction.update(
            """
            update metering.meter set read_at = ?, missing_at = null, other_id = ?
            where meter = ? and (read_at is null or read_at < ?) and stripe_id <> ?
            """,
            readAt,
            active.id(),
            meter,
            readAt,
            active.id());
  }

  /**
   * Compares with the declaration: a difference holds the meter's copies, until it is mended. Raw
   * where {@code sum-hourly} is declared only changes the rules: additive. A meter that is missing
   * holds nothing, as the reporter is told by Stripe itself.
   */
  public void judge(Meters declared, StripeMode mode) {
    database.update(
        "comparing the meters with METERS",
        """
        update metering.meter as noted
        set problem = judged.problem, raw = judged.raw
        from (
          select noted.meter, %s as problem,
            d.kind = 'sum-hourly' and noted.formula = 'sum' and noted.event_time_window is null
              as raw
          from metering.meter as noted
          join (%s) as d on d.meter = noted.meter
          where noted.stripe_id is not null) as judged
        where noted.meter = judged.meter
          and (noted.problem, noted.raw) is distinct from (judged.problem, judged.raw)
        """
            .formatted(PROBLEM, DeclaredMeters.SQL),
        mode.label(),
        DeclaredMeters.json(declared, Hour.floor(Instant.EPOCH), Optional.empty()));
  }

  /** How many of the declared meters are not in Stripe what METERS says, or not there at all. */
  public static long problems(Transaction transaction, Meters declared) {
    return transaction
        .one(
            row -> row.number("meters"),
            """
            select count(*) as meters from metering.meter
            where meter = any (?) and (problem is not null or missing_at is not null or raw)
            """,
            (Object) declared.names().toArray(String[]::new))
        .orElseThrow();
  }
}
