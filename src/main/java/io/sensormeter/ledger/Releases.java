package io.sensormeter.ledger;

import io.sensormeter.database.Database;
import io.sensormeter.database.ReadOnly;
import io.sensormeter.database.Transaction;
import io.sensormeter.meter.Hour;
import java.time.Instant;
import java.util.Optional;

/**
 * From shadow to pending: reports that a person wants billed after all, as they were captured. None
 * was ever sent, so the next sweep publishes them first; an additive report's limit counts from
 * then.
 */
public final class Releases {

  /**
   * A report in shadow that may be billed: young enough for a copy to be answered, of the kind and
   * interval that its meter was billed with, neither before its meter's first event hour nor
   * acknowledged unless a person says so, and on a {@code last} meter not before an hour that is
   * live.
   */
  private static final String RELEASABLE =
      """
      report.hour = argument.hour and report.status = 'shadow'
        and (argument.meter is null or report.meter = argument.meter)
        and (argument.organization is null or report.organization_id = argument.organization)
        and (argument.acknowledged or report.acknowledged_at is null)
        and %s > argument.now - interval '%d hours'
        and not exists (
          select from metering.meter as noted
          where noted.meter = report.meter
            and (noted.kind <> report.kind
              or noted.past_hour <> (coalesce(report.event_time, report.hour) < report.hour)))
        and (argument.before_live or exists (
          select from metering.meter as noted
          where noted.meter = report.meter
            and noted.live_from <= coalesce(report.event_time, report.hour)))
        and (report.kind <> 'last' or not exists (
          select from %s
          where later.status in %s
            or later.status = 'shadow' and later.hour <= argument.through
              and (argument.organization is null
                or later.organization_id = argument.organization)))
      """
          .formatted(
              CopyExpiry.EVENT_TIME,
              CopyExpiry.SEND_HOURS_MAX - 2,
              Overtaking.later(
                  "report", "report.stripe_customer_id", "report.hour + interval '1 hour'"),
              ReportStatus.OVERTAKING);

  private static final String ARGUMENT =
      """
      with argument as (
        select ?::timestamptz as hour, ?::text as meter, ?::text as organization,
          ?::boolean as before_live, ?::boolean as acknowledged, ?::timestamptz as now,
          ?::timestamptz as through)
      """;

  private final Database database;

  public Releases(Database database) {
    this.database = database;
  }

  /**
   * Which reports of an hour.
   *
   * @param meter empty = all
   * @param organization empty = all
   * @param beforeLive also those of an event hour before the first one billed of their meter
   * @param acknowledged also those that a person has acknowledged
   */
  public record Choice(
      Hour hour,
      Optional<String> meter,
      Optional<String> organization,
      boolean beforeLive,
      boolean acknowledged) {}

  /**
   * Releases, in one transaction: shadow → pending. A crash right after leaves them to the next
   * tick's sweep.
   *
   * @return how many
   */
  public int release(Choice choice, Instant now) {
    return database.transaction(
        "releasing " + choice.hour(),
        transaction -> {
          Overtaking.lock(transaction);
          return release(transaction, choice, now);
        });
  }

  private static int release(Transaction transaction, Choice choice, Instant now) {
    return transaction
        .one(
            row -> row.integer("reports"),
            ARGUMENT
                + """
                , released as (
                  update metering.meter_report as report
                  set status = 'pending', recorded_at = argument.now, %s
                  from argument where %s
                  returning report.meter, report.kind,
                    coalesce(report.event_time, report.hour) < report.hour as past_hour
                ), noted as (
                  -- Billed by this: from now on its kind and interval stay.
                  insert into metering.meter as known (meter, kind, past_hour)
                  select distinct meter, kind, past_hour from released
                  on conflict (meter) do update set kind = excluded.kind, past_hour = excluded.past_hour
                  where known.kind is null
                )
                select count(*) as reports from released
                """
                    .formatted(Exceptions.ANEW, RELEASABLE),
            choice.hour(),
            choice.meter().orElse(null),
            choice.organization().orElse(null),
            choice.beforeLive(),
            choice.acknowledged(),
            now,
            null)
        .orElseThrow();
  }

  /**
   * How many {@link #release} would release after the later hours up to {@code through}, newest
   * first.
   */
  public static int releasable(ReadOnly reads, Choice choice, Hour through, Instant now) {
    return count(reads, choice, through, now, RELEASABLE);
  }

  /** How many reports of the hour are in shadow, releasable or not. */
  public static int inShadow(ReadOnly reads, Choice choice, Instant now) {
    return count(
        reads,
        choice,
        choice.hour(),
        now,
        """
        report.hour = argument.hour and report.status = 'shadow'
          and (argument.meter is null or report.meter = argument.meter)
          and (argument.organization is null or report.organization_id = argument.organization)
        """);
  }

  private static int count(
      ReadOnly reads, Choice choice, Hour through, Instant now, String condition) {
    return reads
        .one(
            "looking for reports in shadow of " + choice.hour(),
            row -> row.integer("reports"),
            ARGUMENT
                + "select count(*) as reports from metering.meter_report as report, argument where "
                + condition,
            choice.hour(),
            choice.meter().orElse(null),
            choice.organization().orElse(null),
            choice.beforeLive(),
            choice.acknowledged(),
            now,
            through)
        .orElseThrow();
  }
}
